import { deferred, isThenable, type Deferred } from '../base/async.js';
import { Alarm } from '../base/clock.js';
import { formatMs } from '../base/duration.js';
import type { CrontabDefinition } from '../declare/definition.js';
import { Calls, type Failure } from './calls.js';
import { parseCrontab, type CronTable } from './cron.js';
import type { TaskHost } from './host.js';
import type { Schedule } from './schedule.js';
import type { TimerStatus } from './status.js';

// A wait for the wall clock is cut into pieces of this length, so that a clock that was set, and a laptop that was
// asleep, are noticed soon.
const RECHECK = 30_000;
// An instant that is noticed later than this was missed.
const MISSED = 60_000;
const HOUR = 3_600_000;
// A clock that was set back by less than this makes nothing run again. After more than this, it was wrong before, and we begin
// anew. Vixie cron draws the line at the same place.
const CORRECTION = 3 * HOUR;
// How long a coordinator may take to answer, and how long a stop still waits for it.
const ANSWER = 30_000;
const LAST_ANSWER = 2_000;
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
 *
 * A clock that is set back makes nothing run again that has run, except where the runs are less than an hour apart: those would be
 * missed more than they would be repeated, so they go on by the instants of the new clock.
 */
export class CrontabSchedule implements Schedule {
  readonly name: string;
  readonly #table: CronTable;
  readonly #calls: Calls;
  #alarm: Alarm | undefined;
  #next: number | undefined;
  /** The latest instant that was dealt with: none up to it comes again. */
  #dealt = 0;
  /** When we last looked, and what the wall clock showed. */
  #looked = { at: 0, date: 0 };
  #claiming: Claim | undefined;

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
    return this.#claiming?.over.promise ?? this.#calls.idle;
  }

  start(): void {
    if (this.#alarm !== undefined || this.host.signal.aborted) return;
    this.#dealt = this.host.clock.date();
    this.#next = this.#table.next(this.#dealt);
    this.#arm(this.#dealt);
  }

  fire(): Promise<void> | undefined {
    if (this.#isBusy) {
      this.#calls.skip(1, 'running');
      return undefined;
    }
    this.#claim(new Date(this.host.clock.date()));
    return this.idle;
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#claiming?.hurry();
  }

  status(): TimerStatus {
    return this.#calls.status('crontab', this.#alarm && this.#next);
  }

  /** Waits for the next instant. `date` is what the wall clock shows. */
  #arm(date: number): void {
    const { clock } = this.host;
    this.#looked = { at: clock.now(), date };
    this.#alarm?.cancel();
    this.#alarm =
      this.#next === undefined
        ? undefined
        : new Alarm(clock, this.#looked.at + Math.min(this.#next - date, RECHECK), () => {
            this.#wake();
          });
  }

  #wake(): void {
    if (this.host.signal.aborted || this.#next === undefined) {
      this.stop();
      return;
    }
    const now = this.host.clock.date();
    if (now < this.#looked.date) this.#planAnew(now);
    if (this.#next === undefined || now < this.#next) this.#arm(now);
    else this.#due(now, this.#next);
  }

  /** The wall clock was set back. */
  #planAnew(now: number): void {
    // it may have shown every time since this one, and nothing has run at them
    const since = now - (this.host.clock.now() - this.#looked.at);
    if (this.#dealt - now > CORRECTION || this.#wouldBeSilent(since)) this.#dealt = since;
    this.#next = this.#table.next(Math.max(this.#dealt, since));
  }

  /** Whether what runs more often than once an hour would have a much longer pause. */
  #wouldBeSilent(since: number): boolean {
    const first = this.#table.next(since) ?? Infinity;
    const interval = (this.#table.next(first) ?? Infinity) - first;
    return interval < HOUR && (this.#table.next(this.#dealt) ?? since) - since > 2 * interval;
  }

  get #isBusy(): boolean {
    return this.#calls.busy || this.#claiming !== undefined;
  }

  #due(now: number, first: number): void {
    const { last, count } = this.#take(first, now);
    this.#arm(now);
    const isBusy = this.#isBusy;
    if (!isBusy && now - last > MISSED && this.options.missed === 'skip') {
      this.#calls.skip(count, 'late');
      return;
    }
    this.#dealt = last;
    if (isBusy) this.#calls.skip(count, 'running');
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
    const { last, count } = this.#take(this.#next, before);
    this.#dealt = last;
    this.#arm(before + 1);
    this.#calls.skip(count, 'running');
  }

  #claim(at: Date): void {
    const name = `${this.host.key}.${this.name}`;
    try {
      const answer = this.host.coordinator.claim({ name, at });
      if (isThenable(answer)) this.#await(Promise.resolve(answer));
      else this.#claimed(answer);
    } catch (error) {
      this.#unclaimed(error);
    }
  }

  #await(answer: Promise<boolean>): void {
    const { clock } = this.host;
    const begun = clock.now();
    const over = deferred();
    const end = (what: () => void): boolean => {
      if (this.#claiming !== claim) return false;
      this.#claiming = undefined;
      alarm.cancel();
      what();
      over.resolve(this.#calls.idle);
      return true;
    };
    const giveUpIn = (ms: number): Alarm =>
      new Alarm(clock, clock.now() + ms, () => {
        end(() => {
          this.#calls.skip(1, this.#alarm === undefined ? 'stopped' : 'refused');
          this.#warn(`did not say within ${formatMs(clock.now() - begun)} whether`, 'may run, so it did not');
        });
      });
    let alarm = giveUpIn(ANSWER);
    const claim: Claim = {
      over,
      hurry: () => {
        alarm.cancel();
        alarm = giveUpIn(LAST_ANSWER);
      },
    };
    this.#claiming = claim;
    answer.then(
      (granted) => {
        const isInTime = end(() => {
          this.#claimed(granted);
        });
        if (!isInTime && granted) this.#warn('said too late that', 'may run, so it did not run anywhere');
      },
      (error: unknown) =>
        end(() => {
          this.#unclaimed(error);
        }),
    );
  }

  #claimed(granted: boolean): void {
    if (!granted) this.#calls.skip(1, 'refused');
    else if (this.#alarm === undefined || this.host.signal.aborted) this.#calls.skip(1, 'stopped');
    else this.#calls.make();
  }

  #unclaimed(error: unknown): void {
    this.#calls.skip(1, 'refused', { error });
    this.#warn('could not say whether', 'may run, so it did not', { error });
  }

  #warn(what: string, then: string, failure?: Failure): void {
    const { service } = this.host;
    this.host.emit({
      type: 'warning',
      service,
      message: `The coordinator ${what} ${service}.${this.name} ${then}`,
      ...failure,
    });
  }
}

/** A question that the coordinator has not answered yet. */
interface Claim {
  /** With the run that came of it. */
  readonly over: Deferred<void>;
  /** It has less time from now on. */
  hurry(): void;
}
