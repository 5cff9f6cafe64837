import { deferred } from '../base/async.js';
import { Alarm, type Clock } from '../base/clock.js';
import type { Collector } from './collector.js';
import type { Unit } from './unit.js';

/** When the budget of a stop is spent, what has not had its turn yet gets this long in all, or the budget if that is less. */
const LAST_GRACE = 500;

/** Milliseconds for the whole of a stop. */
export interface StopBudget {
  timeout?: number | undefined;
}

/** Why everything stops, when that was not asked for: what went wrong, and with which unit. */
export interface Cause {
  readonly error: unknown;
  readonly unit: Unit;
}

/** A stop of everything that is under way. */
export class Shutdown {
  readonly done = deferred();
  /** Whether nothing is waited for any more. */
  forced = false;
  #budget: Alarm | undefined;

  constructor(
    readonly cause: Cause | undefined,
    readonly collector: Collector,
  ) {}

  /** Whether this is what everything stops for. */
  isFor(error: unknown): boolean {
    return this.cause !== undefined && this.cause.error === error;
  }

  /**
   * One budget for all of it; the tightest that anybody gave. When it is spent, `abandon` gives up what is being waited for;
   * once more, after what had not had its turn got a last short one.
   */
  limit(clock: Clock, timeout: number, abandon: () => void): void {
    const at = clock.now() + timeout;
    if (this.forced || (this.#budget !== undefined && this.#budget.at <= at)) return;
    this.#budget?.cancel();
    this.#budget = new Alarm(clock, at, () => {
      this.#budget = new Alarm(clock, clock.now() + Math.min(timeout, LAST_GRACE), () => {
        this.forced = true;
        abandon();
      });
      abandon();
    });
  }

  /** It is over. */
  end(): void {
    this.#budget?.cancel();
  }
}
