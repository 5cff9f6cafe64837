/** The base class of services. Optional: a class with some of the hooks is managed the same way. */
import { isThenable, unlessOvertaken } from './base/async.js';
import type { Clock } from './base/clock.js';
import { toMs, type Duration } from './base/duration.js';
import { ModeError, StopError } from './base/errors.js';
import { allOf, firstOf, valueOf } from './base/settling.js';
import { declareBase } from './declare/definition.js';
import type { LogLevel, Logger, ServiceState } from './base/events.js';
import { again } from './lifecycle/again.js';
import { beaconOf, type Beacon } from './lifecycle/beacon.js';
import { isInstance, noService } from './lifecycle/declared.js';
import type { Hooks } from './lifecycle/hooks.js';
import { LIFECYCLE, type Lifecycle } from './lifecycle/lifecycle.js';
import { makeLifecycle } from './lifecycle/making.js';
import { protectMembers } from './lifecycle/steps.js';
import * as Phase from './lifecycle/phase.js';
import type { Run } from './lifecycle/run.js';
import { releaseOf, releaseWith } from './lifecycle/release.js';
import { warn } from './lifecycle/telling.js';
import { tracebacksOf } from './lifecycle/tracebacks.js';
import { toPromise, toPromises, type Settled, type WaitOptions } from './lifecycle/waiting.js';
import { backgroundTask } from './run/background.js';
import { Diag, withFlag } from './tools/diag.js';
import { inWords } from './base/words.js';
import { requireOptions } from './base/nearest.js';

export type { WaitOptions };

/** What became of a `wait`. */
export type WaitResult<T> = { status: 'done'; value: T } | { status: 'stopped' } | { status: 'timeout' };
/** What became of a `waitFirst`. */
export type WaitFirstResult<T> =
  { status: 'done'; value: T; index: number } | { status: 'stopped' } | { status: 'timeout' };
/** What became of a `waitMany`. */
export type WaitManyResult<T> = { status: 'done'; values: T[] } | { status: 'stopped' } | { status: 'timeout' };

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

  /** A service whose one task is `run` (mode's `from_awaitable`): it begins once the service runs, and is given the run's signal. */
  static from(run: (signal: AbortSignal) => unknown, options: { name?: string } = {}): Service {
    if (typeof run !== 'function') {
      throw new TypeError(`Service.from() takes a function, not ${inWords(run, { depth: 0 })}`);
    }
    requireOptions(options, ['name'], 'Service.from()');
    return new FromFunction(run, options.name ?? (run.name === '' ? 'Service' : run.name));
  }

  /**
   * What people read in logs, events and errors. Default: the `name` option of `@service()`, or the name of the class. A class
   * may have a getter of its own, to tell its instances apart.
   */
  get label(): string {
    return this[LIFECYCLE].givenName;
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
    return beaconOf(this[LIFECYCLE].treeNode);
  }

  /** What its own waiting goes by: the clock of its container. For code of its own that waits or asks for the time. */
  get clock(): Clock {
    return this[LIFECYCLE].env.clock;
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
    return unlessOvertaken(() => (owner?.startOwned === undefined ? this[LIFECYCLE].start() : owner.startOwned()));
  }

  /** Starts it unless it runs already. Resolves to whether it had to. */
  maybeStart(): Promise<boolean> {
    return unlessOvertaken(async () => {
      if (this.state === 'starting' || this.state === 'running') return false;
      await this.start();
      return true;
    });
  }

  /**
   * Stops it and its children; in a container, what depends on it first. Rejects after everything was tried. A task, timer or
   * hook of its own calls it without `await`, since a stop waits for those.
   */
  stop(): Promise<void> {
    const { owner } = this[LIFECYCLE];
    return owner?.stopOwned === undefined ? this[LIFECYCLE].stop() : owner.stopOwned();
  }

  /**
   * Stops it and starts it again; in a container, what depends on it comes back after it. It is started whatever goes wrong on
   * the way down. A task, timer or hook of its own calls it without `await`; where a stop has the last word, nobody has to mind
   * the rejection.
   *
   * @throws what went wrong on the way down, once it runs again; what went wrong on the way up
   * @throws ModeError ERR_MODE_RESTART_ABORTED if it, or what it belongs to, was stopped meanwhile
   */
  restart(): Promise<void> {
    const { owner } = this[LIFECYCLE];
    return unlessOvertaken(() => (owner?.restartOwned === undefined ? again(this[LIFECYCLE]) : owner.restartOwned()));
  }

  /** Ends its run because of an error. Who answers for it decides what follows: a supervisor, its parent, the container. */
  crash(error: unknown): void {
    this[LIFECYCLE].crash(error);
  }

  /** Adds a child: it starts after this one's `onStart` and stops after its `onStop`. Returns the child. */
  addDependency<T extends Service>(child: T): T {
    this[LIFECYCLE].adopt(childOf(child, `addDependency() of ${this.label}`));
    return child;
  }

  /** Adds a child, and starts it if this service runs. */
  addRuntimeDependency<T extends Service>(child: T): Promise<T> {
    return unlessOvertaken(async () => {
      this.addDependency(child);
      if (this.state === 'running') await child.maybeStart();
      return child;
    });
  }

  /** Stops a child and lets it go. */
  async removeDependency(child: Service): Promise<void> {
    const lifecycle = childOf(child, `removeDependency() of ${this.label}`);
    if (!this[LIFECYCLE].children.includes(lifecycle)) {
      throw new ModeError('ERR_MODE_UNKNOWN', {
        message: `${child.label} is no child of ${this.label}`,
        remedy: 'Give a service that addDependency() was given.',
        path: [this.label, child.label],
      });
    }
    try {
      await lifecycle.stop();
    } finally {
      this[LIFECYCLE].disown(lifecycle);
    }
  }

  /**
   * Runs something in the background of this run (mode's `add_future`). An error of it crashes the service; a stop waits
   * for it. A function that is added during the stop finds its signal aborted; one that an `onStart` adds after it was given up is
   * not called.
   */
  addTask(work: PromiseLike<unknown> | ((signal: AbortSignal) => unknown), options: { name?: string } = {}): void {
    const lifecycle = this[LIFECYCLE];
    const underWay = typeof work !== 'function';
    if (underWay && !isThenable(work)) {
      throw new TypeError(
        `addTask() of ${this.label} takes a promise or a function, not ${inWords(work, { depth: 0 })}`,
      );
    }
    requireOptions(options, ['name'], `addTask() of ${this.label}`);
    const run = runFor(lifecycle, work);
    const call = underWay ? () => work : work;
    const name = options.name ?? (underWay || work.name === '' ? 'task' : work.name);
    const isGivenUp = run.ending && run.phase < Phase.Up;
    if (underWay || !isGivenUp) run.add(backgroundTask(run, name, call));
  }

  /** Releases the value at the end of the run, last in first out (mode's `add_context`). Returns the value. */
  use<T extends AsyncDisposable | Disposable>(value: T): T {
    releaseWith(this[LIFECYCLE], 'use()', releaseOf(value));
    return value;
  }

  /** Releases the value at the end of the run by calling `release`. Returns the value. */
  adopt<T>(value: T, release: (value: T) => unknown): T {
    // what is no function is refused by name
    const call = typeof release === 'function' ? () => release(value) : release;
    releaseWith(this[LIFECYCLE], 'adopt()', call);
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

  /**
   * Waits for a promise, or for what a function returns, until the run ends. Rejects as the promise does. Where the run has ended
   * already, the function is not called.
   */
  async wait<A>(awaitable: A, options: WaitOptions = {}): Promise<WaitResult<Settled<A>>> {
    const { waits } = this[LIFECYCLE];
    const outcome = await waits.outcome('wait', [awaitable], options, () => valueOf(toPromise(awaitable)));
    return typeof outcome === 'string' ? { status: outcome } : { status: 'done', value: outcome.value };
  }

  /**
   * Waits for the first of several.
   *
   * @throws TypeError when there is none
   */
  async waitFirst<A>(awaitables: Iterable<A>, options: WaitOptions = {}): Promise<WaitFirstResult<Settled<A>>> {
    const list = [...awaitables];
    if (list.length === 0) {
      throw new TypeError('waitFirst() of nothing would never end\n  → Give it something to wait for.');
    }
    const outcome = await this[LIFECYCLE].waits.outcome('waitFirst', list, options, () => firstOf(toPromises(list)));
    return typeof outcome === 'string' ? { status: outcome } : { status: 'done', ...outcome.value };
  }

  /** Waits for all of several. */
  async waitMany<A>(awaitables: Iterable<A>, options: WaitOptions = {}): Promise<WaitManyResult<Settled<A>>> {
    const list = [...awaitables];
    const outcome = await this[LIFECYCLE].waits.outcome('waitMany', list, options, () => allOf(toPromises(list)));
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
    return this[LIFECYCLE].activeRun('holdShutdown()', Phase.Tasks).hold();
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

  override onStarted(): void {
    this.addTask(this.run, { name: this.givenName });
  }
}

/** The run that a task is added to. */
function runFor(lifecycle: Lifecycle, work: unknown): Run {
  try {
    return lifecycle.activeRun('addTask()', Phase.Tasks);
  } catch (refused) {
    // what is under way goes on, and nobody else may mind it
    Promise.resolve(typeof work === 'function' ? undefined : work).catch((error: unknown) => {
      warn(lifecycle, 'failed in a promise that came too late for addTask()', error);
    });
    throw refused;
  }
}

/** The lifecycle of what `addDependency()` and the like were given. */
function childOf(child: unknown, what: string): Lifecycle {
  const lifecycle = isInstance(child) ? (child as Partial<Service>)[LIFECYCLE] : undefined;
  if (lifecycle === undefined) throw noService(child, what);
  return lifecycle;
}
