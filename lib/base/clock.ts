/**
 * Time is a parameter: everything that waits asks a `Clock`, so a test can hold time in its hands. This is the only
 * file of the core that knows the real clock.
 */

/** The handle of a timer that has been set, for `clearTimer`. Nothing else is to be done with it. */
export type TimerHandle = object;

/**
 * The time source of a container: `new Container({ clock })`. `systemClock`, the default, is the real one; `mode-ts/testing`
 * has a fake one. (Mode reads the time wherever it needs it; to pass a clock is what Go's fx does.)
 */
export interface Clock {
  /** Milliseconds on a clock that never jumps. Only differences mean something. */
  now(): number;
  /** The wall clock, in milliseconds since the epoch. May jump. */
  date(): number;
  /** Calls `callback` once, `ms` milliseconds from now or a little later; never before this returns. */
  setTimer(ms: number, callback: () => void): TimerHandle;
  /** Keeps a timer from firing. Nothing happens when it has fired, or was cleared, already. */
  clearTimer(handle: TimerHandle): void;
}

// setTimeout takes a 32 bit number of milliseconds and fires at once for anything larger.
const LONGEST = 2 ** 31 - 1;

const probe = setImmediate(() => undefined);
const Immediate = probe.constructor as new () => object;
clearImmediate(probe);

// the global is a getter, which costs more than the reading, and loads its module when it is first asked
let time: typeof performance | undefined;

/** The real clock: `performance.now()`, `Date.now()`, `setTimeout()`. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => (time ??= performance).now(),
  date: () => Date.now(),
  // a timeout of less than a millisecond takes a whole one, and then some
  setTimer: (ms, callback) => (ms < 0.5 ? setImmediate(callback) : setTimeout(callback, ms)),
  clearTimer: (handle) => {
    if (handle instanceof Immediate) clearImmediate(handle as NodeJS.Immediate);
    else clearTimeout(handle as NodeJS.Timeout);
  },
};

const SETTLED = Promise.resolve();
// the real one, since what a test runner puts in its place is forgotten when the test is over
const atEndOfTurn = setImmediate;

/** Calls back when what runs now is over: all of a turn of the event loop, where time is real. */
export function afterTurn(clock: Clock, callback: () => void): void {
  if (clock === systemClock) atEndOfTurn(callback);
  else void SETTLED.then(callback);
}

let wall = NaN;
let recent = 0;

/**
 * `clock.now()` in whole microseconds, or what the system clock showed up to a millisecond ago: to read it takes several times as
 * long as to see that the wall clock has not moved. For what is only told; nothing is ever timed by it.
 */
export function recentMicros(clock: Clock): number {
  if (clock !== systemClock) return Math.round(clock.now() * 1000);
  const date = Date.now();
  if (date !== wall) {
    wall = date;
    recent = Math.round(clock.now() * 1000);
  }
  return recent;
}

/** A pending call at an absolute time. */
export class Alarm {
  #handle: TimerHandle | undefined;

  /**
   * Calls `callback` once when `clock.now()` has reached `at`, never before it: a timer that fires early (node counts
   * from the start of its loop turn) is set again for the rest, and a wait longer than a timer can take is split.
   */
  constructor(
    private readonly clock: Clock,
    readonly at: number,
    private readonly callback: () => void,
  ) {
    this.#arm(clock.now());
  }

  /** Takes it back. Nothing happens once it has gone off. */
  cancel(): void {
    if (this.#handle === undefined) return;
    this.clock.clearTimer(this.#handle);
    this.#handle = undefined;
  }

  #arm(now: number): void {
    this.#handle = this.clock.setTimer(Math.min(Math.max(0, this.at - now), LONGEST), () => {
      const reached = this.clock.now();
      if (reached < this.at) this.#arm(reached);
      else {
        this.#handle = undefined;
        this.callback();
      }
    });
  }
}
