import type { Binding } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import type { Vertex } from '../graph/walk.js';
import type { Class, Definition, InjectOption } from '../declare/definition.js';
import { tokenName } from './problems.js';

/** What a node of the graph is. In `graph()` also `'child'`: a running child of a service. */
export type NodeKind = 'service' | 'resource' | 'injectable' | 'value';

/** Why one node comes before another. */
export type EdgeKind = 'inject' | 'dependsOn';

/** What is managed, but not made from a class: how it is made and released. */
export interface Resource {
  readonly name: string;
  readonly inject: readonly InjectOption[];
  start(...args: unknown[]): unknown;
  stop?: ((value: unknown, signal: AbortSignal) => unknown) | undefined;
  watch?: ((value: unknown, crash: (error: unknown) => void) => unknown) | undefined;
  readonly definition: Definition;
  readonly token: ServiceIdentifier;
  /** A service that was made by somebody else: it is run, not made. */
  readonly existing?: object;
}

/** What a node is made from: a service class, a resource, or a binding that inversify resolves by itself. */
export type Source = Class | Resource | Binding;

/** What fills one parameter or property: the value of a node, the values of several, or nothing. */
export type Filling<N> = N | N[] | undefined;

export function isResource(source: Source): source is Resource {
  return typeof source === 'object' && 'definition' in source;
}

/** Whether inversify makes a value for each that asks for it, out of what may depend on who that is. */
export function isMadeForEach(source: Source): source is Binding {
  if (typeof source === 'function' || isResource(source)) return false;
  return (source.type === 'Instance' || source.type === 'ResolvedValue') && source.scope !== 'Singleton';
}

/** Bindings that redirect to each other. */
export class RedirectionCycle extends Error {
  constructor(readonly names: string[]) {
    super(`${names.join(' and ')} redirect to each other`);
  }
}

/** No nodes. */
export const NONE = empty();

/** Of a node whose dependencies have not been read. */
const UNREAD = empty();

/** An empty list of the kind that lists of a given length are: V8 throws away what it has compiled when it meets another. */
function empty(): never[] {
  // oxlint-disable-next-line no-new-array -- it is the point
  const list: unknown[] = new Array(1).fill(null);
  list.length = 0;
  return list as never[];
}

/** One node of the dependency graph. There are many, so what follows from something else takes no room. */
export abstract class Node implements Vertex {
  visit = 0;
  /** Whether it is on a list already: the number of the list. */
  listed = 0;
  /** The number of the planning that found its class to stand for it alone. */
  single = 0;
  /** Everything that must run before it, once each, in the order of its lists. */
  dependencies: Node[] = UNREAD;
  /** Whether something else would be injected into it now than when it was made. */
  outdated = false;
  /** Which of the dependencies are only there for the order: those from this index on. */
  orderOnly = 0;
  dependents: Node[] = NONE;
  /** How many are to be added to that, while a plan is made. */
  newcomers = 0;
  parameters: readonly Filling<Node>[] = NONE;
  properties: ReadonlyMap<string | symbol, Filling<Node>> | undefined;

  constructor(
    readonly source: Source,
    /** What was declared about it, if it is managed by us: constructed and run. Everything else is for inversify to resolve. */
    readonly definition: Definition | undefined,
  ) {}

  /** Unique in the container: the name, or `Name#2` and so on. */
  abstract readonly id: string;

  get kind(): NodeKind {
    const { source, definition } = this;
    if (isResource(source)) return source.existing === undefined ? 'resource' : 'service';
    if (definition !== undefined) return definition.hasLife ? 'service' : 'injectable';
    return (source as Binding).type === 'Instance' ? 'injectable' : 'value';
  }

  get name(): string {
    const { source, definition } = this;
    if (isResource(source)) return source.name;
    return definition === undefined ? tokenName((source as Binding).serviceIdentifier) : definition.name;
  }

  get token(): ServiceIdentifier {
    const { source } = this;
    if (typeof source === 'function') return source;
    return isResource(source) ? source.token : source.serviceIdentifier;
  }

  /** Whether its dependencies have been read. */
  get known(): boolean {
    return this.dependencies !== UNREAD;
  }

  get managed(): boolean {
    return this.definition !== undefined;
  }

  /** More than 0 if it is there already, and is kept. */
  abstract readonly made: number;

  /** The bindings by hand that stand for it. */
  abstract readonly bindings: readonly Binding[] | undefined;

  /** Whether it belongs to the container that makes the plan, and not to a parent of it. */
  abstract belongsTo(scope: object): boolean;

  /** Whether what depends on it can be made now. */
  abstract readonly up: boolean;

  /** Whether it has begun to start, and has not ended. */
  abstract readonly active: boolean;

  /** Whether it is to run: what waits for its turn, or to come back, waits for what it was planned with. */
  abstract readonly wanted: boolean;
}
