import { handled } from '../base/async.js';
import type { Owner } from './hooks.js';
import type { Lifecycle } from './lifecycle.js';
import { circular, owned } from './mishaps.js';
import type { Run } from './run.js';

/** The services that start and stop with another one, in the order in which they start. */
export class Children {
  list: Lifecycle[] = [];

  constructor(private readonly parent: Lifecycle) {}

  /** Takes one on, in its place among the others. */
  adopt(child: Lifecycle, owner: Owner = new TreeOwner(this.parent), index = this.list.length): void {
    this.#check(child);
    this.list.splice(index, 0, child);
    child.parent = this.parent;
    child.owner = owner;
    child.inherit(this.parent.env);
  }

  /** Lets one go. It goes on as it is. */
  disown(child: Lifecycle): void {
    if (!this.list.includes(child)) return;
    this.list = this.list.filter((other) => other !== child);
    child.parent = undefined;
    child.owner = undefined;
  }

  /** One after another; those as well that are added meanwhile. */
  start(run: Run): Promise<void> | undefined {
    return this.list.length === 0 ? undefined : this.#startEach(run);
  }

  /** In reverse; those that go down for the same reason as their parent with that reason. */
  stop(run: Run): Promise<void> | undefined {
    const running = this.list.filter(
      ({ state }) => state === 'starting' || state === 'running' || state === 'stopping',
    );
    if (running.length === 0) return undefined;
    if (!run.forced) return stopEach(running.reverse(), run);
    this.abandon();
    return undefined;
  }

  /** They have their turn as well, but nobody waits for them. */
  abandon(): void {
    for (const child of [...this.list].reverse()) {
      void handled(child.stop());
      child.abandon();
    }
  }

  async #startEach(run: Run): Promise<void> {
    const begun = new Set<Lifecycle>();
    for (let index = 0; index < this.list.length; index += 1) {
      const child = this.list[index] as Lifecycle;
      if (run.ending) return;
      if (begun.has(child)) continue;
      begun.add(child);
      await child.start();
      // some came or went meanwhile: from the beginning, past those that have begun
      if (this.list[index] !== child) index = -1;
    }
  }

  /** Refuses one that would make the tree no tree. */
  #check(child: Lifecycle): void {
    if (child.owner?.startOwned !== undefined) throw owned(this.parent, child);
    // what has no children is above nobody
    if (child !== this.parent && child.children.length === 0) return;
    for (let above: Lifecycle | undefined = this.parent; above !== undefined; above = above.parent) {
      if (above === child) throw circular(this.parent, child);
    }
  }
}

async function stopEach(children: readonly Lifecycle[], run: Run): Promise<void> {
  for (const child of children) {
    try {
      const falls = run.failure?.fell === true && child.owner instanceof TreeOwner;
      await (falls ? child.fall(run.failure?.error) : child.stop());
    } catch (error) {
      run.addError(error);
    }
  }
}

/** How a service answers for its children: a crash outside a container takes the tree down, children first. */
class TreeOwner implements Owner {
  constructor(private readonly parent: Lifecycle) {}

  crashed(child: Lifecycle): void {
    child.descend();
  }

  down({ run }: Lifecycle): void {
    // a child that could not start, or failed on its way down with us, is an error of that step instead
    if (run?.failure?.fell === true) this.parent.crash(run.failure.error);
  }
}
