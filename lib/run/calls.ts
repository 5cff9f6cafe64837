import { deferred, isEcho, isThenable, type Deferred } from '../base/async.js';
import { keepTime } from '../base/clock.js';
import type { OnError } from '../declare/definition.js';
import type { SkipReason } from '../base/events.js';
import type { TaskHost } from './host.js';
import type { TimerStatus } from './status.js';
import { isTracing, traced } from './tracing.js';

/** What a call threw. In a box, because `undefined` can be thrown. */
export interface Failure {
  readonly error: unknown;
}

/** What runs, and what becomes of its errors. */
export interface CallOptions {
  readonly type: 'task' | 'timer';
  readonly name: string;
  readonly onError: OnError;
  readonly call: (signal: AbortSignal) => unknown;
  /** After each call, once its error went where `onError` says. `ms` is how long it took. */
  settled(failure: Failure | undefined, ms: number): void;
}

type Handler = (error: unknown, service: unknown) => unknown;

/** Makes the calls of one task, timer or crontab, one at a time, counts them and reports each of them. */
export class Calls {
  #runs = 0;
  #skipped = 0;
  #failures = 0;
  #lastAt: number | undefined;
  #lastMs: number | undefined;
  #busy = false;
  // Only made when somebody asks: a call that returns no promise costs none.
  #idle: Deferred<void> | undefined;

  constructor(
    private readonly host: TaskHost,
    private readonly options: CallOptions,
  ) {}

  get busy(): boolean {
    return this.#busy;
  }

  /** Settles, never rejecting, when the call that is under way is over; `undefined` when there is none. */
  get idle(): Promise<void> | undefined {
    if (!this.#busy) return undefined;
    return (this.#idle ??= deferred()).promise;
  }

  /** Calls. Only when not `busy`. */
  make(): void {
    const { host, options } = this;
    this.#busy = true;
    this.#runs += 1;
    this.#lastAt = host.clock.date();
    const run = this.#runs;
    const begun = host.clock.now();
    host.emit({ type: options.type, service: host.service, name: options.name, what: 'begin', run });
    const before = keepTime(host);
    try {
      const result = isTracing()
        ? traced({ host, kind: options.type, name: options.name, run, call: options.call }, () =>
            options.call(host.signal),
          )
        : options.call(host.signal);
      keepTime(before);
      if (isThenable(result)) {
        void Promise.resolve(result).then(
          () => {
            this.#settle(run, begun, undefined);
          },
          (error: unknown) => {
            this.#settle(run, begun, { error });
          },
        );
        return;
      }
    } catch (error) {
      keepTime(before);
      this.#settle(run, begun, { error });
      return;
    }
    this.#settle(run, begun, undefined);
  }

  /** `count` runs were due and are not made. */
  skip(count: number, reason: SkipReason, failure?: Failure): void {
    this.#skipped += count;
    this.host.emit({
      type: this.options.type,
      service: this.host.service,
      name: this.options.name,
      what: 'skip',
      count,
      reason,
      ...failure,
    });
  }

  status(kind: TimerStatus['kind'], nextAt: number | undefined): TimerStatus {
    return {
      service: this.host.service,
      name: this.options.name,
      kind,
      ...(nextAt !== undefined && { nextAt: new Date(nextAt) }),
      ...(this.#lastAt !== undefined && { lastAt: new Date(this.#lastAt) }),
      ...(this.#lastMs !== undefined && { lastMs: this.#lastMs }),
      runs: this.#runs,
      skipped: this.#skipped,
      failures: this.#failures,
    };
  }

  #settle(run: number, begun: number, thrown: Failure | undefined): void {
    const { host, options } = this;
    const ms = host.clock.now() - begun;
    // what an aborted wait rejects with is no failure of the call
    const { signal } = host;
    const failure = thrown !== undefined && signal.aborted && isEcho(thrown.error, signal.reason) ? undefined : thrown;
    // Taken out first: the handlers below may begin the next call, and that one is somebody else's to wait for.
    const idle = this.#idle;
    this.#idle = undefined;
    this.#busy = false;
    this.#lastMs = ms;
    if (failure !== undefined) this.#failures += 1;
    const what = failure === undefined ? 'end' : 'error';
    host.emit({ type: options.type, service: host.service, name: options.name, what, run, ms, ...failure });
    if (failure !== undefined) this.#react(failure.error, run);
    options.settled(failure, ms);
    idle?.resolve();
  }

  #react(error: unknown, run: number): void {
    const { host, options } = this;
    // the handler of an error that fails itself: that is an error of the same run
    const fail = (worse: unknown): void => {
      host.emit({ type: options.type, service: host.service, name: options.name, what: 'error', run, error: worse });
      host.crash(worse);
    };
    if (options.onError === 'crash') host.crash(error);
    else if (typeof options.onError === 'function') {
      // An `async` handler is a function that returns nothing too, as far as TypeScript is concerned.
      try {
        const result: unknown = (options.onError as Handler)(error, host.target);
        if (isThenable(result)) {
          void Promise.resolve(result).catch(fail);
        }
      } catch (worse) {
        fail(worse);
      }
    }
  }
}
