/**
 * Turns what the user declared and bound into a graph of nodes: reads inversify's bindings and the metadata of classes,
 * makes nothing.
 */
import type { Binding, BindingConstraints, BindingService, InstanceBinding } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { PlanError, type PlanProblem } from '../base/errors.js';
import { definitionOf, type Class, type Definition } from '../declare/definition.js';
import { Walk } from '../graph/walk.js';
import { asRequest, dependenciesOf, fromElement, fromOption, isRequest, MetadataGap } from './dependencies.js';
import type { Dependency, Request } from './dependencies.js';
import { Node, type Filling, type NodeKind, type Resource, type Source } from './node.js';
import * as problems from './problems.js';

/** What a resolver needs of the container it works for. */
export interface ResolverHost {
  /** Inversify's bindings of this container. Replaced by `restore()`, so it is asked for each time. */
  readonly bindingService: BindingService;
  readonly parent: Resolver | undefined;
  createNode(kind: NodeKind, name: string, source: Source, token: ServiceIdentifier, definition: Definition | undefined): Node;
  /** Makes a binding of inversify stand for a node that we construct ourselves. */
  redirect(binding: InstanceBinding<unknown>, node: Node): void;
  /** Whether a binding is the user's, and not one that told inversify of a service. */
  isBoundByUser(binding: Binding): boolean;
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
    return [...this.host.bindingService.getNonParentBoundServices()];
  }

  /** What was bound in this very container and is managed by us, in binding order. */
  bound(): Node[] {
    const { bindingService } = this.host;
    const nodes = this.boundTokens().flatMap((token) =>
      Array.from(bindingService.getNonParentBindings(token) ?? [])
        .filter((binding) => binding.type !== 'ServiceRedirection' && this.host.isBoundByUser(binding))
        .flatMap((binding) => this.#ofBinding(binding, asRequest(token), NO_CONSTRAINTS)),
    );
    return [...new Set(nodes.filter(({ managed }) => managed))];
  }

  /** The nodes that the bindings of a token give, or a service class by itself. */
  lookUp(request: Request, constraints: BindingConstraints): Node[] {
    const { token } = request;
    const bindings = this.#bindings(request);
    if (bindings === undefined) {
      const node = this.#declared(token);
      return node === undefined ? [] : [node];
    }
    return bindings.filter(({ binding }) => binding.isSatisfiedBy(constraints)).flatMap(({ binding, resolver }) => resolver.#ofBinding(binding, request, constraints));
  }

  /** The node of a bare token: a short cut for what nearly all dependencies are, a decorated class that nobody bound. */
  single(token: ServiceIdentifier): Node | undefined {
    if (this.host.parent !== undefined || this.host.bindingService.getNonParentBindings(token) !== undefined) return undefined;
    return this.#declared(token);
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
    const { bindingService, parent } = this.host;
    const own = bindingService.getNonParentBindings(token);
    const mine = own === undefined ? undefined : Array.from(own, (binding) => ({ binding, resolver: this }));
    if (parent !== undefined) {
      if (mine === undefined) return parent.#bindings({ token, chained } as Request);
      return chained ? [...mine, ...(parent.#bindings({ token, chained } as Request) ?? [])] : mine;
    }
    if (mine !== undefined && !chained) return mine;
    // a parent that is a plain container of inversify, or inversify's own `autobind`
    const all = chained ? bindingService.getChained(token) : bindingService.get(token);
    const foreign = all === undefined ? [] : Array.from(all, (binding) => ({ binding, resolver: this as Resolver }));
    return foreign.length === 0 ? undefined : foreign;
  }

  #ofBinding(binding: Binding, request: Request, constraints: BindingConstraints): Node[] {
    if (binding.type === 'ServiceRedirection') {
      const token = binding.targetServiceIdentifier;
      return this.lookUp({ ...request, token }, constraints);
    }
    const source = this.host.standsFor(binding);
    if (source !== undefined) return [this.nodeOf(source)];
    if (binding.type === 'Instance') {
      const cls = binding.implementationType as Class;
      const definition = definitionOf(cls);
      if (definition.declared || definition.extendsBase) {
        const node = this.nodeOf(cls);
        this.host.redirect(binding as InstanceBinding<unknown>, node);
        return [node];
      }
    }
    return [this.nodeOf(binding)];
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
    if (node.up) return node.dependencies;
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
    const { parameters, properties } = dependenciesOf(definition);
    const filled = parameters.length === 0 ? NONE : this.#fillAll(node, parameters);
    const set = properties === undefined ? undefined : this.#fillProperties(node, properties);
    this.#connect(node, filled, set, dependsOn.length === 0 ? NONE : this.#fillAll(node, dependsOn, 'dependsOn'));
  }

  #fillAll(node: Node, dependencies: readonly (Dependency | MetadataGap)[], list = 'inject'): Filling<Node>[] {
    return dependencies.map((dependency, index) => {
      if (!(dependency instanceof MetadataGap)) return this.#filling(dependency, node);
      const where = placeOf(dependency, index, list);
      this.#problems.push(problems.metadata(node.name, where, dependency, this.#path));
      return undefined;
    });
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
    const all = dependsOn.length === 0 ? needed : unique([...needed, ...dependsOn], this.#asked);
    node.parameters = parameters;
    node.properties = properties;
    node.orderOnly = needed.length;
    if (node.known && same(node.dependencies, all)) return;
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
      const single = this.resolver.single(dependency);
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
    const nodes = this.resolver.lookUp(request, { name, serviceIdentifier: token, tags: tags as Map<never, unknown>, getAncestor: () => requestor });
    if (nodes.length === 0 && !optional) this.#missing(token);
    if (nodes.length > 1 && !multiple) {
      this.#problems.push(problems.ambiguous(token, nodes.map(nameOf), [...this.#path, problems.tokenName(token)]));
      return [];
    }
    return nodes;
  }

  #missing(token: ServiceIdentifier): void {
    const known = new Set([...this.resolver.boundTokens().map(problems.tokenName), ...Array.from(this.resolver.nodes, nameOf)]);
    known.delete(problems.tokenName(token));
    this.#problems.push(problems.missing(token, [...this.#path, problems.tokenName(token)], known));
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
  if (fillings.length === 0 || (fillings.length === 1 && isNode(fillings[0]))) return fillings as Node[];
  const nodes = new Set<Node>();
  for (const filling of fillings) {
    if (filling === undefined) continue;
    if (Array.isArray(filling)) for (const one of filling) nodes.add(one);
    else if ('ask' in filling) for (const one of asked.get(filling.ask) ?? []) nodes.add(one);
    else nodes.add(filling);
  }
  return nodes.size === fillings.length && fillings.every(isNode) ? (fillings as Node[]) : [...nodes];
}

function isNode(filling: Filling<Node>): boolean {
  return filling !== undefined && !Array.isArray(filling) && !('ask' in filling);
}

/** A list that is pushed to has room for 16 more, and nearly every node has but a few dependents. */
function addDependent(node: Node, dependent: Node): void {
  if (node.dependents.length < 8) node.dependents = node.dependents.concat(dependent);
  else node.dependents.push(dependent);
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
