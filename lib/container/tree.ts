import type { TreeNode } from '../lifecycle/beacon.js';
import type { Unit } from './unit.js';

/** Where a unit stands in the tree of what runs. */
interface Place {
  readonly below: Unit | undefined;
  readonly distance: number;
}

const NOWHERE: Place = { below: undefined, distance: 0 };

/** The tree that a container shows of its graph: each unit below the dependent through which a root is nearest. */
export class Tree {
  readonly #roots = new Set<Unit>();
  /** Found when somebody asks: many programs run without. */
  #places: Map<Unit, Place> | undefined;
  /** What the tree hangs on: the worker. */
  trunk: TreeNode | undefined;

  get roots(): readonly Unit[] {
    return [...this.#roots];
  }

  /** Nothing runs: what is booted next has roots of its own. */
  clear(): void {
    this.#roots.clear();
    this.#places = undefined;
  }

  add(roots: readonly Unit[]): void {
    for (const root of roots) this.#roots.add(root);
    this.#places = undefined;
  }

  /** A unit's place in the tree, and how far the root is. */
  placeOf(unit: Unit): Place {
    this.#places ??= this.#place();
    return this.#places.get(unit) ?? NOWHERE;
  }

  /** The names from a root to a unit. */
  pathTo(unit: Unit): string[] {
    const path: string[] = [];
    for (let at: Unit | undefined = unit; at !== undefined; at = this.placeOf(at).below) path.push(at.name);
    return path.reverse();
  }

  #place(): Map<Unit, Place> {
    const places = new Map<Unit, Place>();
    for (const root of this.#roots) places.set(root, NOWHERE);
    // a map that grows while it is walked: breadth first
    for (const [unit, { distance }] of places) {
      for (const dependency of unit.dependencies) {
        if (places.has(dependency) || dependency.engine !== unit.engine) continue;
        places.set(dependency, { below: unit, distance: distance + 1 });
      }
    }
    return places;
  }
}
