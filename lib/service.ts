/** The base class of services. Optional: a class with some of the hooks is managed the same way. */
import { handled } from './base/async.js';
import { toMs, type Duration } from './base/duration.js';
import { ModeError, StopError } from './base/errors.js';
import { declareBase } from './declare/definition.js';
import type { LogLevel, Logger, ServiceState } from './base/events.js';
import { Beacon } from './lifecycle/beacon.js';
import type { Hooks } from './lifecycle/hooks.js';
import { LIFECYCLE, type Lifecycle } from './lifecycle/lifecycle.js';
import { makeLifecycle } from './lifecycle/making.js';
import { protectMembers } from './lifecycle/steps.js';
import { releaseOf, releaseWith } from './lifecycle/release.js';
import { tracebacksOf } from './lifecycle/tracebacks.js';
import { toPromise, type Settled } from './lifecycle/waiting.js';
import { backgroundTask } from './run/background.js';
import { Diag, withFlag } from './tools/diag.js';

/** What became of a `wait`. */
export type WaitResult<T> = { status: 'done'; value: T } | { status: 'stopped' } | { status: 'timeout' };
/** What became of a `waitFirst`. */
export type WaitFirstResult<T> =
  { status: 'done'; value: T; index: number } | { status: 'stopped' } | { status: 'timeout' };
/** What became of a `waitMany`. */
export type WaitManyResult<T> = { status: 'done'; values: T[] } | { status: 'stopped' } | { status: 'timeout' };

export interface WaitOptions {
  /** Give up waiting after this long. Default: never. */
  timeout?: Duration;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the hooks are there to be declared by subclasses
export interface Service extends Hooks {
  /**
   * The level at which a log mentions what is no news: that it starts, runs, stops (mode's `mundane_level`). Default `'info'`;
   * `'debug'` for a service that comes and goes all the time.
   */
  mundaneLevel?: LogLevel;
}

/** Something that can be started, stopped, restarted and supervised (mode's `Service`). */
export class Service implements AsyncDisposable {
  /** @internal */
  declare readonly [LIFECYCLE]: Lifecycle;

  constructor() {
    // not by its `constructor` property: what was made for this very class is known already
    (this as { [LIFECYCLE]: Lifecycle })[LIFECYCLE] = makeLifecycle(this, new.target);
  }

  /** A service whose one task is `run` (mode's `from_awaitable`). It is given the run's signal. */
  static from(run: (signal: AbortSignal) => unknown, options: { name?: string } = {}): Service {
    return new FromFunction(run, options.name ?? (run.name === '' ? 'Service' : run.name));
  }

  /** What people read in logs and errors. Default: the `name` option of `@service()`, or the name of the class. */
  get label(): string {
    return this[LIFECYCLE].name;
  }

  /** The label without the signs that a log puts around it (mode's `shortlabel`). */
  get shortLabel(): string {
    return this.label;
  }

  get state(): ServiceState {
    return this[LIFECYCLE].state;
  }

  /** Whether it runs. */
  get started(): boolean {
    return this.state === 'running';
  }

  get crashed(): boolean {
    return this.state === 'crashed';
  }

  /** What ended its run, when that was an error. */
  get crashReason(): unknown {
    return this[LIFECYCLE].crashReason;
  }

  /** Whether its work should come to an end. */
  get shouldStop(): boolean {
    return this[LIFECYCLE].shouldStop;
  }

  /** How often it was started again. */
  get restartCount(): number {
    return this[LIFECYCLE].restartCount;
  }

  /** Aborts with the reason when the run ends, by a stop or by a crash. */
  get signal(): AbortSignal {
    return this[LIFECYCLE].signal;
  }

  /** Its place in the tree of what runs. */
  get beacon(): Beacon {
    return new Beacon(this[LIFECYCLE].treeNode);
  }

  /** Logs to the container's logger, prefixed by its place: `[^--Name]: ...`. Silent until a logger was given. */
  get log(): Logger {
    return this[LIFECYCLE].log;
  }

  /**
   * Starts it and its children. In a container, starts what it depends on first.
   *
   * @throws what its own hook threw, after the way down
   */
  start(): Promise<void> {
    const { owner } = this[LIFECYCLE];
    return owner?.startOwned === undefined ? this[LIFECYCLE].start() : owner.startOwned();
  }

  /** Starts it unless it runs already. Resolves to whether it had to. */
  async maybeStart(): Promise<boolean> {
    if (this.state === 'starting' || this.state === 'running') return false;
    await this.start();
    return true;
  }

  /** Stops it and its children; in a container, what depends on it first. Rejects after everything was tried. */
  stop(): Promise<void> {
    const { owner } = this[LIFECYCLE];
    return owner?.stopOwned === undefined ? this[LIFECYCLE].stop() : owner.stopOwned();
  }

  /** Stops it and starts it again; in a container, what depends on it comes back after it. */
  async restart(): Promise<void> {
    const { owner } = this[LIFECYCLE];
    if (owner?.restartOwned !== undefined) return owner.restartOwned();
    await this[LIFECYCLE].stop();
    return this[LIFECYCLE].start();
  }

  /** Ends its run because of an error. Who answers for it decides what follows: a supervisor, its parent, the container. */
  crash(error: unknown): void {
    this[LIFECYCLE].crash(error);
  }

  /** Adds a child: it starts after this one's `onStart` and stops after its `onStop`. Returns the child. */
  addDependency<T extends Service>(child: T): T {
    this[LIFECYCLE].adopt(child[LIFECYCLE]);
    return child;
  }

  /** Adds a child, and starts it if this service runs. */
  async addRuntimeDependency<T extends Service>(child: T): Promise<T> {
    this.addDependency(child);
    if (this.state === 'running') await child.maybeStart();
    return child;
  }

  /** Stops a child and lets it go. */
  async removeDependency(child: Service): Promise<void> {
    if (!this[LIFECYCLE].children.includes(child[LIFECYCLE])) {
      throw new ModeError('ERR_MODE_UNKNOWN', {
        message: `${child.label} is no child of ${this.label}`,
        remedy: 'Give a service that addDependency() was given.',
        path: [this.label, child.label],
      });
    }
    try {
      await child[LIFECYCLE].stop();
    } finally {
      this[LIFECYCLE].disown(child[LIFECYCLE]);
    }
  }

  /**
   * Runs something in the background of this run (mode's `add_future`). An error of it crashes the service; a stop waits
   * for it.
   */
  addTask(work: PromiseLike<unknown> | ((signal: AbortSignal) => unknown), options: { name?: string } = {}): void {
    const run = this[LIFECYCLE].activeRun('addTask()');
    const underWay = typeof work !== 'function';
    const call = underWay ? () => work : work;
    const name = options.name ?? (underWay || work.name === '' ? 'task' : work.name);
    run.add(backgroundTask(run, name, call, underWay));
  }

  /** Releases the value at the end of the run, last in first out (mode's `add_context`). Returns the value. */
  use<T extends AsyncDisposable | Disposable>(value: T): T {
    releaseWith(this[LIFECYCLE], 'use()', releaseOf(value));
    return value;
  }

  /** Releases the value at the end of the run by calling `release`. Returns the value. */
  adopt<T>(value: T, release: (value: T) => unknown): T {
    releaseWith(this[LIFECYCLE], 'adopt()', () => release(value));
    return value;
  }

  /** Calls the function at the end of the run. */
  defer(release: () => unknown): void {
    releaseWith(this[LIFECYCLE], 'defer()', release);
  }

  /** Sleeps, until the run ends. Resolves to whether it slept in full. */
  sleep(duration: Duration): Promise<boolean> {
    return this[LIFECYCLE].waits.sleep(toMs(duration, 'The duration of sleep()'));
  }

  /** Waits for a promise, or for what a function returns, until the run ends. Rejects as the promise does. */
  async wait<A>(awaitable: A, options: WaitOptions = {}): Promise<WaitResult<Settled<A>>> {
    const outcome = await this[LIFECYCLE].waits.promise(toPromise(awaitable), 'wait', timeoutOf(options));
    return typeof outcome === 'string' ? { status: outcome } : { status: 'done', value: outcome.value };
  }

  /** Waits for the first of several. */
  async waitFirst<A>(awaitables: Iterable<A>, options: WaitOptions = {}): Promise<WaitFirstResult<Settled<A>>> {
    const raced = [...awaitables].map(async (awaitable, index) => ({ value: await toPromise(awaitable), index }));
    for (const promise of raced) void handled(promise);
    const outcome = await this[LIFECYCLE].waits.promise(Promise.race(raced), 'waitFirst', timeoutOf(options));
    return typeof outcome === 'string' ? { status: outcome } : { status: 'done', ...outcome.value };
  }

  /** Waits for all of several. */
  async waitMany<A>(awaitables: Iterable<A>, options: WaitOptions = {}): Promise<WaitManyResult<Settled<A>>> {
    const all = Promise.all([...awaitables].map(async (awaitable) => toPromise(awaitable)));
    const outcome = await this[LIFECYCLE].waits.promise(all, 'waitMany', timeoutOf(options));
    return typeof outcome === 'string' ? { status: outcome } : { status: 'done', values: outcome.value };
  }

  /** Waits for a promise, and tells whether the run ended first. */
  async waitForStopped(awaitable: unknown, options: WaitOptions = {}): Promise<boolean> {
    return (await this.wait(awaitable, options)).status === 'stopped';
  }

  /** Waits until the run ends. */
  async waitUntilStopped(): Promise<void> {
    await this[LIFECYCLE].waits.until('waitUntilStopped', undefined, () => undefined);
  }

  /**
   * Ticks at a fixed interval until the run ends (mode's `itertimer`): `for await (const elapsed of this.ticks('1s'))`.
   * Yields the milliseconds since the last tick. A tick that comes due while the loop's body runs is skipped.
   */
  ticks(interval: Duration): AsyncGenerator<number, void, void> {
    const ms = toMs(interval, 'The interval of ticks()');
    if (ms === 0) throw new TypeError('The interval of ticks() must be more than 0');
    return this[LIFECYCLE].waits.ticks(ms);
  }

  /** Keeps a stop waiting until it is released, at most `stopTimeout` (mode's `wait_for_shutdown`). */
  holdShutdown(): { release(): void } {
    return this[LIFECYCLE].activeRun('holdShutdown()').hold();
  }

  /** What it is doing at the moment, as flags for people to read (mode's `diag`). */
  get diag(): Diag {
    let diag = diags.get(this[LIFECYCLE]);
    if (diag === undefined) {
      diag = new Diag({ date: () => this[LIFECYCLE].env.clock.date() });
      diags.set(this[LIFECYCLE], diag);
    }
    return diag;
  }

  /** Keeps a flag of `diag` up until the promise has settled, and settles like it (mode's `transition_with`). */
  transitionWith<T>(flag: string, promise: PromiseLike<T>): Promise<T> {
    return withFlag(this.diag, flag, promise);
  }

  /**
   * What each running task, timer and hook waits on, by its name, and what those of its children do, as `Child → name` (mode's
   * `tracebacks`). With `traceWaits()` on, each is told its own waits, and on which line of your code it went to sleep.
   */
  tracebacks(): Record<string, string> {
    return tracebacksOf(this[LIFECYCLE]);
  }

  /** The same as one text (mode's `human_tracebacks`). */
  humanTracebacks(): string {
    return Object.entries(this.tracebacks())
      .map(([name, text]) => `${name}\n${'='.repeat(name.length)}\n${text}`)
      .join('\n\n');
  }

  /**
   * Starts services in their order and stops them in reverse (mode's `join_services`). One that cannot start crashes this
   * service, and the rest goes on.
   *
   * @throws what went wrong while they were stopped, after all were tried
   */
  async joinServices(services: readonly Service[]): Promise<void> {
    for (const service of services) {
      try {
        await service.maybeStart();
      } catch (error) {
        this.crash(error);
      }
    }
    const errors: { service: string; error: unknown }[] = [];
    for (const service of [...services].reverse()) {
      try {
        await service.stop();
      } catch (error) {
        errors.push({ service: service.label, error });
      }
    }
    if (errors.length > 1) throw new StopError(errors, []);
    if (errors.length === 1) throw errors[0]?.error;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

// beside the services, since few have any
const diags = new WeakMap<Lifecycle, Diag>();

declareBase(Service);
protectMembers(Service.prototype);

class FromFunction extends Service {
  constructor(
    private readonly run: (signal: AbortSignal) => unknown,
    private readonly givenName: string,
  ) {
    super();
    this[LIFECYCLE].name = givenName;
    this[LIFECYCLE].id = givenName;
  }

  override onStart(): void {
    this.addTask(this.run, { name: this.givenName });
  }
}

function timeoutOf({ timeout }: WaitOptions): number | undefined {
  return timeout === undefined ? undefined : toMs(timeout, 'The timeout of a wait');
}
