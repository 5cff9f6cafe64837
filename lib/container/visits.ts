import type { Engine } from './engine.js';
import type { Unit } from './unit.js';

/**
 * What a child container uses of its parents. From its boot to its stop its units are among the dependents of what they need
 * there, so that those go down after them; before and after that, nothing of a parent knows of them.
 */
export class Visits {
  /** What is used, and by whom. */
  readonly #used = new Map<Unit, Set<Unit>>();

  constructor(private readonly guest: Engine) {}

  begin(units: readonly Unit[]): void {
    for (const unit of units) {
      for (const dependency of unit.dependencies) if (dependency.engine !== this.guest) this.#use(dependency, unit);
    }
  }

  end(): void {
    for (const [dependency, users] of this.#used) {
      dependency.dependents = dependency.dependents.filter((one) => !users.has(one));
      dependency.engine.guests.delete(this.guest);
    }
    this.#used.clear();
  }

  #use(dependency: Unit, unit: Unit): void {
    let users = this.#used.get(dependency);
    if (users === undefined) {
      users = new Set();
      this.#used.set(dependency, users);
      dependency.engine.guests.add(this.guest);
    }
    // what was bound anew meanwhile is taken out where it was
    if (users.has(unit) && dependency.dependents.includes(unit)) return;
    users.add(unit);
    if (dependency.dependents.length === 0) dependency.dependents = [unit];
    else dependency.dependents.push(unit);
  }
}
