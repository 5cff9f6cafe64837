/** The containers that a worker runs: those it was given, and one that it makes for what comes without. */

import type { Clock } from '../base/clock.js';
import type { LifecycleEvent, Logger } from '../base/events.js';
import { Container } from '../container/container.js';
import type { Class } from '../declare/definition.js';
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
  readonly #containers: Container[] = [];
  /** What runs in the first of them besides what is bound there. */
  readonly #classes: Class[] = [];
  readonly #clock: Clock;
  /** Whether everything bound in a container starts, or only what was asked for. */
  readonly #bound: boolean;

  constructor(units: readonly WorkerUnit[], { clock, logger, root }: AssemblyOptions) {
    this.#clock = clock;
    for (const unit of units) {
      if (isContainer(unit)) this.#containers.push(unit);
      else if (isClass(unit)) this.#classes.push(unit);
    }
    this.#bound = this.#containers.length > 0;
    if (!this.#bound) this.#containers.push(new Container({ clock, logger }));
    for (const container of this.#containers) container.attach(root, logger);
  }

  /** Tells of every event of every container. */
  on(listener: (event: LifecycleEvent) => void): void {
    for (const container of this.#containers) container.on(listener);
  }

  /** Starts one container after another. */
  async boot(signal: AbortSignal): Promise<void> {
    if (this.#bound) for (const container of this.#containers) await container.boot({ signal });
    if (this.#classes.length > 0) await this.#containers[0]?.boot(this.#classes, { signal });
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
