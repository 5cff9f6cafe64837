import { isThenable } from '../base/async.js';
import { systemClock, type Clock } from '../base/clock.js';
import { decorateMethod } from './method-decorator.js';

/**
 * What a service is doing at the moment, as flags for people to read (mode's `Diag`). A flag is up from `set` to `unset`,
 * and also while anybody holds it (`hold`, `withFlag`, `@transitionsTo`), however many do at once.
 *
 * ```ts
 * this.diag.set('rebalancing');
 * this.diag.flags.has('rebalancing');   // true
 * ```
 */
export class Diag {
  readonly #clock: Pick<Clock, 'date'>;
  readonly #flags = new Set<string>();
  /** Put up by `set`. Apart from those held, so that an `unset` within a held flag does not take it down under its holder. */
  readonly #set = new Set<string>();
  readonly #holds = new Map<string, number>();
  readonly #lastTransition = new Map<string, Date>();

  /** @param clock dates the transitions. Default: the real one */
  constructor(clock: Pick<Clock, 'date'> = systemClock) {
    this.#clock = clock;
  }

  /** The flags that are up. Always current. */
  get flags(): ReadonlySet<string> {
    return this.#flags;
  }

  /** When each flag was last set or taken hold of (mode's `last_transition`, there on the monotonic clock). Always current. */
  get lastTransition(): ReadonlyMap<string, Date> {
    return this.#lastTransition;
  }

  /** Puts a flag up (mode's `set_flag`). Once is enough: it does not count. */
  set(flag: string): void {
    this.#set.add(flag);
    this.#raise(flag);
  }

  /** Takes back a `set` (mode's `unset_flag`). Nothing happens when there was none. */
  unset(flag: string): void {
    this.#set.delete(flag);
    this.#lower(flag);
  }

  /** Keeps a flag up until the returned function is called. */
  hold(flag: string): () => void {
    this.#holds.set(flag, (this.#holds.get(flag) ?? 0) + 1);
    this.#raise(flag);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#holds.get(flag) ?? 1) - 1;
      if (left > 0) this.#holds.set(flag, left);
      else this.#holds.delete(flag);
      this.#lower(flag);
    };
  }

  #raise(flag: string): void {
    this.#flags.add(flag);
    this.#lastTransition.set(flag, new Date(this.#clock.date()));
  }

  #lower(flag: string): void {
    if (!this.#set.has(flag) && !this.#holds.has(flag)) this.#flags.delete(flag);
  }
}

/** Keeps a flag up until the promise has settled, and settles like it (mode's `Service.transition_with`). */
export async function withFlag<T>(diag: Diag, flag: string, promise: PromiseLike<T>): Promise<T> {
  const release = diag.hold(flag);
  try {
    return await promise;
  } finally {
    release();
  }
}

/** Something with diagnostics: every `Service`. */
export interface Diagnosed {
  /** Its flags. */
  readonly diag: Diag;
}

/** A method decorator for both dialects. */
export interface TransitionsTo {
  /** Standard. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown[]` would refuse every method with parameters
  <This extends Diagnosed, F extends (this: This, ...args: any[]) => unknown>(
    method: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): F;
  /** Legacy. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown[]` would refuse every method with parameters
  <F extends (...args: any[]) => unknown>(
    target: Diagnosed,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/**
 * Keeps a flag of `this.diag` up while the method runs, until the promise it returns has settled (mode's
 * `Service.transitions_to`). Calls within calls and calls at the same time each hold the flag.
 *
 * ```ts
 * @transitionsTo('committing')
 * async commit() { ... }
 * ```
 */
export function transitionsTo(flag: string): TransitionsTo {
  return decorateMethod(
    (method) =>
      function (this: Diagnosed, ...args: unknown[]): unknown {
        const release = this.diag.hold(flag);
        let result: unknown;
        try {
          result = method.apply(this, args) as unknown;
        } catch (error) {
          release();
          throw error;
        }
        if (!isThenable(result)) {
          release();
          return result;
        }
        return result.then(
          (value) => {
            release();
            return value;
          },
          (error: unknown) => {
            release();
            throw error;
          },
        );
      },
  ) as TransitionsTo;
}
