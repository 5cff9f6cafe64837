import { LONGEST, nextTurn, type Clock, type TimerHandle } from '../base/clock.js';
import { deferred, type Deferred } from '../base/async.js';
import { formatMs, toMs, type Duration } from '../base/duration.js';
import { requireOptions } from '../base/nearest.js';

// Taken when this file is loaded, so that a test runner's own fake timers do not stop it.
const realTimeout = setTimeout;
const stopRealTimeout = clearTimeout;

// One turn of the real event loop lets every promise reaction run; a few more are for code that takes turns itself.
const TURNS = 3;
// So many timers without any time passing are a loop that sets a timer of 0 ms again and again.
const STUCK = 100_000;

/** Options of a `FakeClock`. */
export interface FakeClockOptions {
  /** What the wall clock shows at first: anything that `new Date()` takes, by default 2026-01-01T00:00:00Z. */
  start?: Date | string | number;
  /**
   * How long `waitForSleepers` waits, in real time, before it says what is missing. By default 4 s, less than most test
   * runners wait.
   */
  patience?: Duration;
}

interface Entry {
  readonly due: number;
  readonly delay: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that a test holds in its hands: time stands still until `advance` moves it.
 *
 * ```ts
 * const clock = new FakeClock();
 * const container = new Container({ clock });
 * await container.boot(App);
 * await clock.advance('1m'); // every timer of that minute fires, in order
 * ```
 */
export class FakeClock implements Clock {
  #now = 0;
  #date: number;
  #order = 0;
  /** The next one last, where it is cheap to take. */
  readonly #entries: Entry[] = [];
  #waiting: { count: number; reached: Deferred<void> }[] = [];
  #queue: Promise<void> = Promise.resolve();
  readonly #patience: number;

  constructor(options: FakeClockOptions = {}) {
    requireOptions(options, ['start', 'patience'], 'new FakeClock()');
    const { start = '2026-01-01T00:00:00Z', patience = '4s' } = options;
    this.#patience = toMs(patience, 'The patience of a FakeClock');
    this.#date = new Date(start).getTime();
    if (Number.isNaN(this.#date)) throw new TypeError(`A FakeClock cannot start at ${String(start)}\n  → Give a date.`);
  }

  /** Milliseconds since this clock was made. Never jumps. */
  now(): number {
    return this.#now;
  }

  /** The wall clock, in milliseconds since the epoch. */
  date(): number {
    return this.#date;
  }

  /**
   * Calls `callback` in an `advance` that reaches `ms` milliseconds from now; timers of the same time in the order
   * they were set.
   */
  setTimer(ms: number, callback: () => void): TimerHandle {
    const delay = Math.max(0, ms);
    const entry: Entry = { due: this.#now + delay, delay, order: this.#order++, callback };
    this.#entries.splice(this.#position(entry), 0, entry);
    this.#waiting = this.#waiting.filter(({ count, reached }) => {
      if (this.sleepers < count) return true;
      reached.resolve();
      return false;
    });
    return entry;
  }

  /** Keeps a timer from firing. Nothing happens when it has fired already. */
  clearTimer(handle: TimerHandle): void {
    const position = this.#position(handle as Entry);
    if (this.#entries[position] === handle) this.#entries.splice(position, 1);
  }

  /** How many timers are set. */
  get sleepers(): number {
    return this.#entries.length;
  }

  /** When the timers that are set are due, on the scale of `now()`, the next one first. */
  pending(): number[] {
    return this.#entries.map(({ due }) => due).reverse();
  }

  /**
   * Moves time forward. Every timer that is due on the way fires, in order and at its time, and after each of them
   * whatever waits on a promise gets to run, so that it can set timers which fire in this same `advance`.
   *
   * Real input and output is not waited for: use `waitForSleepers` where it comes before a timer. Rejects with what a
   * timer's callback throws.
   */
  advance(duration: Duration): Promise<void> {
    const ms = toMs(duration, 'The time to advance by');
    return this.#inTurn(async () => {
      await settle();
      await this.#reach(this.#now + ms);
    });
  }

  /** Moves time forward to the next timer that is set, and fires all that are due then. */
  next(): Promise<void> {
    return this.#inTurn(async () => {
      await settle();
      const next = this.#entries.at(-1);
      if (next === undefined) {
        throw new Error('Nothing waits on this clock\n  → Wait with `waitForSleepers(1)` until something does.');
      }
      await this.#reach(next.due);
    });
  }

  /**
   * Lets time pass while nothing else can run, as a long computation does. What is due meanwhile fires late: in the
   * `advance` that is under way, as far as that one was meant to go, or in the next.
   */
  block(duration: Duration): void {
    this.#pass(toMs(duration, 'The time to block for'));
  }

  /** Sets the wall clock alone, forward or (`'-1h'`, or a negative number of milliseconds) back. No timer fires. */
  jump(by: Duration): void {
    const isBack = typeof by === 'string' ? by.startsWith('-') : by < 0;
    const length = !isBack ? by : typeof by === 'string' ? by.slice(1) : -by;
    const ms = toMs(length, 'The time to jump by');
    this.#date += isBack ? -ms : ms;
  }

  /**
   * Waits, in real time, until at least `count` timers are set: never advance before the code under test sleeps.
   * Rejects with what is set when that takes too long (`patience`).
   */
  async waitForSleepers(count: number): Promise<void> {
    if (this.sleepers >= count) return;
    const reached = deferred();
    this.#waiting.push({ count, reached });
    const impatience = realTimeout(
      () => {
        const due = this.pending().map((at) => formatMs(at - this.#now));
        reached.reject(
          new Error(
            `Waited for ${String(count)} timers, but there are ${String(due.length)}` +
              (due.length === 0 ? '' : `, due in ${due.slice(0, 10).join(', ')}`),
          ),
        );
      },
      Math.min(LONGEST, this.#patience),
    );
    try {
      await reached.promise;
    } finally {
      stopRealTimeout(impatience);
    }
  }

  /** One `advance` after the other, also when a test forgets to wait. */
  #inTurn(move: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(move);
    this.#queue = result.catch(() => {
      // whoever asked for it is told
    });
    return result;
  }

  async #reach(target: number): Promise<void> {
    let stuck = 0;
    for (let entry = this.#nextUntil(target); entry !== undefined; entry = this.#nextUntil(target)) {
      if (entry.due > this.#now) stuck = 0;
      else if (entry.delay === 0) stuck += 1;
      if (stuck > STUCK) {
        throw new Error('A timer of 0 ms is set again and again\n  → Wait for something, or for some time.');
      }
      this.#entries.pop();
      this.#pass(Math.max(0, entry.due - this.#now));
      entry.callback();
      await settle();
    }
    this.#pass(Math.max(0, target - this.#now));
    await settle();
  }

  #nextUntil(target: number): Entry | undefined {
    const entry = this.#entries.at(-1);
    return entry !== undefined && entry.due <= target ? entry : undefined;
  }

  #pass(ms: number): void {
    this.#now += ms;
    this.#date += ms;
  }

  /** Where an entry is, or would be. */
  #position(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle];
      if (other !== undefined && isLater(other, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isLater(one: Entry, other: Entry): boolean {
  return one.due > other.due || (one.due === other.due && one.order > other.order);
}

/** Lets everything run that does not wait for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise<void>((resolve) => {
      nextTurn(resolve);
    });
  }
}
