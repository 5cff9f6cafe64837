import { deferred } from '../base/async.js';
import { StopError } from '../base/errors.js';
import type { Run } from '../lifecycle/run.js';
import { Latch } from './latch.js';
import type { Unit } from './unit.js';

/** What goes wrong on the way down of some units, or of all. */
export class Collector {
  readonly errors: { service: string; error: unknown }[] = [];
  readonly abandoned: { service: string; waitingOn: string[] }[] = [];
  readonly #of: ReadonlySet<Unit> | undefined;

  constructor(units?: readonly Unit[]) {
    this.#of = units === undefined ? undefined : new Set(units);
  }

  concerns(unit: Unit): boolean {
    return this.#of?.has(unit) !== false;
  }

  get error(): StopError | undefined {
    const { errors, abandoned } = this;
    return errors.length === 0 && abandoned.length === 0 ? undefined : new StopError(errors, abandoned);
  }
}

/** Everybody who wants to know at the moment. */
export class Collectors {
  readonly #open = new Set<Collector>();

  /** For some units; for all. */
  open(units?: readonly Unit[]): Collector {
    const collector = new Collector(units);
    this.#open.add(collector);
    return collector;
  }

  /** Settles when some units are down, with what went wrong on their way. */
  untilDown(units: readonly Unit[]): Promise<void> {
    const collector = this.open(units);
    const done = deferred();
    new Latch(units, 'down', () => {
      this.close(collector);
      if (collector.error === undefined) done.resolve();
      else done.reject(collector.error);
    });
    return done.promise;
  }

  close(collector: Collector): void {
    this.#open.delete(collector);
  }

  addError(unit: Unit, error: unknown): void {
    for (const one of this.#open) if (one.concerns(unit)) one.errors.push({ service: unit.name, error });
  }

  /** What a run that has ended tells. */
  addRun(unit: Unit, { mishaps, abandoned }: Run): void {
    for (const one of this.#open) {
      if (!one.concerns(unit)) continue;
      if (mishaps !== undefined) one.errors.push(...mishaps);
      if (abandoned !== undefined) one.abandoned.push({ service: unit.name, waitingOn: abandoned });
    }
  }
}
