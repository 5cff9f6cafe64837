import { url as inspectorUrl } from 'node:inspector';
import { LONGEST } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import { requireOptions } from '../base/nearest.js';

/** How a thread is watched. (systemd's `WatchdogSec=` asks the same of a process: to say every now and then that it lives.) */
export interface KeepaliveOptions {
  /** How often it is asked for a sign of life. Default 1 s (mode: 1.1 s). */
  every?: Duration;
  /** How long it may owe one before it counts as blocked. Default 5 s (mode logs after 3 s, and leaves it at that). */
  timeout?: Duration;
}

/** The same in milliseconds. */
export interface Watch {
  /** How often it is asked, in milliseconds. */
  readonly every: number;
  /** How long it may owe an answer, in milliseconds. */
  readonly timeout: number;
}

/** @throws TypeError for what is no duration, or 0 */
export function watchOf(options: KeepaliveOptions): Watch {
  requireOptions(options, ['every', 'timeout'], 'keepalive of a thread');
  const { every = 1_000, timeout = 5_000 } = options;
  const watch = {
    // it does no harm to ask more often
    every: Math.min(LONGEST, toMs(every, 'The every of keepalive')),
    timeout: toMs(timeout, 'The timeout of keepalive'),
  };
  if (watch.every === 0) throw new TypeError('The every of keepalive must be more than 0');
  if (watch.timeout === 0) throw new TypeError('The timeout of keepalive must be more than 0');
  return watch;
}

/**
 * Notices that a thread's event loop does not turn. Questions that had no answer are counted, not the time: when it is our
 * own loop that was blocked, or the whole machine slept, the thread has owed us nothing.
 *
 * Always on the real clock, whatever the container's: a thread lives in real time.
 */
export class Keepalive {
  readonly #limit: number;
  #cancel: (() => void) | undefined;
  #owed = 0;

  constructor(
    private readonly watch: Watch,
    private readonly ask: () => void,
    private readonly blocked: (ms: number) => void,
  ) {
    this.#limit = Math.ceil(watch.timeout / watch.every);
  }

  /** Begins to ask. */
  start(): void {
    if (this.#cancel !== undefined) return;
    this.#owed = 0;
    const timer = setInterval(() => {
      this.#look();
    }, this.watch.every);
    // a test runner may have put its own in place of this one by then
    const clear = clearInterval;
    this.#cancel = () => {
      clear(timer);
    };
  }

  /** It said something, whatever it was. */
  alive(): void {
    this.#owed = 0;
  }

  /** Asks no more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    // a thread that stands at a breakpoint is not to be shot
    if (isDebugged()) this.#owed = 0;
    if (this.#owed >= this.#limit) {
      // what has arrived while we were busy ourselves is read before this
      setImmediate(() => {
        if (this.#cancel === undefined || this.#owed < this.#limit) return;
        this.stop();
        this.blocked(this.#owed * this.watch.every);
      });
      return;
    }
    this.#owed += 1;
    this.ask();
  }
}

function isDebugged(): boolean {
  try {
    return inspectorUrl() !== undefined;
  } catch {
    return false; // a runtime without an inspector
  }
}
