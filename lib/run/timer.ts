import { Alarm } from '../base/clock.js';
import type { TimerDefinition } from '../declare/definition.js';
import { Calls } from './calls.js';
import type { TaskHost } from './host.js';
import type { Schedule } from './schedule.js';
import type { TimerStatus } from './status.js';

/** What a timer is, durations in milliseconds. */
export type TimerOptions = Omit<TimerDefinition, 'kind' | 'key'>;

/**
 * Calls every `interval`, on the grid that begins with `start()`: tick k is due at `start + k * interval` by the
 * clock that never jumps, however long the calls take (mode's `@Service.timer`, which drifts). Ticks that come due
 * while a call runs are skipped; of ticks that a stall of the whole program delayed, one is made up for, and the next
 * is on the grid again.
 *
 * Each tick that has passed is either a run or a skip.
 */
export class TimerSchedule implements Schedule {
  readonly name: string;
  readonly #calls: Calls;
  #origin = 0;
  /** The tick that is waited for. */
  #tick = 0;
  #alarm: Alarm | undefined;

  /** `random` gives numbers from 0 up to but not including 1, for the jitter. */
  constructor(
    private readonly host: TaskHost,
    private readonly options: TimerOptions,
    call: (signal: AbortSignal) => unknown,
    private readonly random: () => number = Math.random,
  ) {
    this.name = options.name;
    this.#calls = new Calls(host, {
      type: 'timer',
      name: options.name,
      onError: options.onError,
      call,
      settled: () => {
        this.#skipWhatPassed();
      },
    });
  }

  get idle(): Promise<void> | undefined {
    return this.#calls.idle;
  }

  start(): void {
    if (this.#alarm !== undefined || this.host.signal.aborted) return;
    this.#origin = this.host.clock.now();
    this.#arm(1);
    if (!this.options.immediate) return;
    // A call from before a stop may still be going.
    if (this.#calls.busy) this.#calls.skip(1, 'running');
    else this.#calls.make();
  }

  fire(): Promise<void> | undefined {
    if (this.#calls.busy) {
      this.#calls.skip(1, 'running');
      return undefined;
    }
    this.#calls.make();
    return this.idle;
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  status(): TimerStatus {
    const { clock } = this.host;
    return this.#calls.status('timer', this.#alarm && clock.date() + this.#alarm.at - clock.now());
  }

  #arm(tick: number): void {
    // one that is longer than the interval would reach past the next tick, which were lost
    const jitter = Math.min(this.options.jitter, this.options.interval);
    this.#tick = tick;
    this.#alarm = new Alarm(this.host.clock, this.#dueAt(tick) + (jitter > 0 ? this.random() * jitter : 0), () => {
      this.#due();
    });
  }

  #due(): void {
    if (this.host.signal.aborted) {
      this.stop();
      return;
    }
    const last = Math.max(this.#tick, this.#lastTick(this.host.clock.now()));
    const count = last - this.#tick + 1;
    // Before the call, which may take its time: node counts a timeout from the beginning of the loop's turn.
    this.#arm(last + 1);
    if (this.#calls.busy) this.#calls.skip(count, 'running');
    else {
      if (count > 1) this.#calls.skip(count - 1, 'late');
      this.#calls.make();
    }
  }

  /** A call that blocked the program kept the alarm from going off; what came due meanwhile is skipped all the same. */
  #skipWhatPassed(): void {
    const now = this.host.clock.now();
    if (this.#alarm === undefined || this.#alarm.at >= now) return;
    let last = this.#lastTick(now);
    // A tick that is due at this very moment can be kept.
    if (last > this.#tick && this.#dueAt(last) === now) last -= 1;
    const count = last - this.#tick + 1;
    this.#alarm.cancel();
    this.#arm(last + 1);
    this.#calls.skip(count, 'running');
  }

  #dueAt(tick: number): number {
    return this.#origin + tick * this.options.interval;
  }

  /** The last tick that is due by `now`. Computed, not counted: a stall may have been a million ticks long. */
  #lastTick(now: number): number {
    const tick = Math.floor((now - this.#origin) / this.options.interval);
    // The division may be off by a rounding.
    if (this.#dueAt(tick) > now) return tick - 1;
    return this.#dueAt(tick + 1) <= now ? tick + 1 : tick;
  }
}
