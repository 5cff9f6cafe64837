import { Alarm, currentKeeper, systemClock, type Clock, type Timekeeper } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import { Waiters } from './waiters.js';
import { requireOptions } from '../base/nearest.js';

/** What a `Bucket` holds, and whose time it goes by. */
export interface RateLimitOptions {
  /** How many tokens the bucket holds, so how many can be poured at once after a rest. At least 1; default: `limit`, or 1 where that is less. */
  capacity?: number;
  /** The time source. Default: that of the service which makes the bucket (in its constructor, or at the begin of a hook, task or timer); outside of services, the real one. */
  clock?: Clock;
}

/**
 * A token bucket: `limit` tokens flow in over `per`, at most `capacity` are kept, and it starts full (mode's `Bucket`).
 *
 * After a rest, `capacity` tokens can be poured at once and `limit` more over the following `per`. Give a smaller
 * `capacity` where such a burst is too much: 1 spaces the calls evenly.
 *
 * No timer runs unless somebody waits in `acquire`. It is kept as a time rather than as a count, as the generic cell rate
 * algorithm (GCRA) of ATM networks does, which comes to the same.
 */
export class Bucket {
  /** How many tokens flow in over `per`. */
  readonly limit: number;
  /** Over how long `limit` tokens flow in, in milliseconds. */
  readonly per: number;
  /** How many tokens the bucket holds when it is full. */
  readonly capacity: number;

  readonly #keeper: Timekeeper;
  /** What it went by when it was last looked at. */
  #known: Clock;
  /** Milliseconds that one token takes to flow in. */
  readonly #cost: number;
  /**
   * When the bucket is full (again). This one instant is its whole state: a count of tokens, added to at every look,
   * would gather rounding errors, and a waiter woken exactly when its token is due could find the bucket a hair short.
   */
  #fullAt = -Infinity;
  #alarm: Alarm | undefined;
  readonly #waiters = new Waiters<void, number>(() => {
    this.#serve();
  });

  /** @throws TypeError, RangeError when a number makes no sense, with its value. */
  constructor(limit: number, per: Duration = '1s', options: RateLimitOptions = {}) {
    requireOptions(options, ['capacity', 'clock'], 'rateLimit()');
    const { capacity, clock } = options;
    this.limit = positive(limit, 'limit');
    this.per = positive(toMs(per, 'per'), 'per');
    this.capacity = positive(capacity ?? Math.max(1, limit), 'capacity');
    if (this.capacity < 1) throw new RangeError(`capacity must be at least 1, not ${String(capacity)}`);
    this.#cost = this.per / this.limit;
    this.#keeper = clock === undefined ? (currentKeeper() ?? { clock: systemClock }) : { clock };
    this.#known = this.#keeper.clock;
  }

  /** A service may get its clock after it was made. */
  get #clock(): Clock {
    const { clock } = this.#keeper;
    if (clock !== this.#known) {
      this.#fullAt += clock.now() - this.#known.now();
      this.#known = clock;
    }
    return clock;
  }

  /** How many tokens are in the bucket now. */
  get tokens(): number {
    return Math.max(0, this.capacity - Math.max(0, this.#fullAt - this.#clock.now()) / this.#cost);
  }

  /** Whether `pour()` would succeed. */
  get ready(): boolean {
    return this.#waiters.size === 0 && this.#clock.now() >= this.#readyAt(1);
  }

  /**
   * Takes tokens if they are there, and answers whether they were. While somebody waits in `acquire`, the tokens are
   * theirs.
   *
   * @throws RangeError when the bucket can never hold so many.
   */
  pour(tokens = 1): boolean {
    this.#check(tokens);
    if (this.#waiters.size > 0 || this.#clock.now() < this.#readyAt(tokens)) return false;
    this.#take(tokens);
    return true;
  }

  /**
   * Milliseconds until so many tokens will be there, if nobody else takes any (mode's `expected_time`, in seconds).
   *
   * @throws RangeError when the bucket can never hold so many.
   */
  expectedTime(tokens = 1): number {
    this.#check(tokens);
    return Math.max(0, this.#readyAt(tokens) - this.#clock.now());
  }

  /**
   * Takes tokens as soon as they are there, in the order of the calls (mode's `async with bucket`). Rejects with the
   * signal's reason when that aborts first, and has then taken none.
   *
   * @throws RangeError when the bucket can never hold so many.
   */
  async acquire(tokens = 1, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.pour(tokens)) return;
    const acquired = this.#waiters.wait(tokens, signal);
    if (this.#waiters.size === 1) this.#serve();
    await acquired;
  }

  /** Serves those who wait as far as the tokens go, and sets the alarm for the next one. */
  #serve(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    for (let wanted = this.#waiters.first; wanted !== undefined; wanted = this.#waiters.first) {
      const readyAt = this.#readyAt(wanted);
      if (this.#clock.now() < readyAt) {
        this.#alarm = new Alarm(this.#clock, readyAt, () => {
          this.#serve();
        });
        return;
      }
      this.#take(wanted);
      this.#waiters.serve();
    }
  }

  #readyAt(tokens: number): number {
    return this.#fullAt + (tokens - this.capacity) * this.#cost;
  }

  #take(tokens: number): void {
    this.#fullAt = Math.max(this.#fullAt, this.#clock.now()) + tokens * this.#cost;
  }

  #check(tokens: number): void {
    if (positive(tokens, 'tokens') > this.capacity) {
      throw new RangeError(
        `the bucket holds at most ${String(this.capacity)} tokens, so ${String(tokens)} will never be there`,
      );
    }
  }
}

/**
 * Allows `limit` things over `per` (default a second): `rateLimit(100, '1m')`. Mode's `rate_limit`.
 *
 * ```ts
 * const bucket = rateLimit(10, '1s');
 * await bucket.acquire(1, this.signal);     // waits for its turn
 * if (!bucket.pour()) return tooMany();     // or never waits
 * ```
 */
export function rateLimit(limit: number, per: Duration = '1s', options: RateLimitOptions = {}): Bucket {
  return new Bucket(limit, per, options);
}

function positive(value: number, what: string): number {
  if (typeof value !== 'number') throw new TypeError(`${what} must be a number, not ${String(value)}`);
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`${what} must be more than 0 and finite, not ${String(value)}`);
  }
  return value;
}
