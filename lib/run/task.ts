import { deferred } from '../base/async.js';
import { Alarm } from '../base/clock.js';
import type { TaskDefinition } from '../declare/definition.js';
import { Calls, type Failure } from './calls.js';
import type { TaskHost } from './host.js';

// How long `onError: 'retry'` waits, in milliseconds: 100 ms, then twice as long each time, at most 30 s. A call that
// lasted a minute was healthy, and the waits begin anew.
const FIRST_WAIT = 100;
const FACTOR = 2;
const LONGEST_WAIT = 30_000;
const HEALTHY = 60_000;

/** What a task is: its name, what becomes of its errors, and the work. */
export type TaskOptions = Omit<TaskDefinition, 'kind' | 'key'>;

/** One task of one run of a service (mode's `add_future` and `@Service.task`). */
export class TaskRun {
  readonly name: string;
  readonly #host: TaskHost;
  readonly #retries: boolean;
  readonly #calls: Calls;
  readonly #done = deferred();
  #state: 'new' | 'running' | 'over' = 'new';
  #wait = FIRST_WAIT;

  /** `call` receives the signal of the run, which aborts when the service stops or crashes. */
  constructor(host: TaskHost, { name, onError }: TaskOptions, call: (signal: AbortSignal) => unknown) {
    this.name = name;
    this.#host = host;
    this.#retries = onError === 'retry';
    this.#calls = new Calls(host, {
      type: 'task',
      name,
      onError,
      call,
      settled: (failure, ms) => {
        this.#settled(failure, ms);
      },
    });
  }

  /**
   * Settles, never rejecting, when the task is over: it returned, threw for good, or the run ended while it waited to
   * retry.
   */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Whether it was started and is not over. */
  get running(): boolean {
    return this.#state === 'running';
  }

  /** Calls at once, so an error that is thrown before the first `await` reaches `host.crash` before this returns. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#calls.make();
  }

  #settled(failure: Failure | undefined, ms: number): void {
    if (failure === undefined || !this.#retries || this.#host.signal.aborted) {
      this.#finish();
      return;
    }
    const wait = ms >= HEALTHY ? FIRST_WAIT : this.#wait;
    this.#wait = Math.min(wait * FACTOR, LONGEST_WAIT);
    this.#retryIn(wait);
  }

  #retryIn(ms: number): void {
    const { clock, signal } = this.#host;
    const giveUp = (): void => {
      alarm.cancel();
      this.#finish();
    };
    const alarm = new Alarm(clock, clock.now() + ms, () => {
      signal.removeEventListener('abort', giveUp);
      this.#calls.make();
    });
    signal.addEventListener('abort', giveUp, { once: true });
  }

  #finish(): void {
    this.#state = 'over';
    this.#done.resolve();
  }
}
