import { deferred, handled, soon } from '../base/async.js';
import type { Environment } from './environment.js';
import type { Owner } from './hooks.js';
import type { Lifecycle } from './lifecycle.js';
import { circular, owned, parentStopping } from './mishaps.js';
import * as Phase from './phase.js';
import type { Run } from './run.js';

/** The services that start and stop with another one, in the order in which they start. */
export class Children {
  list: Lifecycle[] = [];
  /** Which of them a run has begun to start. */
  #begun: { readonly run: Run; readonly children: Set<Lifecycle> } | undefined;

  constructor(private readonly parent: Lifecycle) {}

  /** Takes one on, in its place among the others. */
  adopt(child: Lifecycle, owner?: Owner, index = this.list.length): void {
    this.#check(child);
    if (owner === undefined) this.#checkTime(child);
    this.list.splice(index, 0, child);
    child.parent = this.parent;
    child.owner = owner ?? new TreeOwner(this.parent);
    child.inherit(this.parent.env);
  }

  /** Lets one go. It goes on as it is. */
  disown(child: Lifecycle): void {
    if (!this.list.includes(child)) return;
    this.list = this.list.filter((other) => other !== child);
    child.parent = undefined;
    child.owner = undefined;
  }

  /** All below are in the tree or the container of their root. */
  inherit(env: Environment): void {
    const rest = [...this.list];
    for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
      at.take(env);
      rest.push(...at.children);
    }
  }

  /** One after another; those as well that are added meanwhile. */
  start(run: Run): Promise<void> | undefined {
    if (this.#begun?.run !== run) this.#begun = { run, children: new Set() };
    const { children } = this.#begun;
    if (!this.list.every((child) => children.has(child))) return this.#startEach(run, children);
    this.#begun = undefined;
    return undefined;
  }

  /** The start of their parent has come to an end: that of those whose turn it is as well. */
  interrupt({ failure }: Run): void {
    for (const child of this.list) {
      if (!child.isBusy) continue;
      const falls = failure?.spreads === true && child.owner instanceof TreeOwner && child.state !== 'stopping';
      inTurn(() => {
        if (falls) child.crash(failure.error);
        else child.end();
      });
    }
  }

  /** In reverse; those that go down for the same reason as their parent with that reason. */
  stop(run: Run): Promise<void> | undefined {
    const running = this.list.filter(isActive);
    if (running.length === 0) return undefined;
    if (!run.forced) return stopEach(running.reverse(), run);
    this.abandon();
    return undefined;
  }

  /** They have their turn as well, but nobody waits for them. */
  abandon(): void {
    for (const child of [...this.list].reverse()) {
      inTurn(() => {
        void handled(child.stop());
        child.abandon();
      });
    }
  }

  /** Their parent is down: none that was restarting comes back by itself. */
  callOff(): void {
    for (const child of this.list) child.callOff();
  }

  async #startEach(run: Run, begun: Set<Lifecycle>): Promise<void> {
    if (tooDeep()) await ANOTHER_TURN;
    for (let index = 0; index < this.list.length; index += 1) {
      const child = this.list[index] as Lifecycle;
      if (run.ending) return;
      if (begun.has(child)) continue;
      begun.add(child);
      const started = deeper(() => child.start());
      const { state, run: its } = child;
      try {
        await started;
      } catch (error) {
        // stopped by hand, or let go: nothing has failed
        const isLeft = state === 'starting' && its?.crashed === false && !run.ending;
        if (!isLeft) throw this.#spread(error, its, run);
      }
      // some came or went meanwhile: from the beginning, past those that have begun
      if (this.list[index] !== child) index = -1;
    }
  }

  /** Why a child could not start. If it crashed, its brothers go down for the same reason. */
  #spread(error: unknown, its: Run | undefined, run: Run): unknown {
    const failure = its?.failure;
    if (!run.ending && failure?.spreads === true && failure.error === error) this.parent.crash(error);
    return error;
  }

  /** Refuses one that would make the tree no tree. */
  #check(child: Lifecycle): void {
    const supervised = child.owner?.startOwned !== undefined;
    if (supervised) throw owned(this.parent, child, supervised);
    // what has no children is above nobody
    if (child === this.parent || child.children.length > 0) {
      for (let above: Lifecycle | undefined = this.parent; above !== undefined; above = above.parent) {
        if (above === child) throw circular(this.parent, child);
      }
    }
    if (child.parent !== undefined) throw owned(this.parent, child, supervised);
  }

  /** Refuses one that runs and would not be stopped any more. */
  #checkTime(child: Lifecycle): void {
    const { run } = this.parent;
    const isTooLate = run !== undefined && run.phase > Phase.Stop && run.phase < Phase.Down;
    if (isTooLate && isActive(child)) throw parentStopping(this.parent, child);
  }
}

function isActive({ state }: Lifecycle): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}

async function stopEach(children: readonly Lifecycle[], run: Run): Promise<void> {
  if (tooDeep()) await ANOTHER_TURN;
  for (const child of children) {
    const { run: ended } = child;
    try {
      const falls = run.failure?.spreads === true && child.owner instanceof TreeOwner;
      await deeper(() => (falls ? fall(child, run.failure?.error) : child.stop()));
    } catch (error) {
      // by the name of whose hook it was; what was abandoned is told as a whole
      const mishaps = ended?.abandoned === undefined ? ended?.mishaps : undefined;
      for (const one of mishaps ?? [{ service: child.name, error }]) run.addError(one.error, one.service);
    }
  }
}

/** It goes down with its parent, for the same reason. Settles like a stop. */
function fall(child: Lifecycle, error: unknown): Promise<void> {
  if (child.state !== 'running' && child.state !== 'starting') return child.stop();
  const { promise } = (child.rare.stopping ??= deferred());
  child.crash(error);
  return promise;
}

/** How a service answers for its children: a crash outside a container takes the tree down, children first. */
class TreeOwner implements Owner {
  constructor(private readonly parent: Lifecycle) {}

  crashed(child: Lifecycle): void {
    child.descend();
  }

  down({ run }: Lifecycle): void {
    const { failure } = run ?? {};
    // a child that could not start, or failed on its way down with us, is an error of that step instead
    if (failure?.fell !== true) return;
    const { run: above } = this.parent;
    inTurn(() => {
      (above ?? this.parent).crash(failure.error);
    });
  }
}

/**
 * What a parent does to a child it does within the call that was made to itself, and so on down (or up) the tree. After so many
 * generations there is no room left on the stack, and the next one gets a turn of its own.
 */
const GENERATIONS = 100;
const ANOTHER_TURN = Promise.resolve();
let generation = 0;

function tooDeep(): boolean {
  return generation >= GENERATIONS;
}

function deeper<T>(call: () => T): T {
  generation += 1;
  try {
    return call();
  } finally {
    generation -= 1;
  }
}

/** At once, or in that turn of its own. */
function inTurn(call: () => void): void {
  if (tooDeep()) soon(call);
  else deeper(call);
}
