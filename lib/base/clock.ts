/**
 * Time is a parameter: everything that waits asks a `Clock`, so a test can hold time in its hands. This is the only
 * file of the core that knows the real clock.
 */

import { soon } from './async.js';

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

/** The longest timer of the platform, in milliseconds: for anything longer it fires at once. */
export const LONGEST = 2 ** 31 - 1;

/**
 * The real clock: `performance.now()`, `Date.now()`, `setTimeout()`. Its timers keep the process alive. It takes the globals as they are
 * at each call, since a test runner puts its own in their place and takes them away again; who set a timer has to clear it.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer(ms, callback) {
    // a timeout of less than a millisecond takes a whole one, and then some
    if (ms < 0.5) return systemTimer(clearImmediate, setImmediate(callback));
    return systemTimer(clearTimeout, setTimeout(callback, ms));
  },
  clearTimer(handle) {
    (handle as { clear: () => void }).clear();
  },
};

function systemTimer<T>(clear: (timer: T) => void, timer: T): TimerHandle {
  return {
    clear: () => {
      clear(timer);
    },
  };
}

const probe = setImmediate(() => undefined);
clearImmediate(probe);
// fake timers may be in place already when this file is loaded (jest's `enableGlobally`), and make nothing of this class
const isReal = (probe as { constructor?: { name?: unknown } }).constructor?.name === 'Immediate';

/** Calls back in the next turn of the real event loop, whatever a test runner does to timers. */
export const nextTurn: (callback: () => void) => void = isReal ? setImmediate : throughPort;

function throughPort(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.once('message', () => {
    port1.close();
    callback();
  });
  port2.postMessage(undefined);
}

/** Calls back when what runs now is over: all of a turn of the event loop, where time is real. */
export function afterTurn(clock: Clock, callback: () => void): void {
  if (clock === systemClock) nextTurn(callback);
  else soon(callback);
}

/** Something that goes by a clock: a service, a container. */
export interface Timekeeper {
  /** The one it goes by now. */
  readonly clock: Clock;
}

let keeper: Timekeeper | undefined;

/** Whose code runs now, as far as it is synchronous: what it makes goes by its clock, unless another one is given. */
export function currentKeeper(): Timekeeper | undefined {
  return keeper;
}

/** Says whose code runs from now on, and answers whose it was. */
export function keepTime(next: Timekeeper | undefined): Timekeeper | undefined {
  const before = keeper;
  keeper = next;
  return before;
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
