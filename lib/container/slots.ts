/** The limit on how many starts are under way at once, for a container that was given one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Unit } from './unit.js';

interface Start {
  readonly unit: Unit;
  /** Which of its starts. */
  readonly number: number;
}

/**
 * A start takes a slot until the unit is up, or its run has ended. Of the units that could start, the first in the plan gets the next
 * free slot: with a single slot, units start in the order of the plan.
 *
 * A start that awaits the start of another service would wait in vain if that needed its slot, so it lends it.
 */
export class Slots {
  readonly #taken = new Set<Unit>();
  /** The places in the plan of those that wait for a slot: a binary heap, the lowest first. */
  readonly #heap: number[] = [];
  readonly #waiting = new Set<Unit>();
  readonly #places = new Map<Unit, number>();
  /** Whose slot a unit got, if it had to wait for one. */
  readonly #after = new Map<Unit, Unit>();
  /** Who left the last free slot. */
  #freed: Unit | undefined;
  readonly #starts = new AsyncLocalStorage<Start>();

  constructor(
    private readonly limit: number,
    /** In the order of the plan. It only grows. */
    private readonly units: () => readonly Unit[],
  ) {}

  /** A unit could start. */
  add(unit: Unit): void {
    if (this.#waiting.has(unit)) return;
    this.#waiting.add(unit);
    this.#push(this.#placeOf(unit));
  }

  /** The next unit that is to start, with a slot of its own. */
  next(): Unit | undefined {
    while (this.#taken.size < this.limit && this.#heap.length > 0) {
      const unit = this.units()[this.#pop()] as Unit;
      this.#waiting.delete(unit);
      // something else may have been wanted meanwhile
      if (unit.active || unit.missing > 0 || !unit.due) continue;
      this.#taken.add(unit);
      if (this.#freed === undefined) this.#after.delete(unit);
      else this.#after.set(unit, this.#freed);
      return unit;
    }
    this.#freed = undefined;
    return undefined;
  }

  /** Starts a unit, so that what is asked for in its start is known to be. */
  run(unit: Unit, start: () => void): void {
    this.#starts.run({ unit, number: unit.starts + 1 }, start);
  }

  leave(unit: Unit): void {
    const isFull = this.#taken.size >= this.limit;
    if (this.#taken.delete(unit) && isFull) this.#freed = unit;
  }

  /** Something is waited for. If a start does, it lends its slot until that is over. Returns whether it did. */
  lend(wait: Promise<unknown>): boolean {
    const start = this.#starts.getStore();
    if (start === undefined || start.number !== start.unit.starts || !this.#taken.has(start.unit)) return false;
    const { unit, number } = start;
    this.leave(unit);
    const takeBack = (): void => {
      if (unit.active && !unit.up && unit.starts === number) this.#taken.add(unit);
    };
    wait.then(takeBack, takeBack);
    return true;
  }

  /** Whose slot a unit got when it started last, if it had to wait for one. */
  predecessorOf(unit: Unit): Unit | undefined {
    return this.#after.get(unit);
  }

  #placeOf(unit: Unit): number {
    const units = this.units();
    for (let at = this.#places.size; at < units.length; at += 1) this.#places.set(units[at] as Unit, at);
    return this.#places.get(unit) as number;
  }

  #push(place: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((heap[above] as number) <= place) break;
      heap[at] = heap[above] as number;
      at = above;
    }
    heap[at] = place;
  }

  #pop(): number {
    const heap = this.#heap;
    const first = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below += 1;
      if (below >= heap.length || (heap[below] as number) >= last) break;
      heap[at] = heap[below] as number;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
