/** What the specs of all folders use. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deferred, type Deferred } from '../lib/base/async.js';

export const boom = new Error('boom');

/** What a promise is rejected with. */
export async function rejection<E = Error & { code?: string }>(promise: Promise<unknown>): Promise<E> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error(`It was not rejected, but gave ${String(value)}`);
}

/** What a call throws. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test knows what it expects
export function thrown<E = Error & { code?: string }>(call: () => unknown): E {
  try {
    call();
  } catch (error) {
    return error as E;
  }
  throw new Error('Nothing was thrown');
}

/** How a promise is at the moment. */
export async function statusOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let status: 'pending' | 'resolved' | 'rejected' = 'pending';
  promise.then(
    () => {
      status = 'resolved';
    },
    () => {
      status = 'rejected';
    },
  );
  await settle();
  return status;
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets everything go on that does not wait for time. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await turn();
}

/**
 * What happens, in order. What is held does not go on until it is released, so the order of things is proven without any
 * time.
 */
export function script() {
  const log: string[] = [];
  const held = new Map<string, Deferred<void>>();
  return {
    log,
    /** Writes it down, waits while it is held, and then does what else it is. */
    async act(what: string, also?: () => unknown): Promise<void> {
      log.push(what);
      await held.get(what)?.promise;
      await also?.();
    },
    /** Keeps these from going on. */
    hold(...what: string[]): void {
      for (const one of what) held.set(one, deferred());
    },
    /** Lets them go on: these, or all. */
    release(...what: string[]): void {
      for (const one of what.length === 0 ? [...held.keys()] : what) {
        held.get(one)?.resolve();
        held.delete(one);
      }
    },
    /** What has happened since this was last asked. */
    since(): string[] {
      return log.splice(0);
    },
  };
}

let collect: (() => void) | undefined;

/** Collects what nobody holds any more. */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // A weak reference that was made or read in this turn of the event loop stays alive until its end.
  for (let n = 0; n < 3; n += 1) {
    await turn();
    collect();
  }
}

/** How much memory is held, in bytes. */
export async function heapUsed(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}

/**
 * Watches how long one turn of the event loop takes at most, in milliseconds. Counts only time in which this process was at
 * work, not its neighbours.
 */
export function watchTurns(): { readonly worst: number; readonly turns: number; end(): void } {
  let over = false;
  const watch = { worst: 0, turns: 0, end: () => void (over = true) };
  void (async () => {
    while (!over) {
      const wall = performance.now();
      const cpu = process.cpuUsage();
      await turn();
      const { user, system } = process.cpuUsage(cpu);
      watch.worst = Math.max(watch.worst, Math.min(performance.now() - wall, (user + system) / 1000));
      watch.turns += 1;
    }
  })();
  return watch;
}
