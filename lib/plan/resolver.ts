/**
 * Turns what the user declared and bound into a graph of nodes: reads inversify's bindings and the metadata of classes,
 * makes nothing.
 */
import type { Binding, BindingConstraints, InstanceBinding } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { PlanError, type PlanProblem } from '../base/errors.js';
import { definitionOf, type Class, type Definition } from '../declare/definition.js';
import { Walk } from '../graph/walk.js';
import { asRequest, fromElement, fromOption, isRequest, MetadataGap, parametersOf, propertiesOf } from './dependencies.js';
import type { Dependency, Request } from './dependencies.js';
import { Node, type Filling, type NodeKind, type Resource, type Source } from './node.js';
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
  createNode(kind: NodeKind, name: string, source: Source, token: ServiceIdentifier, definition: Definition | undefined): Node;
  /** Makes a binding of inversify stand for a node that we construct ourselves. */
  redirect(binding: InstanceBinding<unknown>, node: Node): void;
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

const NO_CONSTRAINTS: BindingConstraints = { name: undefined, serviceIdentifier: '', tags: new Map(), getAncestor: () => undefined };

export class Resolver {
  readonly #nodes = new Map<Source, Node>();

  constructor(private readonly host: ResolverHost) {}

  /** All nodes that any plan has met. */
  get nodes(): Iterable<Node> {
    return this.#nodes.values();
  }

  /** The node of a service class, if one was ever planned here or in a parent. */
  find(source: Source): Node | undefined {
    return this.#nodes.get(source) ?? this.host.parent?.find(source);
  }

  /**
   * What the roots reach, in order.
   *
   * @throws PlanError with everything that is wrong
   */
  resolve(wanted: readonly Wanted[]): Resolved {
    return new Planning(this, this.host).run(wanted);
  }

  /** The identifiers bound in this very container, in binding order. */
  boundTokens(): ServiceIdentifier[] {
    return [...this.host.bindings.getNonParentBoundServices()];
  }

  /** What was bound in this very container and is managed by us, in binding order. */
  bound(): Node[] {
    const { bindings } = this.host;
    const nodes = this.boundTokens().flatMap((token) =>
      Array.from(bindings.getNonParentBindings(token) ?? [])
        .filter((binding) => binding.type !== 'ServiceRedirection')
        .flatMap((binding) => this.#ofBinding(binding, asRequest(token), NO_CONSTRAINTS, NONE, this)),
    );
    return [...new Set(nodes.filter(({ managed }) => managed))];
  }

  /** What can be asked for by name, here and in the parents. */
  get names(): Set<string> {
    const own = [...this.boundTokens().map(problems.tokenName), ...Array.from(this.nodes, nameOf)];
    return new Set([...own, ...(this.host.parent?.names ?? [])]);
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
   * The node of a bare token: a short cut for what nearly all dependencies are, a decorated class that nobody bound. That it is
   * one is asked once in each planning.
   */
  single(token: ServiceIdentifier, planning: number): Node | undefined {
    const known = this.#nodes.get(token as Class);
    if (known?.unbound === planning) return known;
    if (this.host.parent !== undefined || this.host.bindings.getNonParentBindings(token) !== undefined) return undefined;
    const node = known ?? this.#declared(token);
    if (node !== undefined) node.unbound = planning;
    return node;
  }

  #declared(token: ServiceIdentifier): Node | undefined {
    if (typeof token !== 'function') return undefined;
    const known = this.find(token as Class);
    if (known !== undefined) return known;
    const definition = definitionOf(token as Class);
    return definition.declared ? this.#ofClass(token as Class, definition) : undefined;
  }

  nodeOf(source: Source): Node {
    let node = this.#nodes.get(source);
    if (node === undefined) {
      node = this.#create(source);
      this.#nodes.set(source, node);
    }
    return node;
  }

  #ofClass(cls: Class, definition: Definition): Node {
    const kind = definition.hasLife ? 'service' : 'injectable';
    const node = this.host.createNode(kind, definition.name, cls, cls as ServiceIdentifier, definition);
    this.#nodes.set(cls, node);
    return node;
  }

  #create(source: Source): Node {
    if (typeof source === 'function') return this.#ofClass(source, definitionOf(source));
    if (isResource(source)) return this.host.createNode(source.existing === undefined ? 'resource' : 'service', source.name, source, source.token, source.definition);
    const name = problems.tokenName(source.serviceIdentifier);
    return this.host.createNode(source.type === 'Instance' ? 'injectable' : 'value', name, source, source.serviceIdentifier, undefined);
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
  #ofBinding(binding: Binding, request: Request, constraints: BindingConstraints, via: readonly ServiceIdentifier[], asker: Resolver): Node[] {
    if (binding.type === 'ServiceRedirection') {
      const token = binding.targetServiceIdentifier;
      return asker.lookUp({ ...request, token }, constraints, [...via, request.token]);
    }
    const source = this.host.standsFor(binding);
    if (source !== undefined) return [this.nodeOf(source)];
    // what inversify resolves by itself, it resolves for whoever asks
    return [this.adopt(binding) ?? asker.nodeOf(binding)];
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

/** Bindings that redirect to each other. */
export class RedirectionCycle extends Error {
  constructor(readonly names: string[]) {
    super(`${names.join(' and ')} redirect to each other`);
  }
}

export function isResource(source: Source): source is Resource {
  return typeof source === 'object' && 'definition' in source;
}

/** The making of one plan. */
class Planning {
  readonly #problems: PlanProblem[] = [];
  readonly #order: Node[] = [];
  readonly #walk: Walk<Node>;

  constructor(
    private readonly resolver: Resolver,
    private readonly host: ResolverHost,
  ) {
    this.#walk = new Walk<Node>({
      before: (node) => this.#expand(node),
      leave: (node) => {
        if (node.belongsTo(this.host)) this.#leave(node);
      },
      cycle: (path) => {
        this.#problems.push(problems.cycle(path.map(nameOf), this.#path));
      },
    });
  }

  run(wanted: readonly Wanted[]): Resolved {
    const roots = wanted.flatMap((one) => (one instanceof Node ? one : this.#fill(one)));
    for (const root of roots) this.#walk.visit(root);
    if (this.#problems.length > 0) throw new PlanError(this.#problems);
    return { roots, order: this.#order };
  }

  get #path(): string[] {
    return this.#walk.path.map(nameOf);
  }

  #leave(node: Node): void {
    let level = 0;
    const { dependencies } = node;
    for (let index = 0; index < dependencies.length; index += 1) {
      const dependency = dependencies[index] as Node;
      if (dependency.level >= level && dependency.belongsTo(this.host)) level = dependency.level + 1;
    }
    node.level = level;
    this.#order.push(node);
  }

  /** Reads what a node needs. What runs stays as it is: it holds what it was given. */
  #expand(node: Node): readonly Node[] {
    if (!node.belongsTo(this.host)) {
      if (!node.up) this.#problems.push(problems.parent(node.name, this.#path));
      return [];
    }
    if (node.active) return node.dependencies;
    const { source } = node;
    if (typeof source === 'function') {
      const definition = node.definition ?? definitionOf(source);
      const { dependsOn } = definition.options;
      this.#fillFrom(node, definition, dependsOn === undefined ? NONE : dependsOn.map(fromOption));
    } else if (isResource(source)) {
      this.#connect(node, this.#fillAll(node, source.inject.map(fromOption)), undefined, []);
    } else if (source.type === 'Instance') {
      this.#fillFrom(node, definitionOf(source.implementationType as Class), NONE);
    } else if (source.type === 'ResolvedValue') {
      const needs = source.metadata.arguments.map((element) => fromElement(element as never));
      this.#connect(node, this.#fillAll(node, needs), undefined, []);
    }
    return node.dependencies;
  }

  #fillFrom(node: Node, definition: Definition, dependsOn: readonly (Dependency | MetadataGap)[]): void {
    const parameters = parametersOf(definition);
    const properties = propertiesOf(definition);
    const filled = parameters.length === 0 ? NONE : this.#fillAll(node, parameters);
    const set = properties === undefined ? undefined : this.#fillProperties(node, properties);
    this.#connect(node, filled, set, dependsOn.length === 0 ? NONE : this.#fillAll(node, dependsOn, 'dependsOn'));
  }

  #fillAll(node: Node, dependencies: readonly (Dependency | MetadataGap)[], list = 'inject'): Filling<Node>[] {
    const fillings: Filling<Node>[] = new Array<Filling<Node>>(dependencies.length);
    for (let index = 0; index < dependencies.length; index += 1) {
      const dependency = dependencies[index];
      if (dependency instanceof MetadataGap) {
        this.#problems.push(problems.metadata(node.name, placeOf(dependency, index, list), dependency, this.#path));
        fillings[index] = undefined;
      } else {
        fillings[index] = this.#filling(dependency, node);
      }
    }
    return fillings;
  }

  #fillProperties(node: Node, properties: ReadonlyMap<string | symbol, Dependency | MetadataGap>): Map<string | symbol, Filling<Node>> {
    const filled = new Map<string | symbol, Filling<Node>>();
    for (const [key, dependency] of properties) {
      if (dependency instanceof MetadataGap) {
        this.#problems.push(problems.metadata(node.name, `Property ${String(key)}`, dependency, this.#path));
      } else if (dependency !== undefined) {
        filled.set(key, this.#filling(dependency, node));
      }
    }
    return filled;
  }

  /** Writes down what a node needs. */
  #connect(node: Node, parameters: Filling<Node>[], properties: Map<string | symbol, Filling<Node>> | undefined, dependsOn: Filling<Node>[]): void {
    const injected = properties === undefined ? parameters : [...parameters, ...properties.values()];
    const needed = unique(injected, this.#asked);
    const all = dependsOn.length === 0 ? needed : unique(needed.length === 0 ? dependsOn : [...needed, ...dependsOn], this.#asked);
    node.parameters = parameters;
    node.properties = properties;
    if (node.known && same(node.dependencies, all)) {
      node.orderOnly = needed.length;
      return;
    }
    if (node.known && !same(node.dependencies.slice(0, node.orderOnly), needed)) node.outdated = true;
    node.orderOnly = needed.length;
    for (const old of node.dependencies) old.dependents = old.dependents.filter((dependent) => dependent !== node);
    node.known = true;
    node.dependencies = all;
    for (let index = 0; index < all.length; index += 1) addDependent(all[index] as Node, node);
  }

  /** Which nodes stand behind a question that inversify will answer. */
  readonly #asked = new Map<Request, Node[]>();

  #filling(dependency: Dependency, from: Node): Filling<Node> {
    if (dependency === undefined) return undefined;
    if (!isRequest(dependency)) {
      const single = this.resolver.single(dependency, this.#walk.number);
      if (single !== undefined) return single;
    }
    const nodes = this.#fill(dependency, from);
    const request = isRequest(dependency) ? dependency : undefined;
    if (nodes.every(({ managed }) => managed)) return request?.multiple === true ? nodes : nodes[0];
    const ask = asRequest(dependency);
    this.#asked.set(ask, nodes);
    return { ask };
  }

  /** The nodes that a dependency means; problems where it means none or too many. */
  #fill(dependency: ServiceIdentifier | Request, from?: Node): Node[] {
    const request = asRequest(dependency);
    const { token, name, tags, multiple, optional } = request;
    const requestor: BindingConstraints | undefined = from && {
      name: undefined,
      serviceIdentifier: from.token,
      tags: new Map(),
      getAncestor: () => undefined,
    };
    const nodes = this.#lookUp(request, { name, serviceIdentifier: token, tags: tags as Map<never, unknown>, getAncestor: () => requestor });
    if (nodes === undefined) return [];
    if (nodes.length === 0 && !optional) this.#missing(request);
    if (nodes.length > 1 && !multiple) {
      this.#problems.push(problems.ambiguous(token, nodes.map(nameOf), [...this.#path, problems.tokenName(token)]));
      return [];
    }
    return nodes;
  }

  /** What a request means; `undefined`, and a problem, where that only leads round in a circle. */
  #lookUp(request: Request, constraints: BindingConstraints): Node[] | undefined {
    try {
      return this.resolver.lookUp(request, constraints);
    } catch (error) {
      if (!(error instanceof RedirectionCycle)) throw error;
      this.#problems.push(problems.cycle(error.names, [...this.#path, ...error.names]));
      return undefined;
    }
  }

  #missing(request: Request): void {
    const { token } = request;
    const path = [...this.#path, problems.tokenName(token)];
    if (this.resolver.isBound(token)) {
      this.#problems.push(problems.unfit(request, path));
      return;
    }
    const known = this.resolver.names;
    known.delete(problems.tokenName(token));
    this.#problems.push(problems.missing(token, path, known));
  }
}

const NONE: never[] = [];

/** Where in a class, or in the options of it, something is missing. */
function placeOf(gap: MetadataGap, index: number, list: string): string {
  if (gap.of === 'constructor') return 'The constructor';
  return gap.of === 'entry' ? `Entry ${String(index + 1)} of ${list}` : `Parameter ${String(index + 1)} of the constructor`;
}

function nameOf({ name }: { name: string }): string {
  return name;
}

/** Every node of some fillings, once. The list itself where it is that already, as it nearly always is. */
function unique(fillings: Filling<Node>[], asked: Map<Request, Node[]>): Node[] {
  if (fillings.length <= FEW && areDistinctNodes(fillings)) return fillings;
  const nodes = new Set<Node>();
  for (const filling of fillings) {
    if (filling === undefined) continue;
    if (Array.isArray(filling)) for (const one of filling) nodes.add(one);
    else if (filling instanceof Node) nodes.add(filling);
    else for (const one of asked.get(filling.ask) ?? []) nodes.add(one);
  }
  return nodes.size === fillings.length && fillings.every(isNode) ? (fillings as Node[]) : [...nodes];
}

/** Up to here, comparing each with each is cheaper than making a set. */
const FEW = 8;

function areDistinctNodes(fillings: Filling<Node>[]): fillings is Node[] {
  for (let index = 0; index < fillings.length; index += 1) {
    const filling = fillings[index];
    if (!(filling instanceof Node) || fillings.indexOf(filling) !== index) return false;
  }
  return true;
}

function isNode(filling: Filling<Node>): filling is Node {
  return filling instanceof Node;
}

/** A list that is pushed to has room for 16 more, and nearly every node has but a few dependents. */
function addDependent(node: Node, dependent: Node): void {
  if (node.dependents.length < 8) node.dependents = node.dependents.concat(dependent);
  else node.dependents.push(dependent);
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
