/** The making of one plan: walks what the roots reach, and finds everything that is wrong with it. */
import type { BindingConstraints } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { PlanError, type PlanProblem } from '../base/errors.js';
import { definitionOf, type Class, type Definition } from '../declare/definition.js';
import { Walk, type Visitor } from '../graph/walk.js';
import {
  asRequest,
  fromElement,
  fromOption,
  isRequest,
  MetadataGap,
  parametersOf,
  propertiesOf,
  type Dependency,
  type Request,
} from './dependencies.js';
import { isResource, Node, RedirectionCycle, type Filling } from './node.js';
import * as problems from './problems.js';
import type { Resolved, Resolver, ResolverHost, Wanted } from './resolver.js';

export class Planning implements Visitor<Node> {
  readonly #problems: PlanProblem[] = [];
  readonly #order: Node[] = [];
  readonly #walk = new Walk<Node>(this);

  constructor(
    private readonly resolver: Resolver,
    private readonly host: ResolverHost,
  ) {}

  run(wanted: readonly Wanted[]): Resolved {
    const roots = wanted.flatMap((one) => (one instanceof Node ? one : this.#fill(one)));
    for (const root of roots) this.#walk.visit(root);
    if (this.#problems.length > 0) throw new PlanError(this.#problems);
    return { roots, order: this.#order };
  }

  get #path(): string[] {
    return this.#walk.path.map(nameOf);
  }

  leave(node: Node): void {
    if (node.belongsTo(this.host)) this.#order.push(node);
  }

  cycle(path: Node[]): void {
    this.#problems.push(problems.cycle(path.map(nameOf), this.#path));
  }

  /** Reads what a node needs. What runs, or is about to, stays as it is: it holds what it was given. */
  before(node: Node): readonly Node[] {
    if (!node.belongsTo(this.host)) {
      if (!node.up || !node.wanted) this.#problems.push(problems.parent(node.name, this.#path));
      return [];
    }
    if (node.active || node.wanted) return node.dependencies;
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
    // oxlint-disable-next-line no-new-array -- a list that is pushed to has room for 16 more
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

  #fillProperties(
    node: Node,
    properties: ReadonlyMap<string | symbol, Dependency | MetadataGap>,
  ): Map<string | symbol, Filling<Node>> {
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
  #connect(
    node: Node,
    parameters: Filling<Node>[],
    properties: Map<string | symbol, Filling<Node>> | undefined,
    dependsOn: Filling<Node>[],
  ): void {
    const injected = properties === undefined ? parameters : [...parameters, ...properties.values()];
    const needed = unique(injected, this.#asked);
    const all =
      dependsOn.length === 0
        ? needed
        : unique(needed.length === 0 ? dependsOn : [...needed, ...dependsOn], this.#asked);
    node.parameters = parameters;
    node.properties = properties;
    if (node.known && same(node.dependencies, all)) {
      node.orderOnly = needed.length;
      return;
    }
    if (node.known && !same(node.dependencies.slice(0, node.orderOnly), needed)) node.outdated = true;
    node.orderOnly = needed.length;
    for (const old of node.dependencies) old.dependents = old.dependents.filter((dependent) => dependent !== node);
    node.dependencies = all;
    const alone = this.host.parent === undefined;
    for (let index = 0; index < all.length; index += 1) {
      const dependency = all[index] as Node;
      // a parent hears of us when it is really used, and not of every plan
      if (alone || dependency.belongsTo(this.host)) addDependent(dependency, node);
    }
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
    const nodes = this.#lookUp(request, {
      name,
      serviceIdentifier: token,
      tags: tags as Map<never, unknown>,
      getAncestor: () => requestor,
    });
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
  return gap.of === 'entry'
    ? `Entry ${String(index + 1)} of ${list}`
    : `Parameter ${String(index + 1)} of the constructor`;
}

function nameOf({ name }: { name: string }): string {
  return name;
}

let lists = 0;

/** Every node of some fillings, once. The list itself where it is that already, as it nearly always is. */
function unique(fillings: Filling<Node>[], asked: Map<Request, Node[]>): Node[] {
  lists += 1;
  for (let index = 0; index < fillings.length; index += 1) {
    const filling = fillings[index];
    if (!(filling instanceof Node) || !isNew(filling)) return collect(fillings, asked);
  }
  return fillings as Node[];
}

function collect(fillings: Filling<Node>[], asked: Map<Request, Node[]>): Node[] {
  lists += 1;
  return fillings.flatMap((filling) => {
    if (filling === undefined) return NONE;
    if (filling instanceof Node) return isNew(filling) ? filling : NONE;
    return (Array.isArray(filling) ? filling : (asked.get(filling.ask) ?? NONE)).filter(isNew);
  });
}

/** Whether a node is not on the list that is being made. */
function isNew(node: Node): boolean {
  if (node.listed === lists) return false;
  node.listed = lists;
  return true;
}

/** Up to here, a list is made just as long as it has to be. */
const FEW = 8;

/** A list that is pushed to has room for 16 more, and nearly every node has but a few dependents. */
function addDependent(node: Node, dependent: Node): void {
  const { dependents } = node;
  if (dependents.length === 0) {
    node.dependents = [dependent];
  } else if (dependents.length < FEW) {
    // oxlint-disable-next-line no-new-array -- just as long as it has to be
    const longer = new Array<Node>(dependents.length + 1);
    for (let index = 0; index < dependents.length; index += 1) longer[index] = dependents[index] as Node;
    longer[dependents.length] = dependent;
    node.dependents = longer;
  } else {
    dependents.push(dependent);
  }
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
