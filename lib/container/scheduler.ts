/**
 * Brings units up and down. What is wanted is for others to say; the scheduler compares that with what is, one unit at a time:
 * a unit that is wanted starts the moment its last dependency is up, and one that is not stops the moment its last
 * dependent is down. So whatever is asked for, in whatever order, the graph's order holds, as parallel as the graph allows, in
 * both directions.
 *
 * What is done for each unit, and for each edge, counts by an index, and its members are private by name only: a program boots
 * once, in cold code, which pays for every step of an iterator, and three times as much for `#member` as for `member`.
 */
import { soon } from '../base/async.js';
import { recentMicros, type Clock } from '../base/clock.js';
import type { Environment } from '../lifecycle/environment.js';
import { Latch } from './latch.js';
import { Slots } from './slots.js';
import { NEVER, type Unit } from './unit.js';

/** What it needs of its container. */
export interface EngineHost {
  /** Whether there is a parent container, whose services its own may use. */
  readonly parent: unknown;
  readonly env: Environment;
  /** How many starts may be under way at once, if there is a limit. */
  readonly options: { readonly concurrency?: number };
  /** Makes the value of a unit, whose dependencies are all up; its lifecycle as well, if it has one. */
  construct(unit: Unit): void;
  /** The program goes on without a unit: what it has made is not to be used any more. */
  withdraw(unit: Unit): void;
  /** Boots one unit and what it needs. */
  bootUnit(unit: Unit): Promise<void>;
  /** The id of a unit, which it is given when any is asked for, in the order in which they were made. */
  idOf(unit: Unit): string;
}

/** How long a queue may have been that keeps its room. */
const KEPT = 64;

export abstract class Scheduler {
  /** Written over from its begin in each drain: a new list would have room for 17 units each time. */
  private readonly queue: Unit[] = [];
  private queued = 0;
  private draining = false;
  private readonly faults = new Map<Unit, { error: unknown; start: number }>();
  /** How many units are active. */
  protected active = 0;
  /** Whether what goes down is not waited for. */
  protected forced = false;

  /** Whether everything is down, or everything that a boot asked for is up. */
  protected done = false;
  protected readonly clock: Clock;
  readonly slots: Slots | undefined;

  constructor(readonly host: EngineHost) {
    this.clock = host.env.clock;
    const { concurrency } = host.options;
    this.slots = concurrency === undefined ? undefined : new Slots(concurrency, () => this.units);
  }

  /** Everything that was ever wanted, dependencies first. */
  abstract get units(): readonly Unit[];

  /** Everything that could be settled is, and it is {@link done}. */
  protected abstract allSettled(): void;

  /** A unit runs that the rest went on without. */
  protected abstract cameBack(unit: Unit): void;

  /** A unit could not be made. */
  protected abstract notMade(unit: Unit, error: unknown): void;

  /** Keeps a unit from being used. From now on nobody can begin to. */
  lower(unit: Unit): void {
    if (!unit.up) return;
    unit.up = false;
    const { dependents } = unit;
    for (let index = 0; index < dependents.length; index += 1) (dependents[index] as Unit).missing += 1;
  }

  /** Why the value of a unit could not be made when it was last started. */
  faultOf(unit: Unit): { error: unknown } | undefined {
    const fault = this.faults.get(unit);
    return fault?.start === unit.starts ? fault : undefined;
  }

  /** Sees to units, in this order, and to whatever comes of that. */
  settle(units: readonly Unit[]): void {
    for (const unit of units) this.enqueue(unit);
    this.drain();
  }

  /** A unit is down, and what depends on it may start without it. */
  goOnWithout(unit: Unit): void {
    this.host.withdraw(unit);
    this.cameUp(unit, unit.runningAt);
  }

  /** A unit is up: what waited for it may start. */
  cameUp(unit: Unit, at = recentMicros(this.clock)): void {
    const wasAbsent = unit.up;
    unit.up = true;
    unit.runningAt = at;
    if (this.slots !== undefined) this.slots.leave(unit);
    if (!wasAbsent) {
      const { dependents } = unit;
      for (let index = 0; index < dependents.length; index += 1) {
        const dependent = dependents[index] as Unit;
        dependent.missing -= 1;
        if (dependent.missing === 0 && dependent.due && !dependent.active) this.enqueue(dependent);
      }
    }
    const { boot } = unit;
    if (boot !== undefined) {
      boot.left -= 1;
      if (boot.left === 0) this.done = true;
      unit.boot = undefined;
    }
    if (unit.latches !== undefined) Latch.notify(unit, 'up');
    if (unit.latches !== undefined && unit.active) Latch.notify(unit, 'run');
    if (wasAbsent) this.cameBack(unit);
    this.drain();
  }

  protected enqueue(unit: Unit): void {
    const engine: Scheduler = unit.engine;
    engine.queue[engine.queued] = unit;
    engine.queued += 1;
    // a unit of a parent or child container
    if (engine !== this && !engine.draining) engine.drainSoon();
  }

  // of its own: a closure takes room for what it sees as soon as the function around it is called
  private drainSoon(): void {
    soon(() => {
      this.drain();
    });
  }

  /** The same for many units, all of our own. */
  protected settleAll(units: readonly Unit[]): void {
    // what is in the queue has its turn first
    if (this.draining || this.queued > 0) {
      this.settle(units);
      return;
    }
    this.draining = true;
    // a long loop of our own would be compiled while it runs, with all that it calls, on a thread that competes with ours
    units.forEach(this.settleOne);
    this.draining = false;
    this.drain();
  }

  /** Brings what is closer to what is wanted, one unit after the other. */
  protected drain(): void {
    if (this.draining) return;
    this.draining = true;
    do {
      // it grows while it is worked off
      for (let index = 0; index < this.queued; index += 1) this.settleOne(this.queue[index] as Unit);
      this.queued = 0;
    } while (this.slots !== undefined && this.startNext(this.slots));
    this.draining = false;
    if (this.done) {
      this.done = false;
      if (this.queue.length > KEPT) this.queue.length = KEPT;
      this.allSettled();
    }
  }

  private readonly settleOne = (unit: Unit): void => {
    if (!unit.active) {
      if (unit.missing === 0 && unit.due) {
        if (this.slots === undefined) this.start(unit);
        else this.slots.add(unit);
      }
    } else if (unit.users === 0 && (!unit.due || (unit.reached && !unit.up))) {
      // what was up and cannot be used any more has to go down first, whoever wants it
      this.takeDown(unit);
    }
  };

  /** The run of a unit has ended, or it could not be made. */
  protected ended(unit: Unit): void {
    if (this.slots !== undefined) this.slots.leave(unit);
    unit.active = false;
    this.active -= 1;
    if (this.active === 0) this.done = true;
    const { dependencies } = unit;
    // the reverse of the order in which they started
    for (let index = dependencies.length - 1; index >= 0; index -= 1) {
      const dependency = dependencies[index] as Unit;
      dependency.users -= 1;
      if (dependency.users === 0 && !(dependency.due && dependency.up)) this.enqueue(dependency);
    }
    if (unit.due) this.enqueue(unit);
    if (unit.latches !== undefined) Latch.notify(unit, 'down');
  }

  /** Starts the next one that waits for a slot, if there is a slot. */
  private startNext(slots: Slots): boolean {
    const unit = slots.next();
    if (unit === undefined) return false;
    slots.run(unit, () => {
      this.start(unit);
    });
    return true;
  }

  private start(unit: Unit): void {
    unit.active = true;
    unit.starts += 1;
    unit.runningAt = NEVER;
    this.active += 1;
    const { dependencies } = unit;
    for (let index = 0; index < dependencies.length; index += 1) (dependencies[index] as Unit).users += 1;
    unit.startedAt = recentMicros(this.clock);
    try {
      this.host.construct(unit);
    } catch (error) {
      this.faults.set(unit, { error, start: unit.starts });
      this.ended(unit);
      this.notMade(unit, error);
      return;
    }
    if (unit.lifecycle === undefined) this.cameUp(unit);
    else unit.lifecycle.begin();
  }

  private takeDown(unit: Unit): void {
    this.lower(unit);
    const { lifecycle } = unit;
    if (lifecycle === undefined) {
      this.ended(unit);
      return;
    }
    lifecycle.end();
    if (this.forced) lifecycle.abandon();
  }
}
