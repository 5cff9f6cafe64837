import { isThenable } from '../base/async.js';
import { Alarm } from '../base/clock.js';
import type { CrontabDefinition } from '../declare/definition.js';
import { Calls } from './calls.js';
import { parseCrontab, type CronTable } from './cron.js';
import type { TaskHost } from './host.js';
import type { Schedule } from './schedule.js';
import type { TimerStatus } from './status.js';

// A wait for the wall clock is cut into pieces of this length, so that a clock that was set, and a laptop that was
// asleep, are noticed soon.
const RECHECK = 30_000;
// An instant that is noticed later than this was missed.
const MISSED = 60_000;
// A clock that was set back by less than this has not gone back for us: what has run does not run again. After more
// than this, it was wrong before, and we begin anew. Vixie cron draws the line at the same place.
const CORRECTION = 3 * 3_600_000;
// Missed instants are counted one by one, so a stall of a year must not take forever: a higher number than this is
// not exact.
const COUNTED = 1000;

/** What a crontab is. */
export type CrontabOptions = Omit<CrontabDefinition, 'kind' | 'key'>;

/**
 * Calls at the instants of a cron expression by the wall clock, never before them (mode's `@Service.crontab`). Before
 * each run the coordinator is asked. Instants that come while a call or its claim is under way are skipped.
 *
 * What was missed (noticed more than a minute late: the machine slept, the program stalled, the clock was set) is
 * skipped (`missed: 'skip'`) or made up for by a single run (`missed: 'once'`).
 */
export class CrontabSchedule implements Schedule {
  readonly name: string;
  readonly #table: CronTable;
  readonly #calls: Calls;
  #alarm: Alarm | undefined;
  #next: number | undefined;
  /** The latest time that the wall clock ever showed us. */
  #latest = 0;
  #claiming: Promise<void> | undefined;

  constructor(
    private readonly host: TaskHost,
    private readonly options: CrontabOptions,
    call: (signal: AbortSignal) => unknown,
  ) {
    this.name = options.name;
    this.#table = parseCrontab(options.expression, options.timezone);
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
    return this.#claiming ?? this.#calls.idle;
  }

  start(): void {
    if (this.#alarm !== undefined || this.host.signal.aborted) return;
    this.#latest = this.host.clock.date();
    this.#next = this.#table.next(this.#latest);
    this.#arm();
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  status(): TimerStatus {
    return this.#calls.status('crontab', this.#alarm && this.#next);
  }

  #arm(): void {
    const { clock } = this.host;
    this.#alarm?.cancel();
    this.#alarm =
      this.#next === undefined
        ? undefined
        : new Alarm(clock, clock.now() + Math.min(this.#next - clock.date(), RECHECK), () => {
            this.#wake();
          });
  }

  #wake(): void {
    if (this.host.signal.aborted || this.#next === undefined) {
      this.stop();
      return;
    }
    const now = this.host.clock.date();
    if (now < this.#latest - CORRECTION) {
      this.#latest = now;
      this.#next = this.#table.next(now);
    }
    this.#latest = Math.max(this.#latest, now);
    if (this.#next === undefined || now < this.#next) this.#arm();
    else this.#due(now, this.#next);
  }

  #due(now: number, first: number): void {
    const { last, count } = this.#take(first, now);
    this.#arm();
    if (this.#calls.busy || this.#claiming !== undefined) this.#calls.skip(count, 'running');
    else if (now - last > MISSED && this.options.missed === 'skip') this.#calls.skip(count, 'late');
    else {
      if (count > 1) this.#calls.skip(count - 1, 'late');
      this.#claim(new Date(last));
    }
  }

  /** The instants from `first` up to `now` are dealt with: which is the last of them, and how many are there? */
  #take(first: number, now: number): { last: number; count: number } {
    let last = first;
    let count = 1;
    this.#next = this.#table.next(first);
    while (this.#next !== undefined && this.#next <= now) {
      if (count === COUNTED) {
        // The last one all the same, for it is what the replicas must agree upon.
        last = this.#table.last(now) ?? this.#next;
        this.#next = this.#table.next(now);
        break;
      }
      last = this.#next;
      count += 1;
      this.#next = this.#table.next(last);
    }
    return { last, count };
  }

  /** A call that blocked the program kept the alarm from going off; what came meanwhile is skipped all the same. */
  #skipWhatPassed(): void {
    // An instant that is this very moment can be kept.
    const before = this.host.clock.date() - 1;
    if (this.#alarm === undefined || this.#next === undefined || this.#next > before) return;
    const { count } = this.#take(this.#next, before);
    this.#arm();
    this.#calls.skip(count, 'running');
  }

  #claim(at: Date): void {
    try {
      const answer = this.host.coordinator.claim({ name: `${this.host.key}.${this.name}`, at });
      if (!isThenable(answer)) {
        this.#claimed(answer);
        return;
      }
      this.#claiming = Promise.resolve(answer)
        .then(
          (granted) => {
            this.#claiming = undefined;
            this.#claimed(granted);
          },
          (error: unknown) => {
            this.#claiming = undefined;
            this.#unclaimed(error);
          },
        )
        .then(() => this.#calls.idle);
    } catch (error) {
      this.#unclaimed(error);
    }
  }

  #claimed(granted: boolean): void {
    if (!granted) this.#calls.skip(1, 'refused');
    else if (this.#alarm === undefined || this.host.signal.aborted) this.#calls.skip(1, 'stopped');
    else this.#calls.make();
  }

  #unclaimed(error: unknown): void {
    this.#calls.skip(1, 'refused', { error });
    this.host.emit({
      type: 'warning',
      service: this.host.service,
      message: `The coordinator could not say whether ${this.host.service}.${this.name} may run, so it did not`,
      error,
    });
  }
}
