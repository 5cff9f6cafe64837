/** What goes on in a container, for who decides whether the program has anything left to do. */
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import type { Engine } from './engine.js';
import { stateOf } from './picture.js';
import type { Unit } from './unit.js';

/** A service that crashed and stayed down. */
export interface Loss {
  readonly service: string;
  readonly error: unknown;
}

/** Looked up when it is asked for. */
export class Activity {
  constructor(private readonly engine: Engine) {}

  /**
   * Whether any service or resource runs, or is to come back after a crash. Where there is none, a class without hooks counts: it
   * may do anything.
   */
  get isAlive(): boolean {
    const { units } = this.engine;
    if (units.some((unit) => isService(unit) && (unit.active || comesBack(unit)))) return true;
    return !units.some(isService) && units.some(({ kind, active }) => kind === 'injectable' && active);
  }

  /** Whether a task has not returned, or a service is still on its way up or down. Timers and crontabs do not count. */
  get isWorking(): boolean {
    return this.engine.units.some((unit) => {
      if (!isService(unit)) return false;
      return unit.active !== unit.up || comesBack(unit) || (unit.lifecycle !== undefined && hasTask(unit.lifecycle));
    });
  }

  /** How many services and resources run. */
  get running(): number {
    return this.engine.units.filter((unit) => isService(unit) && unit.up).length;
  }

  /** Whether anything but values was booted. */
  get isEmpty(): boolean {
    return this.engine.units.every(({ kind }) => kind === 'value');
  }

  get losses(): Loss[] {
    const { engine } = this;
    const lost = engine.units.filter((unit) => isService(unit) && stateOf(unit) === 'crashed' && !comesBack(unit));
    return lost.map((unit) => {
      const failure = engine.faultOf(unit) ?? unit.lifecycle?.run?.failure;
      return { service: unit.name, error: failure?.error };
    });
  }
}

function isService({ kind }: Unit): boolean {
  return kind === 'service' || kind === 'resource';
}

/** Whether a restart keeps it down for the moment. */
function comesBack({ wanted, held }: Unit): boolean {
  return wanted && held > 0;
}

/** Whether a service, or any child below it, has a task that has not returned. */
function hasTask(lifecycle: Lifecycle): boolean {
  const rest = [lifecycle];
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    const background = at.run?.background ?? [];
    if (background.some(({ schedule, pending }) => schedule === undefined && pending !== undefined)) return true;
    for (const child of at.children) rest.push(child);
  }
  return false;
}
