/** What holds a service outside and the thread of its present run together. */
import { handled } from '../base/async.js';
import type { ModeError } from '../base/errors.js';
import type { LifecycleEventBody, LogLevel } from '../base/events.js';
import { LIFECYCLE, type Lifecycle } from '../lifecycle/lifecycle.js';
import { warn } from '../lifecycle/telling.js';
import type { Service } from '../service.js';
import * as errors from './errors.js';
import { watchOf } from './keepalive.js';
import { moduleUrl } from './module-url.js';
import { LIMITS, type QueueServiceThreadOptions } from './options.js';
import { ThreadRun, type ThreadHost, type ThreadOptions } from './thread-run.js';
import { requireOptions } from '../base/nearest.js';

export class ThreadLink implements ThreadHost {
  /** The thread of the present run, or of the last one. */
  run: ThreadRun | undefined;
  readonly maxQueue: number;
  readonly #options: Omit<ThreadOptions, 'start'>;
  readonly #start: Omit<ThreadOptions['start'], 'label' | 'tree'>;

  constructor(
    private readonly service: Service,
    options: QueueServiceThreadOptions,
  ) {
    const { keepalive = {}, resourceLimits, env, concurrency = 1, maxQueue = 1_000, args = [] } = options;
    requireOptions(resourceLimits, LIMITS, 'resourceLimits of a thread');
    this.maxQueue = positive(maxQueue, 'The maxQueue of a thread');
    this.#options = { watch: keepalive === false ? undefined : watchOf(keepalive), resourceLimits, env };
    this.#start = {
      module: moduleUrl(options.module),
      exportName: options.export ?? 'default',
      setup: options.setup,
      args: this.#cloned(args),
      concurrency: positive(concurrency, 'The concurrency of a thread'),
    };
  }

  get label(): string {
    return this.service.label;
  }

  get state(): string {
    return this.service.state;
  }

  /** Calls a method in the thread. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    return this.run === undefined ? Promise.reject(this.#notRunning(method)) : this.run.calls.call(method, args);
  }

  /** The same with nobody to wait for it. Throws what keeps it from being sent. */
  cast(method: string, args: readonly unknown[]): void {
    if (this.run === undefined) throw this.#notRunning(method);
    this.run.calls.cast(method, args);
  }

  /** Makes the thread of a new run. */
  open(): ThreadRun {
    const start = { ...this.#start, label: this.label, tree: this.service.beacon.path };
    this.run = new ThreadRun(this, { ...this.#options, start });
    return this.run;
  }

  crashed(error: unknown): void {
    this.service.crash(error);
  }

  leaving(): void {
    // what goes wrong on the way is told by the service itself
    void handled(this.service.stop());
  }

  log(level: LogLevel, message: string, meta: unknown): void {
    this.#lifecycle.env.logger[level](message, meta);
  }

  event(event: LifecycleEventBody): void {
    const { env, id } = this.#lifecycle;
    if (!env.listening) return;
    env.emit(event.type === 'service' ? { ...event, id: `${id}/${event.id}` } : event);
  }

  castFailed(method: string, error: unknown): void {
    warn(this.#lifecycle, `cast ${method}() to its thread, where it failed`, error);
  }

  #notRunning(method: string): ModeError {
    return errors.notRunning(this.label, this.state, method);
  }

  get #lifecycle(): Lifecycle {
    return this.service[LIFECYCLE];
  }

  #cloned(args: readonly unknown[]): readonly unknown[] {
    try {
      return structuredClone(args);
    } catch (error) {
      throw errors.notCloneable(this.label, `One of the args of ${this.label}`, error);
    }
  }
}

function positive(value: number, what: string): number {
  if ((Number.isInteger(value) || value === Infinity) && value > 0) return value;
  throw new TypeError(`${what} cannot be ${String(value)}\n  → Give a whole number from 1 on.`);
}
