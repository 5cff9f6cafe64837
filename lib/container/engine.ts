/**
 * Brings units up and down. Everybody who wants something (a boot, a stop, a restart, a crash) only changes what is wanted;
 * the engine compares that with what is, one unit at a time: a unit that is wanted starts the moment its last dependency
 * is up, and one that is not stops the moment its last dependent is down. So whatever is asked for, in whatever order, the
 * graph's order holds, as parallel as the graph allows, in both directions.
 *
 * What is done for each unit, and for each edge, counts by an index: cold code pays for every step of an iterator.
 */
import { Alarm } from '../base/clock.js';
import { deferred, handled, type Deferred } from '../base/async.js';
import { BootError, StopError } from '../base/errors.js';
import type { ContainerState } from '../base/events.js';
import type { Environment } from '../lifecycle/environment.js';
import { Latch } from './latch.js';
import { aliveOf, dependentsOf, Restarts, withDependents } from './restarts.js';
import { aborted, notBack, stopping } from './refusals.js';
import { answers } from './transitions.js';
import { Tree } from './tree.js';
import { NEVER, type Unit } from './unit.js';
import { Visits } from './visits.js';

/** What the engine needs of its container. */
export interface EngineHost {
  /** Whether there is a parent container, whose services its own may use. */
  readonly parent: unknown;
  readonly env: Environment;
  /** Makes the value of a unit, whose dependencies are all up; its lifecycle as well, if it has one. */
  construct(unit: Unit): void;
  /** Boots one unit and what it needs. */
  bootUnit(unit: Unit): Promise<void>;
  /** The id of a unit, which it is given when any is asked for, in the order in which they were made. */
  idOf(unit: Unit): string;
}

export interface StopOptions {
  /** Milliseconds for the whole of it. */
  timeout?: number | undefined;
}

/** When the budget of a stop is spent, what has not had its turn yet gets this long in all, or the budget if that is less. */
const LAST_GRACE = 500;

/** How long a queue may have been that is used again. */
const KEPT = 64;

/** A boot that is under way. */
export interface Boot {
  readonly done: Deferred<void>;
  /** What it starts. */
  units: Unit[];
  /** How many of them are not up. */
  left: number;
  /** What it asked for that is under way already: to be restarted. */
  readonly others: Unit[];
  /** Waits for what was up, but is being restarted. */
  late: Latch | undefined;
  failure: { unit: Unit; error: unknown } | undefined;
  readonly errors: unknown[];
}

/** A stop of everything that is under way. */
interface Stop {
  readonly done: Deferred<void>;
  readonly errors: { service: string; error: unknown }[];
  readonly abandoned: { service: string; waitingOn: string[] }[];
  /** Why, when it was not asked for. */
  readonly cause: { error: unknown } | undefined;
  budget: Alarm | undefined;
  /** Whether nothing is waited for any more. */
  forced: boolean;
}

/** Collects what goes wrong on the way down of some units, or of all. */
interface Collector {
  readonly of?: ReadonlySet<Unit>;
  readonly errors: { service: string; error: unknown }[];
  readonly abandoned: { service: string; waitingOn: string[] }[];
}

export class Engine {
  #state: ContainerState = 'idle';
  /** Written over from its begin in each drain: a new list would have room for 17 units each time. */
  #queue: Unit[] = [];
  #queued = 0;
  #draining = false;
  #active = 0;
  #boot: Boot | undefined;
  #stop: Stop | undefined;
  /** In the order in which they were planned: dependencies first. */
  #units: Unit[] = [];
  readonly #collectors = new Set<Collector>();
  readonly #restarts = new Restarts(this);
  /** The engines of child containers that use something of ours. */
  readonly #guests = new Set<Engine>();
  readonly #visits = new Visits(this);
  /** How a stop ended that was over before it could be awaited. */
  #lastStop: Promise<void> = Promise.resolve();
  readonly tree = new Tree();
  /** In microseconds on the clock's `now()`. */
  bootedAt = NEVER;
  totalMs = 0;

  constructor(readonly host: EngineHost) {}

  get state(): ContainerState {
    return this.#state;
  }

  /** Everything that was ever wanted, dependencies first. */
  get units(): readonly Unit[] {
    return this.#units;
  }

  /** A child container begins to use something of this one. */
  admit(guest: Engine): void {
    this.#guests.add(guest);
  }

  dismiss(guest: Engine): void {
    this.#guests.delete(guest);
  }

  /** The answer to a call in the present state. */
  answer(call: 'boot' | 'stop'): (typeof answers)['idle']['boot'] {
    return answers[this.#state][call];
  }

  /** A boot that is being taken back while the rest runs on: settles, never rejecting, when that is over. */
  get takingBack(): Promise<unknown> | undefined {
    const boot = this.#boot;
    return boot?.failure === undefined || this.#state !== 'running'
      ? undefined
      : boot.done.promise.catch(() => undefined);
  }

  /** For who has waited while it ran: a stop of everything that came meanwhile has the last word. */
  mustRun(): void {
    if (this.#state !== 'running') throw stopping();
  }

  /** Starts units and, first, what they need: `order` has it all, dependencies first. */
  boot(roots: readonly Unit[], order: readonly Unit[], signal?: AbortSignal): Promise<void> {
    const answer = this.answer('boot');
    if (answer === 'refuse') throw stopping();
    let boot = this.#boot;
    if (boot === undefined) {
      boot = { done: deferred(), units: [], left: 0, others: [], late: undefined, failure: undefined, errors: [] };
      this.#boot = boot;
    } else if (boot.failure !== undefined) throw stopping();
    const added: Unit[] = [];
    for (let index = 0; index < order.length; index += 1) {
      const unit = order[index] as Unit;
      if (!unit.wanted) added.push(unit);
      else if (!unit.up && unit.boot !== boot) boot.others.push(unit);
    }
    this.tree.add(roots);
    this.#want(boot, added);
    if (this.host.parent !== undefined) this.#visits.begin(added);
    if (answer === 'start') {
      this.bootedAt = this.#now();
      this.#become('starting');
    }
    const { promise } = boot.done;
    this.#follow(boot, signal);
    this.#settleAll(added);
    return promise;
  }

  /** Stops everything. */
  stop(options: StopOptions = {}): Promise<void> {
    const answer = this.answer('stop');
    if (answer === 'none') return Promise.resolve();
    if (answer !== 'join') this.#stopAll(undefined);
    const stop = this.#stop;
    if (stop === undefined) {
      // the last one went down at once
      return this.#lastStop;
    }
    if (options.timeout !== undefined) this.#limit(stop, options.timeout);
    return stop.done.promise;
  }

  /** Stops one unit, and first what depends on it. */
  async stopUnit(unit: Unit): Promise<void> {
    if (this.#state === 'stopping') return this.stop();
    const units = dependentsOf(unit);
    const boot = this.#boot;
    for (const engine of new Set(units.map((one) => one.engine))) engine.#unwant(unit, units);
    if (this.#stop === undefined) await this.#allDown(units);
    // it was part of a first boot, and all of that rolls back
    else await boot?.done.promise.catch(() => undefined);
  }

  /** Restarts one unit: what depends on it stops first, and comes back after it. */
  async restartUnit(unit: Unit): Promise<void> {
    if (this.#state === 'stopping') throw stopping();
    const goes = unit.active && unit.wanted;
    // what is being stopped goes down first
    if (unit.active && !goes) {
      await new Promise<void>((resolve) => new Latch([unit], 'down', resolve));
      // a stop of everything has the last word
      if (this.#state !== 'running' && this.#state !== 'starting') throw notBack(unit);
    }
    this.#restarts.hasten(unit);
    if (!goes) return this.host.bootUnit(unit);
    const units = aliveOf(dependentsOf(unit));
    const collector: Collector = { of: new Set(units), errors: [], abandoned: [] };
    this.#collectors.add(collector);
    try {
      await this.#restarts.ask(unit, units);
    } finally {
      this.#collectors.delete(collector);
    }
    if (collector.errors.length > 0 || collector.abandoned.length > 0) {
      throw new StopError(collector.errors, collector.abandoned);
    }
  }

  /** Keeps units down until they are let go. From now on nobody can begin to use them. */
  hold(units: readonly Unit[]): void {
    for (const unit of units) {
      unit.held += 1;
      this.#lower(unit);
      unit.engine.#restarts.pause(unit);
    }
  }

  letGo(units: readonly Unit[]): void {
    for (const unit of units) unit.held -= 1;
    for (let index = units.length - 1; index >= 0; index -= 1) this.#enqueue(units[index] as Unit);
    this.#drain();
  }

  /** Sees to units that are not due any more. */
  bringDown(units: readonly Unit[]): void {
    for (const one of units) this.#enqueue(one);
    this.#drain();
  }

  /** A unit is up: what waited for it may start. */
  cameUp(unit: Unit): void {
    unit.up = true;
    unit.runningAt = this.#now();
    const { dependents } = unit;
    for (let index = 0; index < dependents.length; index += 1) {
      const dependent = dependents[index] as Unit;
      dependent.missing -= 1;
      if (dependent.missing === 0 && dependent.due && !dependent.active) this.#enqueue(dependent);
    }
    if (unit.boot !== undefined) {
      if (unit.boot === this.#boot) unit.boot.left -= 1;
      unit.boot = undefined;
    }
    if (unit.latches !== undefined) Latch.notify(unit, 'up');
    this.#drain();
  }

  /** A unit cannot be started, and is on its way down: what else its boot has started need not wait for that. */
  failing(unit: Unit, error: unknown): void {
    const boot = this.#boot;
    if (boot === undefined || unit.boot !== boot || this.#stop !== undefined) return;
    const failure = unit.lifecycle?.run?.failure;
    if (failure !== undefined) failure.reported = true;
    this.#fail(boot, unit, error);
  }

  /** A unit crashed while it was up. */
  crashed(unit: Unit, error: unknown): void {
    const expected = unit.due && unit.up;
    this.#lower(unit);
    this.#enqueue(unit);
    if (expected) {
      this.#escalate(unit, error);
    } else {
      // it and what depends on it are on their way down already: that decides what follows
      for (const one of dependentsOf(unit)) this.#lower(one);
      this.#mishap(unit, error);
    }
    this.#drain();
  }

  /** The run of a unit has ended. */
  wentDown(unit: Unit): void {
    this.#lower(unit);
    const { due } = unit;
    const run = unit.lifecycle?.run;
    const failed = run?.failure !== undefined && run.crashed && !unit.reached && run.failure.reported !== true;
    // wanted again since, it gets a new start and not a restart
    const expected = due && !this.#isAwaited(unit);
    if (run?.abandoned !== undefined) {
      this.#collect(unit, { errors: [], abandoned: [{ service: unit.name, waitingOn: run.abandoned }] });
    }
    if (run?.errors !== undefined) {
      this.#collect(unit, { errors: run.errors.map((error) => ({ service: unit.name, error })), abandoned: [] });
    }
    this.#ended(unit);
    if (failed) this.#cameNotUp(unit, run.failure?.error, expected);
    this.#drain();
  }

  #want(boot: Boot, added: Unit[]): void {
    for (let index = 0; index < added.length; index += 1) {
      const unit = added[index] as Unit;
      unit.wanted = true;
      if (unit.up) continue;
      unit.boot = boot;
      boot.left += 1;
      if (unit.active) continue;
      unit.missing = countMissing(unit.dependencies);
    }
    // nobody writes into these lists, so the first boot shares its own
    boot.units = boot.units.length === 0 ? added : [...boot.units, ...added];
    const known = this.#units.length === 0 ? undefined : new Set(this.#units);
    this.#units = known === undefined ? added : [...this.#units, ...added.filter((unit) => !known.has(unit))];
  }

  #follow(boot: Boot, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = (): void => {
      if (this.#boot !== boot) return;
      const unit = pendingOf(boot) ?? boot.units[0];
      if (unit !== undefined) this.#fail(boot, unit, signal.reason);
    };
    if (signal.aborted) {
      // nothing was started yet, and nothing will be
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    void handled(
      boot.done.promise.finally(() => {
        signal.removeEventListener('abort', abort);
      }),
    );
  }

  #booted(boot: Boot): void {
    if (boot.late !== undefined) return;
    // what came up and crashed since, and what was being restarted when it was asked for
    const missing = missingOf(boot.others, missingOf(boot.units));
    if (missing.length > 0) {
      boot.late = new Latch(missing, 'up', () => {
        boot.late = undefined;
        this.#drain();
      });
      return;
    }
    this.#boot = undefined;
    this.totalMs = (this.#now() - this.bootedAt) / 1000;
    if (this.#state === 'starting') this.#become('running');
    boot.done.resolve();
  }

  /** A unit that no boot waits for did not start: as if it had crashed. */
  #cameNotUp(unit: Unit, error: unknown, expected: boolean): void {
    if (expected) this.#escalate(unit, error);
    else this.#mishap(unit, error);
  }

  /** Whether the boot that is under way waits for a unit to come up. */
  #isAwaited(unit: Unit): boolean {
    return unit.boot !== undefined && unit.boot === this.#boot;
  }

  /** Something went wrong with a unit that is going down anyway. */
  #mishap(unit: Unit, error: unknown): void {
    // most often it only met the error that everything stops for
    if (this.#stop?.cause?.error !== error) {
      this.#collect(unit, { errors: [{ service: unit.name, error }], abandoned: [] });
    }
  }

  /** Nobody wants these units any more, as far as they are ours. `culprit` is the one that is to be stopped. */
  #unwant(culprit: Unit, units: readonly Unit[]): void {
    const boot = this.#boot;
    if (boot !== undefined && boot.failure === undefined) {
      const asked = new Set([...boot.units, ...boot.others]);
      if (units.some((one) => one.wanted && !one.up && asked.has(one))) {
        this.#fail(boot, culprit, aborted(culprit.name));
      }
    }
    for (const unit of units) {
      if (unit.engine !== this) continue;
      unit.wanted = false;
      // it goes down even if somebody wants it again before its turn has come
      this.#lower(unit);
    }
    this.#restarts.drop();
  }

  /** A boot failed: what it has started stops again. */
  #fail(boot: Boot, unit: Unit, error: unknown): void {
    if (boot.failure !== undefined) {
      if (boot.failure.unit !== unit) boot.errors.push(error);
      return;
    }
    boot.failure = { unit, error };
    boot.late?.cancel();
    if (this.#state === 'starting') {
      this.#stopAll({ error });
      return;
    }
    if (this.#state === 'stopping') return;
    const collector: Collector = { of: new Set(boot.units), errors: [], abandoned: [] };
    this.#collectors.add(collector);
    for (const one of boot.units) one.wanted = false;
    if (this.#guests.size > 0) this.#evict(unit, boot.units);
    this.#restarts.drop();
    const units = [...boot.units].reverse();
    new Latch(units, 'down', () => {
      this.#collectors.delete(collector);
      this.#boot = undefined;
      boot.done.reject(this.#bootError(boot, collector));
    });
    for (const one of units) this.#enqueue(one);
    this.#drain();
  }

  /** What child containers have already put on units that go down goes first. */
  #evict(culprit: Unit, units: readonly Unit[]): void {
    const theirs = withDependents(units).filter(({ engine }) => engine !== this);
    for (const guest of new Set(theirs.map(({ engine }) => engine))) guest.#unwant(culprit, theirs);
    for (const one of theirs) this.#enqueue(one);
  }

  #bootError(boot: Boot, { errors, abandoned }: Collector): BootError {
    const { unit, error } = boot.failure as { unit: Unit; error: unknown };
    const others = [...boot.errors, ...errors.map((one) => one.error)].filter((one) => one !== error);
    if (abandoned.length > 0) others.push(new StopError([], abandoned));
    return new BootError(unit.name, this.tree.pathTo(unit), error, others);
  }

  /** A crash that no policy answers ends the program in order. */
  #escalate(unit: Unit, crash: unknown): void {
    const unanswered = this.#restarts.supervise(unit, crash);
    if (unanswered === undefined) return;
    const boot = this.#boot;
    if (boot !== undefined && this.#state === 'starting') this.#fail(boot, unit, unanswered.error);
    else this.#stopAll(unanswered);
  }

  #stopAll(cause: { error: unknown } | undefined): void {
    if (this.#boot !== undefined && this.#boot.failure === undefined) interrupt(this.#boot, cause);
    const stop: Stop = { done: deferred(), errors: [], abandoned: [], cause, budget: undefined, forced: false };
    void handled(stop.done.promise);
    this.#stop = stop;
    this.#collectors.add(stop);
    this.#become('stopping', cause?.error);
    this.#restarts.cancel(cause?.error);
    // what depends on us goes first, in child containers too; its errors are its own container's
    for (const guest of this.#guests) void handled(guest.stop());
    const active: Unit[] = [];
    for (let index = this.#units.length - 1; index >= 0; index -= 1) {
      const unit = this.#units[index] as Unit;
      unit.wanted = false;
      if (unit.active) active.push(unit);
    }
    this.#settleAll(active);
    if (this.#active === 0) this.#stopped();
  }

  #stopped(): void {
    const stop = this.#stop;
    if (stop === undefined) return;
    this.#stop = undefined;
    this.#collectors.delete(stop);
    stop.budget?.cancel();
    const boot = this.#boot;
    this.#boot = undefined;
    const failed = stop.errors.length > 0 || stop.abandoned.length > 0;
    const error = failed ? new StopError(stop.errors, stop.abandoned) : undefined;
    this.#lastStop = handled(stop.done.promise);
    this.#visits.end();
    this.#become(failed || stop.cause !== undefined ? 'failed' : 'stopped', stop.cause?.error ?? error);
    if (boot?.failure !== undefined) boot.done.reject(this.#bootError(boot, stop));
    if (error === undefined) stop.done.resolve();
    else stop.done.reject(error);
  }

  /** One budget for all of a stop; the tightest that anybody gave. */
  #limit(stop: Stop, timeout: number): void {
    const { clock } = this.host.env;
    const at = clock.now() + timeout;
    if (stop.forced || (stop.budget !== undefined && stop.budget.at <= at)) return;
    stop.budget?.cancel();
    const spend = (): void => {
      // what has not had its turn gets a last short one
      this.#abandon();
      if (this.#stop !== stop) return;
      stop.budget = new Alarm(clock, clock.now() + Math.min(timeout, LAST_GRACE), () => {
        stop.forced = true;
        this.#abandon();
        this.#drain();
      });
      this.#drain();
    };
    stop.budget = new Alarm(clock, at, spend);
  }

  /** Gives up what is being waited for. What crashed, but waits for its dependents, is none of that. */
  #abandon(): void {
    const underWay = this.#units.filter(({ active, lifecycle }) => active && lifecycle?.isBusy === true);
    for (const { lifecycle } of underWay) lifecycle?.abandon();
  }

  /** Brings units down that are not due any more. Rejects with what went wrong on their way. */
  #allDown(units: readonly Unit[]): Promise<void> {
    const collector: Collector = { of: new Set(units), errors: [], abandoned: [] };
    this.#collectors.add(collector);
    const done = deferred();
    new Latch(units, 'down', () => {
      this.#collectors.delete(collector);
      if (collector.errors.length === 0 && collector.abandoned.length === 0) done.resolve();
      else done.reject(new StopError(collector.errors, collector.abandoned));
    });
    this.bringDown(units);
    return done.promise;
  }

  #collect(unit: Unit, what: Collector): void {
    for (const { of, errors, abandoned } of this.#collectors) {
      if (of?.has(unit) === false) continue;
      errors.push(...what.errors);
      abandoned.push(...what.abandoned);
    }
  }

  #enqueue(unit: Unit): void {
    const { engine } = unit;
    engine.#queue[engine.#queued] = unit;
    engine.#queued += 1;
    // a unit of a parent or child container
    if (engine !== this && !engine.#draining) {
      queueMicrotask(() => {
        engine.#drain();
      });
    }
  }

  /** Settles many units of ours. */
  #settleAll(units: readonly Unit[]): void {
    if (this.#queued === 0) {
      this.#queue = [...units];
      this.#queued = units.length;
    } else for (const unit of units) this.#enqueue(unit);
    this.#drain();
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    // the queue grows while it is worked off
    for (let index = 0; index < this.#queued; index += 1) this.#settle(this.#queue[index] as Unit);
    if (this.#queued > KEPT) this.#queue = [];
    this.#queued = 0;
    this.#draining = false;
    if (this.#active === 0 && this.#stop !== undefined) this.#stopped();
    else if (this.#boot?.left === 0 && this.#boot.failure === undefined) this.#booted(this.#boot);
  }

  /** Brings what is closer to what is wanted. */
  #settle(unit: Unit): void {
    if (unit.active) {
      // what was up and cannot be used any more has to go down first, whoever wants it
      if (unit.users === 0 && (!unit.due || (unit.reached && !unit.up))) this.#takeDown(unit);
    } else if (unit.due && unit.missing === 0) {
      this.#start(unit);
    }
  }

  #start(unit: Unit): void {
    unit.active = true;
    unit.starts += 1;
    unit.runningAt = NEVER;
    this.#active += 1;
    const { dependencies } = unit;
    for (let index = 0; index < dependencies.length; index += 1) {
      const dependency = dependencies[index] as Unit;
      dependency.users += 1;
    }
    unit.startedAt = this.#now();
    try {
      this.host.construct(unit);
    } catch (error) {
      this.#ended(unit);
      if (this.#isAwaited(unit)) this.#fail(this.#boot as Boot, unit, error);
      else this.#cameNotUp(unit, error, true);
      return;
    }
    if (unit.lifecycle === undefined) this.cameUp(unit);
    else unit.lifecycle.begin(unit.startedAt / 1000);
  }

  #takeDown(unit: Unit): void {
    this.#lower(unit);
    const { lifecycle } = unit;
    if (lifecycle === undefined) {
      this.#ended(unit);
      return;
    }
    lifecycle.end();
    if (this.#stop?.forced === true) lifecycle.abandon();
  }

  /** It cannot be used any more. */
  #lower(unit: Unit): void {
    if (!unit.up) return;
    unit.up = false;
    const { dependents } = unit;
    for (let index = 0; index < dependents.length; index += 1) (dependents[index] as Unit).missing += 1;
  }

  #ended(unit: Unit): void {
    unit.active = false;
    this.#active -= 1;
    const { dependencies } = unit;
    // the reverse of the order in which they started
    for (let index = dependencies.length - 1; index >= 0; index -= 1) {
      const dependency = dependencies[index] as Unit;
      dependency.users -= 1;
      if (dependency.users === 0 && !(dependency.due && dependency.up)) this.#enqueue(dependency);
    }
    if (unit.due) this.#enqueue(unit);
    if (unit.latches !== undefined) Latch.notify(unit, 'down');
  }

  #now(): number {
    return Math.round(this.host.env.clock.now() * 1000);
  }

  #become(to: ContainerState, error?: unknown): void {
    const from = this.#state;
    this.#state = to;
    const { env } = this.host;
    if (env.listening) env.emit({ type: 'container', from, to, ...(error === undefined ? undefined : { error }) });
  }
}

/** A boot will not get any further. */
function interrupt(boot: Boot, cause: { error: unknown } | undefined): void {
  // it may all have come up just now
  const unit = pendingOf(boot) ?? boot.units.at(-1) ?? boot.others.at(-1);
  if (unit === undefined) {
    boot.done.resolve();
    return;
  }
  boot.late?.cancel();
  boot.failure = { unit, error: cause?.error ?? aborted('The container') };
}

/** What a boot still waits for. */
function pendingOf({ units, others }: Boot): Unit | undefined {
  return units.find(({ active, up }) => active && !up) ?? units.find(({ up }) => !up) ?? others.find(({ up }) => !up);
}

/** What is not up of some units that are wanted, added to a list. */
function missingOf(units: readonly Unit[], missing: Unit[] = []): Unit[] {
  for (let index = 0; index < units.length; index += 1) {
    const unit = units[index] as Unit;
    if (unit.wanted && !unit.up) missing.push(unit);
  }
  return missing;
}

function countMissing(dependencies: readonly Unit[]): number {
  let missing = 0;
  for (let index = 0; index < dependencies.length; index += 1) if (!(dependencies[index] as Unit).up) missing += 1;
  return missing;
}
