/** Waiting that ends when the run does: the `sleep`, `wait`, `waitFirst`, `waitMany` and `ticks` of a service. */
import { isThenable } from '../base/async.js';
import { Alarm, type Clock } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import { ignoreFailure, type Begin } from '../base/settling.js';
import { callSite, currentCall, isTracing, type TracedWait } from '../run/tracing.js';
import { requireOptions } from '../base/nearest.js';

export interface WaitOptions {
  /** Give up waiting after this long. Default: never. */
  timeout?: Duration;
}

/** One thing that is being waited for. */
export interface Wait extends TracedWait {
  /** Ends the wait because the run ended. */
  wake(): void;
}

/** Who waits: keeps the waits of one service, and wakes them all when its run ends. */
export class Waits {
  readonly #pending = new Set<Wait>();

  constructor(
    /** What further waits go by. */
    public clock: Clock,
    /** Whether the run has ended, so that there is nothing to wait for any more. */
    readonly ended: () => boolean,
  ) {}

  [Symbol.iterator](): IterableIterator<Wait> {
    return this.#pending.values();
  }

  wakeAll(): void {
    for (const wait of [...this.#pending]) wait.wake();
  }

  /**
   * Settles when `begin` calls its `done` or `failed`, or with `'stopped'` when the run ends, or `'timeout'`. What `begin`
   * returns undoes it.
   */
  until<T>(
    what: string,
    timeout: number | undefined,
    begin: (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<T | 'stopped' | 'timeout'> {
    return new Promise((resolve, reject) => {
      // set once it has begun, and it may be over by then
      const begun: { undo?: (() => void) | undefined } = {};
      let alarm: Alarm | undefined;
      let over = false;
      const finish = (): boolean => {
        if (over) return false;
        over = true;
        this.#pending.delete(wait);
        waits?.delete(wait);
        alarm?.cancel();
        begun.undo?.();
        return true;
      };
      const settle = (value: T | 'stopped' | 'timeout'): void => {
        if (finish()) resolve(value);
      };
      const wake = (): void => {
        settle('stopped');
      };
      const since = this.clock.now();
      const wait: Wait = isTracing() ? { what, since, wake, stack: callSite() } : { what, since, wake };
      const waits = currentCall()?.waits;
      this.#pending.add(wait);
      waits?.add(wait);
      begun.undo = begin(settle, (error) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- user code's own rejection, as it is
        if (finish()) reject(error);
      });
      if (over) begun.undo?.();
      else if (this.ended()) wait.wake();
      else if (timeout !== undefined) {
        alarm = new Alarm(this.clock, this.clock.now() + timeout, () => {
          settle('timeout');
        });
      }
    });
  }

  /** Whether it slept in full. */
  async sleep(ms: number, what = 'sleep'): Promise<boolean> {
    const slept = await this.until<never>(what, ms, () => undefined);
    return slept === 'timeout';
  }

  /** Settles as what it begins to wait for does, unless the run or the time ends first. */
  event<T>(begin: Begin<T>, what: string, timeout: number | undefined): Promise<{ value: T } | 'stopped' | 'timeout'> {
    return this.until<{ value: T }>(what, timeout, (done, failed) =>
      begin((value) => {
        done({ value });
      }, failed),
    );
  }

  /**
   * What comes of what `begin` begins to wait for, which is not begun where the run has ended. Nobody else hears of the promises
   * that were `given` for it, so their rejections are not left to anybody.
   */
  async outcome<T>(
    what: string,
    given: readonly unknown[],
    options: WaitOptions,
    begin: () => Begin<T>,
  ): Promise<{ value: T } | 'stopped' | 'timeout'> {
    let begun = false;
    try {
      requireOptions(options, ['timeout'], `${what}()`);
      const { timeout } = options;
      const ms = timeout === undefined ? undefined : toMs(timeout, 'The timeout of a wait');
      if (this.ended()) return 'stopped';
      begun = true;
      // what user code throws is thrown before anything waits
      return await this.event(begin(), what, ms);
    } finally {
      if (!begun) for (const one of given) ignoreFailure(one);
    }
  }

  /** Yields the milliseconds since the last tick, at `interval`, on a fixed grid, until the run ends. */
  async *ticks(interval: number): AsyncGenerator<number, void, void> {
    const start = this.clock.now();
    let last = start;
    for (let tick = 1; ; tick += 1) {
      const now = this.clock.now();
      tick = Math.max(tick, Math.ceil((now - start) / interval));
      // the division may be off by a rounding
      if (start + tick * interval < now) tick += 1;
      if (!(await this.sleep(start + tick * interval - now, 'ticks'))) return;
      const at = this.clock.now();
      yield at - last;
      last = at;
    }
  }
}

/** What comes of something that can be waited for: a promise, a value, or a function that makes one. */
export type Settled<A> = Awaited<A extends () => infer R ? R : A>;

export function toPromise<A>(awaitable: A): PromiseLike<Settled<A>> {
  const value: unknown = typeof awaitable === 'function' ? (awaitable as () => unknown)() : awaitable;
  // as it is: to be known again the next time
  return (isThenable(value) ? value : Promise.resolve(value)) as PromiseLike<Settled<A>>;
}

/** The same for each of several: a function that throws is one that fails. */
export function toPromises<A>(awaitables: readonly A[]): PromiseLike<Settled<A>>[] {
  return awaitables.map((awaitable) => {
    try {
      return toPromise(awaitable);
    } catch (error) {
      // oxlint-disable-next-line prefer-promise-reject-errors -- it is what was thrown
      return Promise.reject(error);
    }
  });
}
