/** What a worker can run, and the containers that it runs in. */

import type { ServiceIdentifier } from 'inversify';
import { isThenable } from '../base/async.js';
import type { Clock } from '../base/clock.js';
import { PlanError } from '../base/errors.js';
import { nameAmong, type LifecycleEvent, type Logger, type ServiceState } from '../base/events.js';
import { inWords, peek } from '../base/words.js';
import type { Loss } from '../container/activity.js';
import { Container } from '../container/container.js';
import { definitionOf, type Class } from '../declare/definition.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import { Service } from '../service.js';
import { UsageError, isError } from './explain.js';

/** One thing that a worker can run: a container, a service class, or a service. */
export type WorkerUnit = Container | Class | Service;

/** A container, a service class, a service, or a list of them. */
export type WorkerTarget = WorkerUnit | readonly WorkerUnit[];

/** The things that a target stands for. Raises a `UsageError` that calls it `what` when it is none. */
export function unitsOf(target: unknown, what = 'The target of the worker'): WorkerUnit[] {
  const units: unknown[] = Array.isArray(target) ? target : [target];
  for (const [index, unit] of units.entries()) {
    if (isContainer(unit) || isClass(unit) || isService(unit)) continue;
    throw notATarget(unit, Array.isArray(target) ? `Entry ${String(index + 1)} of ${lowerFirst(what)}` : what);
  }
  if (units.length === 0) throw notATarget(target, what);
  return units as WorkerUnit[];
}

// By what it can do, not by `instanceof`: the program may use another installed copy of this package than the binary.
function isContainer(value: unknown): value is Container {
  return (
    typeof value === 'object' && value !== null && ['boot', 'stop', 'plan', 'bind'].every((key) => isMethod(value, key))
  );
}

export function isClass(value: unknown): value is Class {
  if (typeof value !== 'function') return false;
  // only a class has a prototype that cannot be replaced
  return (
    definitionOf(value as Class).declared || Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
  );
}

function isService(value: unknown): value is Service {
  if (value instanceof Service) return true;
  if (typeof value !== 'object' || value === null || typeof value.constructor !== 'function') return false;
  const { declared, hasLife } = definitionOf(value.constructor as Class);
  return declared || hasLife;
}

function isMethod(value: object, key: string): boolean {
  return typeof (value as Record<string, unknown>)[key] === 'function';
}

function notATarget(value: unknown, what: string): UsageError {
  return new UsageError(`${what} is ${describe(value)}, which is nothing to run.`, remedyFor(value));
}

function remedyFor(value: unknown): string {
  if (value === undefined) return 'Correct the name of the import; in a circle of imports it is seen too early.';
  if (isThenable(value)) return 'Await it, and give what it resolves to.';
  if (Array.isArray(value) && value.length > 0) return 'Give one list: [...these, ...those].';
  return 'Give a Container, a service class, a service, a list of them, or a function that returns one of these.';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isThenable(value)) return 'a promise';
  if (typeof value === 'function') return `the function ${value.name === '' ? 'without a name' : value.name}`;
  if (typeof value !== 'object') return `the ${typeof value} ${inWords(value)}`;
  const { name } = value.constructor ?? {};
  return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`;
}

/** How many names a line of the log takes. */
const MOST_NAMES = 5;

export interface AssemblyOptions {
  clock: Clock;
  /** Where services log whose container has no logger. */
  logger: Logger;
  /** The name and the value that stand at the root of the tree that the services hang in. */
  root: Pick<TreeNode, 'name' | 'target'>;
}

/** The containers that a worker runs: those it was given, and one that it makes for what comes without. */
export class Assembly {
  /** In the order in which they start. */
  readonly #containers: Container[];
  /** What runs in the first of them besides what is bound there. */
  readonly #roots: readonly ServiceIdentifier[];
  readonly #clock: Clock;
  /** Whether what is bound in the containers starts, because somebody else has made them. */
  readonly #given: boolean;
  /** Those whose boot is over, and which have nobody else to tell that they go down. */
  readonly #up: Set<Container>;
  readonly #ends: (() => void)[] = [];

  /** @throws UsageError when another worker runs one of its containers */
  constructor(units: readonly WorkerUnit[], { clock, logger, root }: AssemblyOptions) {
    this.#clock = clock;
    const containers = units.filter((unit) => isContainer(unit));
    if (containers.some((container) => occupied.has(container))) {
      throw new UsageError(
        'The container is run by another worker already.',
        'Give it to one worker, together with what else is to run: new Worker([container, App]).',
      );
    }
    this.#given = containers.length > 0;
    const [first = new Container({ clock })] = containers;
    this.#containers = this.#given ? containers : [first];
    this.#up = new Set(containers.filter(({ state }) => state === 'running'));
    const treeChildren = (): readonly TreeNode[] => this.#tree;
    const top: TreeNode = {
      ...root,
      treeParent: undefined,
      get treeChildren() {
        return treeChildren();
      },
    };
    for (const container of this.#containers) {
      occupied.add(container);
      container.attach(top, logger);
    }
    this.#roots = units.filter((unit) => !isContainer(unit)).map((unit) => (isClass(unit) ? unit : first.adopt(unit)));
  }

  /** Another worker may have the containers. */
  release(): void {
    for (const end of this.#ends) end();
    for (const container of this.#containers) occupied.delete(container);
  }

  /** For each container, what is told of its events, and of whether its boot is over. */
  on(listenerOf: () => (event: LifecycleEvent, isUp: boolean) => void): void {
    for (const container of this.#containers) {
      const listener = listenerOf();
      const end = container.on((event) => {
        if (event.type === 'container' && event.to === 'running') this.#up.add(container);
        if (event.type === 'container' && event.to === 'starting') this.#up.delete(container);
        listener(event, this.#up.has(container));
      });
      this.#ends.push(end);
    }
  }

  /** Starts one container after another, once the plans of all of them are sound. */
  async boot(signal: AbortSignal): Promise<void> {
    const boots: Boot[] = this.#given ? this.#containers.map((container) => ({ container, roots: [] })) : [];
    const [first] = this.#containers;
    if (first !== undefined && this.#roots.length > 0) boots.push({ container: first, roots: this.#roots });
    // a single one plans before it starts, too
    if (boots.length > 1) planAll(boots);
    for (const { container, roots } of boots) {
      await (roots.length === 0 ? container.boot({ signal }) : container.boot(roots, { signal }));
      signal.throwIfAborted();
    }
  }

  /** Whether there is nothing in it that could run. */
  get isEmpty(): boolean {
    return this.#containers.every(({ activity }) => activity.isEmpty);
  }

  /** Whether anything runs, or is to come back after a crash. */
  get isAlive(): boolean {
    return this.#containers.some(({ activity }) => activity.isAlive);
  }

  /** Whether a task has not returned. */
  get isWorking(): boolean {
    return this.#containers.some(({ activity }) => activity.isWorking);
  }

  /** How many services and resources run. */
  get running(): number {
    return this.#containers.reduce((sum, { activity }) => sum + activity.running, 0);
  }

  /** What crashed and is not to come back. */
  get losses(): Loss[] {
    return this.#containers.flatMap(({ activity }) => activity.losses);
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

  /** Which services are in one of these states, with what they are at, in words. */
  namesIn(...states: ServiceState[]): string {
    const services = this.#containers.flatMap((container) => container.health().services);
    const wanted = services.filter(({ state }) => states.includes(state));
    if (wanted.length === 0) return '';
    const targets = new Map(Array.from(this.#nodes(), (node) => [idOf(node), node.target]));
    const names = wanted.slice(0, MOST_NAMES).map(({ id, name, state }) => {
      const who = nameAmong(name, id);
      const what = state === 'running' ? '' : whatItIsAt(targets.get(id));
      return what === '' ? who : `${who} (waiting on ${what})`;
    });
    const more = wanted.length - MOST_NAMES;
    return names.join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
  }

  /** What people call the services, by the names of their classes, which is what a stack shows. */
  namesByClass(): Map<string, string> {
    const names = new Map<string, string>();
    for (const { name, target } of this.#nodes()) {
      const className = peek(peek(target, 'constructor'), 'name');
      if (typeof className === 'string') names.set(className, name);
    }
    return names;
  }

  *#nodes(): Iterable<TreeNode> {
    const rest = [...this.#tree];
    for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
      yield node;
      for (const child of node.treeChildren) rest.push(child);
    }
  }

  get #tree(): readonly TreeNode[] {
    return this.#containers.flatMap((container) => container.treeRoots);
  }
}

/** The containers that a worker runs. */
const occupied = new WeakSet<Container>();

/** What runs in a container is called by its id. */
function idOf(node: TreeNode): string {
  return 'id' in node ? String(node.id) : node.name;
}

/** One call of `boot`: of everything that is bound, where there are no roots. */
interface Boot {
  readonly container: Container;
  readonly roots: readonly ServiceIdentifier[];
}

/** Raises one `PlanError` with the problems of all of them. */
function planAll(boots: readonly Boot[]): void {
  const problems = boots.flatMap(({ container, roots }) => {
    try {
      container.plan(...roots);
      return [];
    } catch (error) {
      if (!isError(error, 'ERR_MODE_PLAN')) throw error;
      // a parent that is one of them will run by then; if it is not, the boot says so
      return (error as PlanError).problems.filter(({ kind }) => kind !== 'parent');
    }
  });
  if (problems.length > 0) throw new PlanError(problems);
}

/** The hooks and tasks that are under way in a service, as far as it knows. */
function whatItIsAt(target: unknown): string {
  if (typeof target !== 'object' || target === null || !isMethod(target, 'tracebacks')) return '';
  return Object.keys((target as Service).tracebacks()).join(', ');
}
