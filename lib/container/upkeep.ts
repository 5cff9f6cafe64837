/** Keeps what was made as it would be made now: what holds the value of an earlier making of something is made anew. */
import type { Binding } from '@inversifyjs/core';
import { isResource } from '../plan/node.js';
import { FORGOTTEN, type Bridge } from './bridge.js';
import type { Host } from './host.js';
import type { Making } from './resolution.js';
import type { Unit } from './unit.js';

/** Counts what was made in any container, so that one value can be told to be older than another. */
let makings = 0;
/** When something was last made that had been there before. */
let lastRemake = 0;

export function noteMade(unit: Unit): void {
  makings += 1;
  unit.made = makings;
}

export function noteRemade(unit: Unit): void {
  noteMade(unit);
  lastRemake = makings;
}

/** Whether anything has been made anew since a unit was made. */
function mayBeOutdated(unit: Unit): boolean {
  return unit.made < lastRemake;
}

/** Whether there is no instance that could be given out. */
function isMissing(unit: Unit): boolean {
  return unit.made === 0 || (unit.outdated && !unit.active);
}

/** Whether a service is to be made, or made anew, for whoever asks for it. */
function isToBeMade(unit: Unit): boolean {
  return isMissing(unit) || (!unit.active && isStale(unit) && injectionsOf(unit).every(isThere));
}

/** Whether inversify keeps what it makes for a binding. */
export function isKept(unit: Unit): boolean {
  return (unit.source as Making).scope === 'Singleton';
}

/** What is injected into a unit. */
function injectionsOf({ dependencies, orderOnly }: Unit): Unit[] {
  return dependencies.slice(0, orderOnly);
}

/** Whether it can be injected: a resource runs. */
function isThere(unit: Unit): boolean {
  return !isResource(unit.source) || unit.lifecycle?.state === 'running';
}

/** What has to be made for a unit, itself included, in order: what only has to run before it is left out. */
function injectedInto(unit: Unit, order: readonly Unit[]): Unit[] {
  const needed = new Set([unit]);
  for (const one of [...order].reverse()) {
    if (needed.has(one)) for (const dependency of injectionsOf(one)) needed.add(dependency);
  }
  // what belongs to a parent is not in the order
  const others = [...needed].filter((one) => one.engine !== unit.engine);
  return [...others, ...order.filter((one) => needed.has(one))];
}

/** Whether something that was injected into it has been made anew since. */
export function isStale(unit: Unit): boolean {
  const { dependencies, orderOnly, made } = unit;
  for (let index = 0; index < orderOnly; index += 1) if ((dependencies[index] as Unit).made > made) return true;
  return false;
}

/** The same of anything that it was made from, however far away. */
function holdsNewer(unit: Unit): boolean {
  const met = new Set([unit]);
  // what is added while it is walked is walked as well
  for (const one of met) {
    if (one.managed && one.made > unit.made) return true;
    for (const dependency of injectionsOf(one)) met.add(dependency);
  }
  return false;
}

/** What inversify made, and kept, of values that have been made anew since is not to be used again. */
export function refresh(unit: Unit): void {
  if (unit.outdated || isStale(unit)) forget(unit);
}

/** Has inversify ask again for what it keeps. */
function forget(unit: Unit): void {
  if (unit.managed) {
    for (const binding of unit.bindings ?? []) binding.cache = FORGOTTEN;
    return;
  }
  const binding = unit.source as { cache?: unknown };
  if (unit.made > 0 && binding.cache !== undefined) binding.cache = FORGOTTEN;
  unit.outdated = false;
  noteMade(unit);
}

/** What nobody runs, and somebody gets: it is looked at when it is asked for, and once after each change. */
export class Upkeep {
  /** After how many changes what was made was last found to be as it would be made now. */
  readonly #checked = new WeakMap<Unit, number>();

  constructor(private readonly host: Host) {}

  /** Inversify is about to plan with a binding: it is to forget what it keeps for it, if that would be made anew. */
  meet(binding: Binding): void {
    const { host } = this;
    host.resolver.adopt(binding);
    const isCached = (binding as { cache?: { isRight: boolean } }).cache?.isRight === true;
    const source = host.standsFor(binding);
    if (source !== undefined) {
      if (isCached) this.#meetUnit(host.nodeOf(source));
    } else if (binding.type === 'Instance' || binding.type === 'ResolvedValue') {
      host.bridge.watch(binding as Parameters<Bridge['watch']>[0]);
      if (isCached) this.#meetPlain(host.nodeOf(binding));
    }
  }

  /** Whether a unit is there, and was found to be as it would be made now. */
  isCurrent(unit: Unit): boolean {
    return unit.made > 0 && (unit.active || this.#checked.get(unit) === this.host.changes);
  }

  /** Makes a unit, and what is to be injected into it: where that is not there, or not as it would be made now. */
  bringUpToDate(unit: Unit): void {
    if (this.isCurrent(unit)) return;
    const { host } = this;
    const { changes } = host;
    for (const one of this.#needed(unit)) {
      if (!one.managed) refresh(one);
      else if (!isResource(one.source)) {
        if (one.engine !== host.engine) host.instance(one);
        else if (isToBeMade(one)) this.#make(one);
        this.#checked.set(one, changes);
      }
    }
  }

  #make(unit: Unit): void {
    // refused where a resource does not run
    for (const one of injectionsOf(unit)) if (isResource(one.source)) this.host.instance(one);
    this.host.instantiate(unit);
  }

  #needed(unit: Unit): Unit[] {
    return injectedInto(unit, this.host.resolver.resolve([unit], true).order as Unit[]);
  }

  /** Where a unit is out of date, whoever asks is to ask it again. */
  #meetUnit(unit: Unit): void {
    if (this.isCurrent(unit) || isResource(unit.source)) return;
    const { changes } = this.host;
    let needed: Unit[];
    try {
      needed = this.#needed(unit);
    } catch {
      // what it was made from is gone; inversify keeps it until its own binding goes
      return;
    }
    if (needed.some((one) => one.managed && isMissing(one)) || (holdsNewer(unit) && needed.every(isThere))) {
      forget(unit);
    } else {
      for (const one of needed) if (one.managed) this.#checked.set(one, changes);
    }
  }

  #meetPlain(unit: Unit): void {
    if (!mayBeOutdated(unit)) return;
    try {
      if (!unit.known) this.#needed(unit);
    } catch {
      // inversify says what is wrong with it
      return;
    }
    if (holdsNewer(unit)) forget(unit);
  }
}
