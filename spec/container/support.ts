import { deferred, type Deferred } from '../../lib/base/async.js';
import {
  Container,
  service,
  type ContainerOptions,
  type ServiceIdentifier,
  type ServiceOptions,
} from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';

/** A container whose time stands still, and what happens to its services. */
export function stage(options: ContainerOptions = {}) {
  const clock = new FakeClock();
  const container = new Container({ clock, ...options });
  const history = recordHistory(container, { types: ['service'] });
  return { clock, container, history };
}

interface PlayerOptions extends ServiceOptions {
  /** What its constructor takes. */
  needs?: ServiceOptions['inject'];
  onStart?: (signal: AbortSignal) => unknown;
  onStop?: (signal: AbortSignal) => unknown;
}

/** Any class, whatever its constructor takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `never[]` is no service identifier
export type AnyClass<T = object> = new (...args: any[]) => T;

export type Player = new (...needs: unknown[]) => { readonly needs: readonly unknown[] };

/**
 * Makes services that write down what happens to them: `+A` when A's `onStart` begins, `-A` when its `onStop` does. What is
 * held does not go on until it is released, so the order of things is proven without any time.
 */
export function troupe() {
  const log: string[] = [];
  const held = new Map<string, Deferred<void>>();
  const act = async (what: string, also: (() => unknown) | undefined): Promise<void> => {
    log.push(what);
    await held.get(what)?.promise;
    await also?.();
  };
  return {
    log,
    player(name: string, { needs = [], onStart, onStop, ...options }: PlayerOptions = {}): Player {
      class Some {
        readonly needs: readonly unknown[];
        constructor(...given: unknown[]) {
          this.needs = given;
        }
        onStart(signal: AbortSignal) {
          return act(`+${name}`, onStart && (() => onStart(signal)));
        }
        onStop(signal: AbortSignal) {
          return act(`-${name}`, onStop && (() => onStop(signal)));
        }
      }
      service({ name, inject: needs, ...options })(Some);
      return Some;
    },
    /** Keeps `+A` or `-A` from going on. */
    hold(...what: string[]) {
      for (const one of what) held.set(one, deferred());
    },
    release(what: string) {
      held.get(what)?.resolve();
      held.delete(what);
    },
    /** What has happened since this was last asked. */
    since(): string[] {
      return log.splice(0);
    },
  };
}

/** The names on each level, lowest first. */
export function levelsOf(container: Container, ...roots: ServiceIdentifier[]): string[][] {
  return container.plan(...roots).levels.map((level) => level.map(({ name }) => name));
}

/** What a promise is rejected with. */
export async function rejection<E = unknown>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error('It was not rejected');
}

/** What a call throws. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test knows what it expects
export function thrown<E = unknown>(call: () => unknown): E {
  try {
    call();
  } catch (error) {
    return error as E;
  }
  throw new Error('Nothing was thrown');
}

/** Lets everything go on that does not wait for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
