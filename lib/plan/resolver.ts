/**
 * Turns what the user declared and bound into a graph of nodes: reads inversify's bindings and the metadata of classes,
 * makes nothing.
 */
import type { Binding, BindingConstraints, InstanceBinding } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { declarationOf, definitionOf, type Class, type Definition } from '../declare/definition.js';
import { Context, isSame } from './context.js';
import { asRequest, type Request } from './dependencies.js';
import { isMadeForEach, isResource, RedirectionCycle, type Node, type Source } from './node.js';
import { Names } from './names.js';
import { Planning } from './planning.js';
import * as problems from './problems.js';

/** Inversify's bindings, as far as a resolver reads them. */
export interface Bindings {
  /** Those of this very container. */
  getNonParentBindings(token: ServiceIdentifier): Iterable<Binding> | undefined;
  getNonParentBoundServices(): Iterable<ServiceIdentifier>;
  /** Those of the nearest container that has any. */
  get(token: ServiceIdentifier): Iterable<Binding> | undefined;
  /** Those of all containers from here up. */
  getChained(token: ServiceIdentifier): Iterable<Binding>;
}

/** What a resolver needs of the container it works for. */
export interface ResolverHost {
  /** Replaced by `restore()`, so it is asked for each time. */
  readonly bindings: Bindings;
  readonly parent: Resolver | undefined;
  createNode(source: Source, definition: Definition | undefined): Node;
  /** How often the bindings that are seen here have changed, and what was made of them. */
  readonly changes: number;
  /** Whether a node is there, and nothing has changed since it was planned. */
  isCurrent(node: Node): boolean;
  /** Makes a binding of inversify stand for a node that we construct ourselves. */
  redirect(binding: InstanceBinding<unknown>, node: Node): void;
  /** Whether it is a constant that is a service which nobody starts. */
  isStray(node: Node): boolean;
  /** Whether a binding is for everybody who asks. */
  isUnconditional(binding: Binding): boolean;
  /** What a binding was made to stand for. */
  standsFor(binding: Binding): Source | undefined;
}

/** What can be asked for. */
export type Wanted = ServiceIdentifier | Request | Node;

/** A sound graph, as far as some roots reach it. */
export interface Resolved {
  readonly roots: readonly Node[];
  /** Dependencies first. */
  readonly order: readonly Node[];
}

const NO_CONSTRAINTS: BindingConstraints = {
  name: undefined,
  serviceIdentifier: '',
  tags: new Map(),
  getAncestor: () => undefined,
};

const NONE: never[] = [];

export class Resolver {
  /** All nodes that any plan has met, by what they are made from. */
  readonly known = new Map<Source, Node>();
  /** Further nodes of bindings that give something else to some of those who ask. */
  readonly #variants: Node[] = [];
  readonly #variantsFor = new Map<Binding, Map<Node | undefined, Node[]>>();
  readonly #askedFor = new WeakMap<Node, Request>();
  /** In which context nodes were planned whose needs depend on it. */
  readonly contexts = new WeakMap<Node, Context>();

  constructor(private readonly host: ResolverHost) {}

  /** All nodes that any plan has met. */
  get nodes(): Iterable<Node> {
    return this.#variants.length === 0 ? this.known.values() : [...this.known.values(), ...this.#variants];
  }

  /** How often what is seen here has changed. */
  get changes(): number {
    return this.host.changes;
  }

  /** The node of a service class, if one was ever planned here or in a parent. */
  find(source: Source): Node | undefined {
    return this.known.get(source) ?? this.host.parent?.find(source);
  }

  /**
   * What the roots reach, in order. `lenient` if nothing is to be started, so that it does not matter what runs in a parent.
   *
   * @throws PlanError with everything that is wrong
   */
  resolve(wanted: readonly Wanted[], lenient = false): Resolved {
    for (;;) {
      const resolved = new Planning(this, this.host, lenient).run(wanted);
      if (resolved !== undefined) return resolved;
    }
  }

  /** The identifiers bound in this very container, in binding order. */
  boundTokens(): ServiceIdentifier[] {
    return [...this.host.bindings.getNonParentBoundServices()];
  }

  /** What was bound in this very container and is managed by us, in binding order. Redirections that lead nowhere are left out. */
  bound(): Node[] {
    const { bindings } = this.host;
    const nodes = this.boundTokens().flatMap((token) =>
      Array.from(bindings.getNonParentBindings(token) ?? []).flatMap((binding) => {
        try {
          return this.#ofBinding(binding, asRequest(token), NO_CONSTRAINTS, NONE, this);
        } catch (error) {
          if (error instanceof RedirectionCycle) return NONE;
          throw error;
        }
      }),
    );
    return [...new Set(nodes.filter((node) => node.managed && node.belongsTo(this.host)))];
  }

  /** What can be asked for by name, here and in the parents. */
  names(bound: ServiceIdentifier[] = [], others: string[] = []): Names {
    for (const token of this.boundTokens()) bound.push(token);
    for (const { name } of this.nodes) others.push(name);
    return this.host.parent?.names(bound, others) ?? new Names(bound, others);
  }

  /** The redirections that a token leads along: itself first, and last where they end. */
  redirections(token: ServiceIdentifier): ServiceIdentifier[] {
    const way = [token];
    for (let next = this.#redirected(token); next !== undefined && !way.includes(next); next = this.#redirected(next)) {
      way.push(next);
    }
    return way;
  }

  #redirected(token: ServiceIdentifier): ServiceIdentifier | undefined {
    const bindings = this.#bindings(asRequest(token)) ?? NONE;
    const [{ binding } = {}] = bindings as { binding?: Binding }[];
    return bindings.length === 1 && binding?.type === 'ServiceRedirection'
      ? binding.targetServiceIdentifier
      : undefined;
  }

  /** Everything that is bound to a token, whatever its conditions. */
  candidates(token: ServiceIdentifier): Node[] {
    return (this.#bindings(asRequest(token)) ?? []).flatMap(({ binding, resolver }) =>
      resolver.#ofBinding(binding, asRequest(token), NO_CONSTRAINTS, NONE, this),
    );
  }

  /** Whether anything is bound to a token, whatever it is named or tagged. */
  isBound(token: ServiceIdentifier): boolean {
    return this.#bindings(asRequest(token)) !== undefined;
  }

  /**
   * The nodes that the bindings of a token give, or a service class by itself. `via` are the redirections that led here.
   *
   * @throws RedirectionCycle
   */
  lookUp(request: Request, constraints: BindingConstraints, via: readonly ServiceIdentifier[] = NONE): Node[] {
    const { token } = request;
    if (via.includes(token)) throw new RedirectionCycle(via.slice(via.indexOf(token)).map(problems.tokenName));
    const bindings = this.#bindings(request);
    if (bindings === undefined) {
      const node = this.#declared(token);
      return node === undefined ? [] : [node];
    }
    return bindings
      .filter(({ binding }) => binding.isSatisfiedBy(constraints))
      .flatMap(({ binding, resolver }) => resolver.#ofBinding(binding, request, constraints, via, this));
  }

  /**
   * The node of a bare token: a short cut for what nearly all dependencies are, a service class that stands for itself for everybody
   * who asks, whether it was bound or not. That it is one is asked once in each planning.
   */
  single(token: ServiceIdentifier, planning: number): Node | undefined {
    const known = this.known.get(token as Class);
    if (known?.single === planning) return known;
    if (this.host.parent !== undefined || typeof token !== 'function') return undefined;
    const bindings = this.host.bindings.getNonParentBindings(token);
    const node = bindings === undefined ? (known ?? this.declare(token)) : this.#boundToSelf(token, bindings);
    if (node !== undefined) node.single = planning;
    return node;
  }

  /** The node of a service class that has one binding, to itself, without conditions. For each edge this spares a context. */
  #boundToSelf(token: Class, bindings: Iterable<Binding>): Node | undefined {
    let only: Binding | undefined;
    for (const binding of bindings) {
      if (only !== undefined || !this.host.isUnconditional(binding)) return undefined;
      only = binding;
    }
    if (only === undefined) return undefined;
    if (this.host.standsFor(only) === token) return this.nodeOf(token);
    return only.type === 'Instance' && only.implementationType === token ? this.adopt(only) : undefined;
  }

  #declared(token: ServiceIdentifier): Node | undefined {
    return typeof token === 'function' ? (this.find(token) ?? this.declare(token)) : undefined;
  }

  private declare(token: Class): Node | undefined {
    const definition = declarationOf(token);
    if (definition?.declared !== true) return undefined;
    const node = this.host.createNode(token, definition);
    this.known.set(token, node);
    return node;
  }

  nodeOf(source: Source): Node {
    let node = this.known.get(source);
    if (node === undefined) {
      node = this.#create(source);
      this.known.set(source, node);
    }
    return node;
  }

  #create(source: Source): Node {
    if (typeof source === 'function') return this.host.createNode(source, definitionOf(source));
    return this.host.createNode(source, isResource(source) ? source.definition : undefined);
  }

  /** A child sees the bindings of its parents where it has none of its own. */
  #bindings({ token, chained }: Request): { binding: Binding; resolver: Resolver }[] | undefined {
    const { bindings, parent } = this.host;
    const own = bindings.getNonParentBindings(token);
    const mine = own === undefined ? undefined : Array.from(own, (binding) => ({ binding, resolver: this }));
    if (parent !== undefined) {
      if (mine === undefined) return parent.#bindings({ token, chained } as Request);
      return chained ? [...mine, ...(parent.#bindings({ token, chained } as Request) ?? [])] : mine;
    }
    if (mine !== undefined && !chained) return mine;
    // a parent that is a plain container of inversify, or inversify's own `autobind`
    const all = chained ? bindings.getChained(token) : bindings.get(token);
    const foreign = all === undefined ? [] : Array.from(all, (binding) => ({ binding, resolver: this as Resolver }));
    return foreign.length === 0 ? undefined : foreign;
  }

  /** The nodes that a binding of this container gives, for `asker`: this container, or one below it. */
  #ofBinding(
    binding: Binding,
    request: Request,
    constraints: BindingConstraints,
    via: readonly ServiceIdentifier[],
    asker: Resolver,
  ): Node[] {
    if (binding.type === 'ServiceRedirection') {
      const token = binding.targetServiceIdentifier;
      return asker.lookUp({ ...request, token }, constraints, [...via, request.token]);
    }
    const source = this.host.standsFor(binding);
    if (source !== undefined) return [this.nodeOf(source)];
    // what inversify resolves by itself, it resolves for whoever asks
    return [this.adopt(binding) ?? asker.#foreign(binding, constraints)];
  }

  /** The node of what inversify resolves: one for each that asks, where it is known that this makes a difference. */
  #foreign(binding: Binding, constraints: BindingConstraints): Node {
    const node = this.nodeOf(binding);
    const known = this.contexts.get(node);
    if (known === undefined || !(constraints instanceof Context) || !isMadeForEach(binding)) return node;
    const { asked, from } = constraints;
    return known.fits(asked, from) ? node : this.#variant(binding, asked, from);
  }

  #variant(binding: Binding, asked: Request, from: Node | undefined): Node {
    const byAsker = this.#variantsFor.get(binding) ?? new Map<Node | undefined, Node[]>();
    const nodes = byAsker.get(from) ?? [];
    this.#variantsFor.set(binding, byAsker.set(from, nodes));
    let node = nodes.find((one) => isSame(this.#askedFor.get(one) as Request, asked));
    if (node === undefined) {
      node = this.host.createNode(binding, undefined);
      this.#askedFor.set(node, asked);
      nodes.push(node);
      this.#variants.push(node);
    }
    return node;
  }

  /** Makes a binding of a class that we manage stand for its node. */
  adopt(binding: Binding): Node | undefined {
    if (binding.type !== 'Instance') return undefined;
    const cls = binding.implementationType as Class;
    const definition = definitionOf(cls);
    if (!definition.declared && !definition.extendsBase) return undefined;
    const node = this.nodeOf(cls);
    this.host.redirect(binding as InstanceBinding<unknown>, node);
    return node;
  }

  /** The node that a class stands for by itself, where nobody bound it. */
  byItself(token: ServiceIdentifier): Node | undefined {
    const node = this.#declared(token);
    return node?.belongsTo(this.host) === true ? node : undefined;
  }
}
