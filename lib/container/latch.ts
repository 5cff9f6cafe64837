import type { Unit } from './unit.js';

/** `up`: what depends on a unit can run. `run`: it runs itself, while the program may go on without what does not. */
type What = 'up' | 'run' | 'down';

/** Waits until every one of some units is down, or up. */
export class Latch {
  #pending = 0;
  #done: (() => void) | undefined;

  constructor(
    units: Iterable<Unit>,
    private readonly what: What,
    done: () => void,
  ) {
    this.#done = done;
    for (const unit of units) {
      if (is(unit, what)) continue;
      this.#pending += 1;
      if (unit.latches === undefined) unit.latches = [this];
      else unit.latches.push(this);
    }
    if (this.#pending === 0) this.#finish();
  }

  /** Nobody waits any more. */
  cancel(): void {
    this.#done = undefined;
  }

  #finish(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }

  /** A unit came up, or went down: whoever waited for that is told. */
  static notify(unit: Unit, what: What): void {
    const { latches } = unit;
    if (latches === undefined) return;
    const rest = latches.filter((latch) => latch.what !== what && latch.#done !== undefined);
    unit.latches = rest.length === 0 ? undefined : rest;
    for (const latch of latches) {
      if (latch.what !== what) continue;
      latch.#pending -= 1;
      if (latch.#pending === 0) latch.#finish();
    }
  }
}

function is(unit: Unit, what: What): boolean {
  if (what === 'down') return !unit.active;
  return unit.up && !(what === 'run' && unit.absent);
}
