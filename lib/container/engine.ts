/**
 * Everybody who wants something (a boot, a stop, a restart, a crash) only changes here what is wanted; the scheduler brings
 * about the rest.
 */
import { handled } from '../base/async.js';
import { recentMicros } from '../base/clock.js';
import type { ContainerState } from '../base/events.js';
import type { Run } from '../lifecycle/run.js';
import { Boot } from './boot.js';
import { Collectors } from './collector.js';
import { Latch } from './latch.js';
import { aliveOf, dependentsOf, Restarts, withDependents } from './restarts.js';
import { aborted, stopping } from './refusals.js';
import { Scheduler } from './scheduler.js';
import { Shutdown, type Cause, type StopBudget } from './shutdown.js';
import { answers, type Answer } from './transitions.js';
import { Tree } from './tree.js';
import { NEVER, type Unit } from './unit.js';
import { Visits } from './visits.js';

export class Engine extends Scheduler {
  #state: ContainerState = 'idle';
  private current: Boot | undefined;
  private shutdown: Shutdown | undefined;
  /** In the order in which they were planned: dependencies first. */
  #units: Unit[] = [];
  private readonly collectors = new Collectors();
  readonly #restarts = new Restarts(this);
  /** The engines of child containers that use something of ours. */
  readonly guests = new Set<Engine>();
  readonly #visits = new Visits(this);
  /** How a stop ended that was over before it could be awaited. */
  #lastStop: Promise<void> = Promise.resolve();
  readonly tree = new Tree();
  /** In whole microseconds on the clock's `now()`. */
  bootedAt = NEVER;
  // whole as well: where a field gets its first fraction, V8 throws away all that it has compiled for the object
  private bootMicros = 0;

  get state(): ContainerState {
    return this.#state;
  }

  /** How long the last boot took. */
  get totalMs(): number {
    return this.bootMicros / 1000;
  }

  /** Everything that was ever wanted, dependencies first. */
  override get units(): readonly Unit[] {
    return this.#units;
  }

  /** What a start may wait for: where starts are limited, it must not keep its own slot meanwhile. */
  lendingSlot<T>(wait: Promise<T>): Promise<T> {
    if (this.slots?.lend(wait) === true) this.drain();
    return wait;
  }

  /** The answer to a call in the present state. */
  answer(call: 'boot' | 'stop'): Answer {
    return answers[this.#state][call];
  }

  /**
   * Begins a boot, once none is being taken back while the rest runs on.
   *
   * @throws ModeError ERR_MODE_STOPPING if everything is being stopped, or was meanwhile: that has the last word
   */
  async whenFree<T>(begin: () => Promise<T>): Promise<T> {
    const before = this.#lastStop;
    while (this.#state === 'running' && this.current?.failure !== undefined) {
      await this.current.done.promise.catch(() => undefined);
    }
    if (this.#state === 'stopping' || this.#lastStop !== before) throw stopping();
    return begin();
  }

  /** Starts units and, first, what they need: `order` has it all, dependencies first. */
  boot(roots: readonly Unit[], order: readonly Unit[], signal?: AbortSignal): Promise<void> {
    const answer = this.answer('boot');
    if (answer === 'refuse') throw stopping();
    let { current: boot } = this;
    if (boot === undefined) {
      boot = new Boot();
      this.current = boot;
      if (answer === 'start') this.tree.clear();
      this.bootedAt = recentMicros(this.clock);
    } else if (boot.failure !== undefined) throw stopping();
    // what is planned first is all that there is
    const added = boot.want(order, this.#units.length === 0 ? undefined : this.#units);
    if (this.#units.length === 0) this.#units = [...order];
    this.tree.add(roots);
    if (this.host.parent !== undefined) this.#visits.begin(added);
    if (answer === 'start') this.#become('starting');
    const begun = boot;
    const absent = answer === 'start' ? [] : order.filter((unit) => unit.absent);
    if (signal !== undefined) {
      begun.follow(signal, (unit, reason) => {
        if (this.current === begun) this.#fail(begun, unit, reason);
      });
    }
    this.done = true;
    this.settleAll(added);
    if (absent.length === 0) return begun.done.promise;
    // it was asked for, so it is tried again
    const again = absent.map((unit) => this.#restarts.ask(unit, [unit]));
    return Promise.all([begun.done.promise, ...again]).then(() => undefined);
  }

  /** Stops everything. */
  stop(options: StopBudget = {}): Promise<void> {
    const answer = this.answer('stop');
    if (answer === 'none') return Promise.resolve();
    if (answer !== 'join') this.#stopAll(undefined);
    const { shutdown: stop } = this;
    // the last one went down at once
    if (stop === undefined) return this.#lastStop;
    if (options.timeout !== undefined) this.#limit(stop, options.timeout);
    return stop.done.promise;
  }

  /** Stops one unit, and first what depends on it. */
  async stopUnit(unit: Unit): Promise<void> {
    if (this.#state === 'stopping') return this.stop();
    const units = dependentsOf(unit);
    const rollsBack = this.#state === 'starting' && this.current?.awaitsAny(units) === true;
    for (const engine of new Set(units.map((one) => one.engine))) engine.#unwant(unit, units);
    // it was part of a first boot, and all of that goes down
    if (rollsBack) return this.shutdown?.done.promise ?? this.#lastStop;
    const down = this.collectors.untilDown(units);
    this.settle(units);
    return down;
  }

  /** Restarts one unit: what depends on it stops first, and comes back after it. */
  async restartUnit(unit: Unit): Promise<void> {
    if (this.#state === 'stopping') throw stopping();
    const goes = unit.wanted && (unit.active || unit.absent);
    if (!unit.absent) this.#restarts.hasten(unit);
    // what is being stopped goes down first
    if (!goes) return this.host.bootUnit(unit);
    const units = aliveOf(dependentsOf(unit));
    const collector = this.collectors.open(units);
    try {
      await this.lendingSlot(this.#restarts.ask(unit, units));
    } finally {
      this.collectors.close(collector);
    }
    if (collector.error !== undefined) throw collector.error;
    unit.mustRun();
  }

  /** Keeps units down until they are let go. From now on nobody can begin to use them. */
  hold(units: readonly Unit[]): void {
    for (const unit of units) {
      unit.held += 1;
      // it is tried again with the others
      if (unit.absent) unit.engine.#restarts.hasten(unit);
      this.lower(unit);
      unit.engine.#restarts.pause(unit);
    }
  }

  letGo(units: readonly Unit[]): void {
    for (const unit of units) unit.held -= 1;
    this.settle([...units].reverse());
  }

  /** A unit cannot be started, and is on its way down: what else its boot has started need not wait for that. */
  failing(unit: Unit, error: unknown): void {
    const { current: boot } = this;
    if (boot === undefined || unit.boot !== boot || this.shutdown !== undefined) return;
    const failure = unit.lifecycle?.run?.failure;
    const tolerated = this.#restarts.tolerates(unit);
    if (failure !== undefined) failure.reported = !tolerated;
    if (!tolerated) this.#fail(boot, unit, error);
  }

  /** A unit crashed while it was up. */
  crashed(unit: Unit, error: unknown): void {
    const expected = unit.due && unit.up;
    this.lower(unit);
    this.enqueue(unit);
    if (expected) {
      this.#escalate(unit, error);
    } else {
      // it and what depends on it are on their way down already: that decides what follows
      for (const one of dependentsOf(unit)) this.lower(one);
      this.#mishap(unit, error);
    }
    this.drain();
  }

  /** The run of a unit has ended. */
  wentDown(unit: Unit): void {
    if (unit.up && unit.reached) this.lower(unit);
    const run = unit.lifecycle?.run;
    if (run?.failure === undefined) this.ended(unit);
    else this.#endedBadly(unit, run, run.failure);
    this.drain();
  }

  #endedBadly(unit: Unit, run: Run, { error, reported }: NonNullable<Run['failure']>): void {
    const failed = run.crashed && !unit.reached && reported !== true;
    // wanted again since, it gets a new start and not a restart
    const expected = unit.due && (reported === false || !this.#isAwaited(unit));
    this.collectors.addRun(unit, run);
    // from here on it may be on its way up again
    this.ended(unit);
    if (failed) this.#cameNotUp(unit, error, expected);
  }

  #booted(boot: Boot): void {
    if (boot.late !== undefined) return;
    // what came up and crashed since, and what was being restarted when it was asked for
    const { missing } = boot;
    if (missing.length > 0) {
      boot.late = new Latch(missing, 'up', () => {
        boot.late = undefined;
        this.done = true;
        this.drain();
      });
      return;
    }
    this.#over();
    if (this.#state === 'starting') this.#become('running');
    boot.done.resolve();
  }

  #over(): void {
    this.current = undefined;
    this.bootMicros = recentMicros(this.clock) - this.bootedAt;
  }

  /** A unit that no boot waits for did not start: as if it had crashed. */
  #cameNotUp(unit: Unit, error: unknown, expected: boolean): void {
    if (!expected) this.#mishap(unit, error);
    else if (!this.#restarts.retry(unit, error)) this.#escalate(unit, error);
  }

  /** Whether the boot that is under way waits for a unit to come up. */
  #isAwaited(unit: Unit): boolean {
    return unit.boot !== undefined && unit.boot === this.current;
  }

  /** Something went wrong with a unit that is going down anyway. */
  #mishap(unit: Unit, error: unknown): void {
    // most often it only met the error that everything stops for
    if (this.shutdown?.isFor(error) !== true) this.collectors.addError(unit, error);
  }

  /** Nobody wants these units any more, as far as they are ours. `culprit` is the one that is to be stopped. */
  #unwant(culprit: Unit, units: readonly Unit[]): void {
    const { current: boot } = this;
    const interrupted = boot?.awaitsAny(units) === true;
    for (const unit of units) {
      if (unit.engine !== this) continue;
      unit.wanted = false;
      // it goes down even if somebody wants it again before its turn has come
      this.lower(unit);
    }
    this.#restarts.drop();
    // last, since whoever hears of it may boot again
    if (boot !== undefined && interrupted) this.#fail(boot, culprit, aborted(culprit.name));
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
      this.#stopAll({ error, unit });
      return;
    }
    if (this.#state === 'stopping') return;
    const collector = this.collectors.open(boot.units);
    for (const one of boot.units) one.wanted = false;
    if (this.guests.size > 0) this.#evict(unit, boot.units);
    this.#restarts.drop();
    const units = [...boot.units].reverse();
    new Latch(units, 'down', () => {
      this.collectors.close(collector);
      this.#over();
      boot.done.reject(boot.errorOf(this.tree, collector));
    });
    this.settle(units);
  }

  /** What child containers have already put on units that go down goes first. */
  #evict(culprit: Unit, units: readonly Unit[]): void {
    const theirs = withDependents(units).filter(({ engine }) => engine !== this);
    for (const guest of new Set(theirs.map(({ engine }) => engine))) guest.#unwant(culprit, theirs);
    for (const one of theirs) this.enqueue(one);
  }

  /** A crash that no policy answers ends the program in order, unless it can do without what crashed. */
  #escalate(unit: Unit, crash: unknown): void {
    const unanswered = this.#restarts.supervise(unit, crash);
    if (unanswered === undefined) return;
    if (unit.optional) {
      this.#restarts.giveUp(unit, unanswered.error);
      return;
    }
    const { current: boot } = this;
    if (boot !== undefined && this.#state === 'starting') this.#fail(boot, unit, unanswered.error);
    else this.#stopAll({ error: unanswered.error, unit });
  }

  #stopAll(cause: Cause | undefined): void {
    if (this.current !== undefined && this.current.failure === undefined) this.current.interrupt(cause);
    const stop = new Shutdown(cause, this.collectors.open());
    void handled(stop.done.promise);
    this.shutdown = stop;
    // before anybody hears of it: what crashes from now on was on its way down
    for (let index = 0; index < this.#units.length; index += 1) (this.#units[index] as Unit).wanted = false;
    this.#become('stopping', cause);
    this.#restarts.cancel(cause);
    // what depends on us goes first, in child containers too; its errors are its own container's
    for (const guest of this.guests) void handled(guest.stop());
    this.settleAll([...this.#units].reverse());
    if (this.active === 0) this.#stopped();
  }

  #stopped(): void {
    const { shutdown: stop } = this;
    if (stop === undefined) return;
    this.shutdown = undefined;
    const { collector, cause } = stop;
    this.collectors.close(collector);
    stop.end();
    this.forced = false;
    const { current: boot } = this;
    if (boot !== undefined) this.#over();
    const { error } = collector;
    this.#lastStop = handled(stop.done.promise);
    this.#visits.end();
    const why = cause ?? (error === undefined ? undefined : { error });
    this.#become(why === undefined ? 'stopped' : 'failed', why);
    if (boot?.failure !== undefined) boot.done.reject(boot.errorOf(this.tree, collector));
    if (error === undefined) stop.done.resolve();
    else stop.done.reject(error);
  }

  /** One budget for all of a stop, that of child containers included. */
  #limit(stop: Shutdown, timeout: number): void {
    for (const guest of this.guests) void handled(guest.stop({ timeout }));
    stop.limit(this.host.env.clock, timeout, () => {
      if (this.shutdown !== stop) return;
      this.forced = stop.forced;
      // what crashed, but waits for its dependents, is waited for by nobody
      const underWay = this.#units.filter(({ active, lifecycle }) => active && lifecycle?.isBusy === true);
      for (const { lifecycle } of underWay) lifecycle?.abandon();
      this.drain();
    });
  }

  protected override allSettled(): void {
    if (this.active === 0 && this.shutdown !== undefined) this.#stopped();
    else if (this.current?.left === 0 && this.current.failure === undefined) this.#booted(this.current);
  }

  protected override cameBack(unit: Unit): void {
    this.#restarts.cameBack(unit);
  }

  protected override notMade(unit: Unit, error: unknown): void {
    if (this.#isAwaited(unit) && !this.#restarts.tolerates(unit)) this.#fail(this.current as Boot, unit, error);
    else this.#cameNotUp(unit, error, true);
  }

  #become(to: ContainerState, cause?: { error: unknown }): void {
    const from = this.#state;
    this.#state = to;
    const { env } = this.host;
    if (env.listening) env.emit({ type: 'container', from, to, ...(cause && { error: cause.error }) });
  }
}
