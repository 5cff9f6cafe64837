import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import type { FakeClock } from '../../lib/testing/index.js';

/** How one call of a hook goes. */
export interface Act {
  /** Milliseconds; 0: asynchronous, but at once; -1: synchronous; Infinity: never, unless it heeds its signal. */
  readonly takes: number;
  readonly fails: boolean;
  /** Whether it ignores its signal. */
  readonly deaf: boolean;
}

export const AT_ONCE: Act = { takes: -1, fails: false, deaf: false };

/** Mostly harmless. */
export const anyAct: fc.Arbitrary<Act> = fc.record({
  takes: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(-1, 0) },
    { weight: 4, arbitrary: fc.constantFrom(1, 5, 10, 50, 300) },
    { weight: 1, arbitrary: fc.constantFrom(3000, Infinity) },
  ),
  fails: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  deaf: fc.boolean(),
});

/** The acts of a hook, one for each call; afterwards all goes well at once. */
export const anyActs = fc.array(anyAct, { maxLength: 3 });

/** Plays an act. Rejects, or throws, with `error` where the act fails, and with the signal's reason where it heeds it. */
export function play(act: Act, clock: FakeClock, signal: AbortSignal | undefined, error: Error): unknown {
  if (act.takes < 0) {
    if (act.fails) throw error;
    return undefined;
  }
  return perform(act, clock, act.deaf ? undefined : signal, error);
}

async function perform(act: Act, clock: FakeClock, signal: AbortSignal | undefined, error: Error): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    if (act.takes === 0) {
      resolve();
      return;
    }
    const timer = act.takes === Infinity ? undefined : clock.setTimer(act.takes, resolve);
    const giveUp = (): void => {
      if (timer !== undefined) clock.clearTimer(timer);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
  if (act.fails) throw error;
}

/** Lets what is under way go on by so many microtasks: far enough to be between two steps of it. */
export async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await Promise.resolve();
}

/** Keeps promises in view, so that none is left that never settles. */
export class Pledges {
  readonly #open = new Map<number, string>();
  #count = 0;

  /** The promise, with its rejection dealt with. */
  keep<T>(what: string, promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
    const id = (this.#count += 1);
    this.#open.set(id, what);
    return promise.then(
      (value) => {
        this.#open.delete(id);
        return { value };
      },
      (error: unknown) => {
        this.#open.delete(id);
        return { error };
      },
    );
  }

  /** What has not settled. */
  get open(): string[] {
    return [...this.#open.values()];
  }
}

/** Fails the file's tests at the end if any promise was rejected for nobody. Named, unlike what a runner finds. */
export function expectNoUnhandledRejection(): void {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  beforeAll(() => {
    process.on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
}
