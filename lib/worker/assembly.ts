/** The containers that a worker runs: those it was given, and one that it makes for what comes without. */

import type { ServiceIdentifier } from 'inversify';
import type { Clock } from '../base/clock.js';
import type { LifecycleEvent, Logger } from '../base/events.js';
import { Container } from '../container/container.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import { isClass, isContainer, type WorkerUnit } from './target.js';

export interface AssemblyOptions {
  clock: Clock;
  /** Where services log whose container has no logger. */
  logger: Logger;
  /** What stands at the root of the tree that the services hang in. */
  root: TreeNode;
}

export class Assembly {
  /** In the order in which they start. */
  readonly #containers: Container[];
  /** What runs in the first of them besides what is bound there. */
  readonly #roots: readonly ServiceIdentifier[];
  readonly #clock: Clock;
  /** Whether what is bound in the containers starts, because somebody else has made them. */
  readonly #given: boolean;

  constructor(units: readonly WorkerUnit[], { clock, logger, root }: AssemblyOptions) {
    this.#clock = clock;
    const containers = units.filter((unit) => isContainer(unit));
    this.#given = containers.length > 0;
    const [first = new Container({ clock })] = containers;
    this.#containers = this.#given ? containers : [first];
    for (const container of this.#containers) container.attach(root, logger);
    this.#roots = units
      .filter((unit) => !isContainer(unit))
      .map((unit) => (isClass(unit) ? unit : first.adopt(unit)));
  }

  /** Tells of every event of every container. */
  on(listener: (event: LifecycleEvent) => void): void {
    for (const container of this.#containers) container.on(listener);
  }

  /** Starts one container after another. */
  async boot(signal: AbortSignal): Promise<void> {
    for (const container of this.#given ? this.#containers : []) {
      await container.boot({ signal });
      signal.throwIfAborted();
    }
    if (this.#roots.length > 0) await this.#containers[0]?.boot(this.#roots, { signal });
  }

  /** Stops them in reverse within one budget of milliseconds, tries everything, and gives back what went wrong. */
  async stop(ms: number | undefined): Promise<unknown[]> {
    const end = ms === undefined ? undefined : this.#clock.now() + ms;
    const errors: unknown[] = [];
    for (const container of [...this.#containers].reverse()) {
      try {
        await container.stop(end === undefined ? {} : { timeout: Math.max(0, end - this.#clock.now()) });
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  /** Takes all grace from a stop that is under way. */
  force(): void {
    for (const container of this.#containers) {
      container.stop({ timeout: 0 }).catch(() => {
        // the stop that is under way reports it
      });
    }
  }
}
