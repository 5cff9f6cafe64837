import { deferred, handled } from '../base/async.js';
import { BootError } from '../base/errors.js';
import type { Collector } from './collector.js';
import type { Latch } from './latch.js';
import { aborted } from './refusals.js';
import type { Cause } from './shutdown.js';
import type { Tree } from './tree.js';
import type { Unit } from './unit.js';

/** A boot that is under way. */
export class Boot {
  readonly done = deferred();
  /** What it starts. */
  units: readonly Unit[] = [];
  /** How many of them are not up. */
  left = 0;
  /** What it asked for that is under way already: to be restarted. */
  readonly others: Unit[] = [];
  /** Waits for what was up, but is being restarted. */
  late: Latch | undefined;
  failure: { unit: Unit; error: unknown } | undefined;
  /** What went wrong after that. */
  readonly errors: unknown[] = [];

  /**
   * Asks for some units, dependencies first, and adds those that nobody ever wanted to `all`, unless nobody ever wanted any.
   * Returns what it starts.
   */
  want(order: readonly Unit[], all: Unit[] | undefined): readonly Unit[] {
    const some: Unit[] | undefined = all === undefined ? undefined : [];
    for (let index = 0; index < order.length; index += 1) {
      const unit = order[index] as Unit;
      if (unit.wanted) {
        if (!unit.up && unit.boot !== this) this.others.push(unit);
        continue;
      }
      unit.wanted = true;
      some?.push(unit);
      if (!unit.enlisted) {
        unit.enlisted = true;
        all?.push(unit);
      }
      if (unit.up) continue;
      unit.boot = this;
      this.left += 1;
      if (unit.active) continue;
      const { dependencies } = unit;
      unit.missing = dependencies.length;
      for (let at = 0; at < dependencies.length; at += 1) if ((dependencies[at] as Unit).up) unit.missing -= 1;
    }
    const added = some ?? order;
    this.units = this.units.length === 0 ? added : [...this.units, ...added];
    return added;
  }

  /** What it waits for. */
  get pending(): Unit | undefined {
    const { units, others } = this;
    return units.find(({ active, up }) => active && !up) ?? units.find(({ up }) => !up) ?? others.find(({ up }) => !up);
  }

  /** What is wanted, but not up. */
  get missing(): Unit[] {
    return missingOf(this.others, missingOf(this.units));
  }

  /** Whether it waits for any of some units. */
  awaitsAny(units: readonly Unit[]): boolean {
    if (this.failure !== undefined) return false;
    const asked = new Set([...this.units, ...this.others]);
    return units.some((unit) => unit.wanted && !unit.up && asked.has(unit));
  }

  /** It will not get any further, since everything stops. */
  interrupt(cause: Cause | undefined): void {
    // it may all have come up just now
    const unit = cause?.unit ?? this.pending ?? this.units.at(-1) ?? this.others.at(-1);
    if (unit === undefined) {
      this.done.resolve();
      return;
    }
    this.late?.cancel();
    this.failure = { unit, error: cause === undefined ? aborted('The container') : cause.error };
  }

  /** Has it given up when a signal aborts. */
  follow(signal: AbortSignal, giveUp: (unit: Unit, reason: unknown) => void): void {
    const abort = (): void => {
      const unit = this.pending ?? this.units[0];
      if (unit !== undefined) giveUp(unit, signal.reason);
    };
    if (signal.aborted) {
      // nothing was started yet, and nothing will be
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    void handled(
      this.done.promise.finally(() => {
        signal.removeEventListener('abort', abort);
      }),
    );
  }

  /** Its failure, with what went wrong on the way back. */
  errorOf(tree: Tree, { errors, error: stopError, abandoned }: Collector): BootError {
    const { unit, error } = this.failure as { unit: Unit; error: unknown };
    const back = errors.filter((one) => one.service !== unit.name || one.error !== error).map((one) => one.error);
    const others = [...this.errors, ...back];
    if (abandoned.length > 0 && stopError !== undefined) others.push(stopError);
    return new BootError(unit.name, tree.pathTo(unit), error, others);
  }
}

function missingOf(units: readonly Unit[], missing: Unit[] = []): Unit[] {
  for (let index = 0; index < units.length; index += 1) {
    const unit = units[index] as Unit;
    if (unit.wanted && !unit.up) missing.push(unit);
  }
  return missing;
}
