/** The making of one plan: walks what the roots reach, and finds everything that is wrong with it. */
import type { ServiceIdentifier } from 'inversify';
import { Walk, type Visitor } from '../graph/walk.js';
import { Context, needsOf, requestsFor } from './context.js';
import { asRequest, fromOption, isRequest, MetadataGap, type Dependency, type Request } from './dependencies.js';
import { Findings } from './findings.js';
import { isMadeForEach, Node, NONE, RedirectionCycle, type Filling, type Source } from './node.js';
import * as problems from './problems.js';
import type { Resolved, Resolver, ResolverHost, Wanted } from './resolver.js';

export class Planning implements Visitor<Node> {
  private readonly findings: Findings;
  /** What needs something that it did not need before. */
  private readonly connected: Node[] = [];
  /** Whether what was filled last is a list of nodes, each of them once. */
  private distinct = true;
  private readonly walk = new Walk<Node>(this);
  /** Whether there is no parent container, whose services could be met. */
  private readonly alone: boolean;

  /** The contexts that a condition has asked for. */
  private readonly contexts = new Map<Node, Context>();
  /** How roots are asked for, where that is not by themselves. */
  private readonly rootRequests = new Map<Node, Request>();

  constructor(
    private readonly resolver: Resolver,
    private readonly host: ResolverHost,
    /** Whether services of a parent are taken as they are: nothing is to be started. */
    private readonly lenient = false,
  ) {
    this.alone = host.parent === undefined;
    this.findings = new Findings(resolver, this.walk.way);
  }

  /** `undefined` where something turned out to be different for each that asks for it: then it all has to be planned again. */
  run(wanted: readonly Wanted[]): Resolved | undefined {
    const roots = wanted.flatMap((one) => (one instanceof Node ? one : this.#root(one)));
    try {
      for (const root of roots) this.walk.visit(root);
    } finally {
      this.addDependents();
    }
    // what is made for each that asks has no end in a cycle
    if (this.contexts.size > 0 && !this.findings.circular && this.#remember()) return undefined;
    this.findings.refuse(this.lenient);
    const { order } = this.walk;
    return { roots, order: this.alone ? order : order.filter((node) => node.belongsTo(this.host)) };
  }

  #root(wanted: ServiceIdentifier | Request): Node[] {
    const single = typeof wanted === 'function' ? this.resolver.single(wanted, this.walk.number) : undefined;
    if (single !== undefined) return [single];
    const nodes = this.#fill(wanted);
    for (const node of nodes) {
      if (!node.managed || node.token !== wanted) this.rootRequests.set(node, asRequest(wanted));
    }
    return nodes;
  }

  /**
   * Keeps what conditions have looked at, for whoever makes the values, and for later plans. Whether something that is made for each
   * that asks for it stands in for several that would have to be different.
   */
  #remember(): boolean {
    let shared = false;
    for (const [node, context] of this.contexts) {
      if (!context.seen) continue;
      this.resolver.contexts.set(node, context);
      shared ||= isMadeForEach(node.source) && this.#isShared(node, context);
    }
    return shared;
  }

  #isShared(node: Node, context: Context): boolean {
    const asRoot = this.rootRequests.get(node);
    if (asRoot !== undefined && !context.fits(asRoot, undefined)) return true;
    return node.dependents.some(
      (from) => from.visit >= this.walk.number && requestsFor(node, from).some((asked) => !context.fits(asked, from)),
    );
  }

  /** The context of the node that is open. A node that is there already has the one that it was made in. */
  #context(): Context | undefined {
    const { way } = this.walk;
    let at = way.length;
    let context: Context | undefined;
    while (context === undefined && at > 0) {
      at -= 1;
      context = this.contexts.get(way[at] as Node) ?? this.#madeIn(way[at] as Node, at);
    }
    for (let next = context === undefined ? 0 : at + 1; next < way.length; next += 1) {
      const node = way[next] as Node;
      const from = way[next - 1];
      const above = context;
      const asked = from === undefined ? this.rootRequests.get(node) : requestsFor(node, from)[0];
      // what is started because it is bound is asked for by what it is bound to
      const token = (from === undefined ? node.bindings?.[0]?.serviceIdentifier : undefined) ?? node.token;
      context = new Context(asked ?? asRequest(token), from, () => above);
      this.contexts.set(node, context);
    }
    return context;
  }

  #madeIn(node: Node, at: number): Context | undefined {
    const stays = node.managed ? node.made > 0 : at === 0 && !this.rootRequests.has(node);
    const context = stays ? this.resolver.contexts.get(node) : undefined;
    if (context !== undefined) this.contexts.set(node, context);
    return context;
  }

  cycle(path: Node[]): void {
    this.findings.cycle(path);
  }

  /** Reads what a node needs. What runs, or is about to, stays as it is: it holds what it was given. */
  before(node: Node): readonly Node[] {
    if (!this.alone && !node.belongsTo(this.host)) {
      if (!this.lenient && !(node.up && node.wanted)) this.findings.add(problems.parent(node.name, this.findings.path));
      return [];
    }
    if (node.active || node.wanted) return node.dependencies;
    if (this.lenient && this.host.isCurrent(node)) return NONE;
    const { source, definition } = node;
    const tokens = typeof source === 'function' ? definition?.tokens : undefined;
    if (tokens === undefined) this.#fillFrom(node);
    else {
      const parameters = this.fillAll(node, tokens);
      // the list itself, as it nearly always can be
      const needed = this.distinct ? (parameters as Node[]) : collect(parameters);
      this.connect(node, parameters, undefined, needed, needed);
    }
    return node.dependencies;
  }

  #fillFrom(node: Node): void {
    if (!node.managed && !this.lenient && this.host.isStray(node)) {
      this.findings.add(problems.stray(node.name, this.findings.path));
    }
    const { parameters, properties } = needsOf(node);
    const dependsOn = typeof node.source === 'function' ? node.definition?.options.dependsOn : undefined;
    const filled = this.fillAll(node, parameters);
    const set = properties === undefined ? undefined : this.#fillProperties(node, properties);
    const needed = collect([...filled, ...(set?.values() ?? NONE)]);
    const others = dependsOn === undefined ? NONE : this.fillAll(node, dependsOn.map(fromOption), 'dependsOn');
    this.connect(node, filled, set, needed, collect([...needed, ...others]));
  }

  private fillAll(node: Node, dependencies: readonly (Dependency | MetadataGap)[], list = 'inject'): Filling<Node>[] {
    this.distinct = true;
    if (dependencies.length === 0) return NONE;
    const { known } = this.resolver;
    const { number } = this.walk;
    lists += 1;
    // oxlint-disable-next-line no-new-array -- a list that is pushed to has room for 16 more
    const fillings: Filling<Node>[] = new Array<Filling<Node>>(dependencies.length);
    for (let index = 0; index < dependencies.length; index += 1) {
      const dependency = dependencies[index];
      // nearly always, and this is done for each edge
      let single: Node | undefined = known.get(dependency as Source);
      if (single?.single !== number) {
        single = typeof dependency === 'function' ? this.resolver.single(dependency, number) : undefined;
      }
      if (single === undefined) {
        this.distinct = false;
        fillings[index] = this.#fillOne(node, dependency, index, list);
      } else {
        fillings[index] = single;
        if (single.listed === lists) this.distinct = false;
        single.listed = lists;
      }
    }
    return fillings;
  }

  #fillOne(node: Node, dependency: Dependency | MetadataGap, index: number, list: string): Filling<Node> {
    if (!(dependency instanceof MetadataGap)) return this.#filling(dependency, node, list === 'inject');
    this.findings.gap(node, placeOf(dependency, index, list), dependency);
    return undefined;
  }

  #fillProperties(
    node: Node,
    properties: ReadonlyMap<string | symbol, Dependency | MetadataGap>,
  ): Map<string | symbol, Filling<Node>> {
    const filled = new Map<string | symbol, Filling<Node>>();
    for (const [key, dependency] of properties) {
      if (dependency instanceof MetadataGap) {
        this.findings.gap(node, `Property ${String(key)}`, dependency);
      } else {
        const filling = this.#filling(dependency, node);
        // what is optional and not there keeps its default
        if (filling !== undefined) filled.set(key, filling);
      }
    }
    return filled;
  }

  /** Writes down what a node needs: `needed` is what is injected into it, once each, and `all` also what must run before it. */
  private connect(
    node: Node,
    parameters: Filling<Node>[],
    properties: Map<string | symbol, Filling<Node>> | undefined,
    needed: Node[],
    all: Node[],
  ): void {
    node.parameters = parameters;
    if (properties !== node.properties) node.properties = properties;
    const { known, dependencies: before, orderOnly } = node;
    node.orderOnly = needed.length;
    if (known) {
      if (same(before, all)) return;
      if (!same(before.slice(0, orderOnly), needed)) node.outdated = true;
      for (const old of before) removeDependent(old, node);
    }
    node.dependencies = all;
    if (all.length > 0) this.connected.push(node);
  }

  /** Tells nodes who needs them now. Their lists are made once, just as long as they have to be. */
  private addDependents(): void {
    const { connected } = this;
    const alone = this.host.parent === undefined;
    for (let index = 0; index < connected.length; index += 1) {
      const { dependencies } = connected[index] as Node;
      for (let at = 0; at < dependencies.length; at += 1) {
        const dependency = dependencies[at] as Node;
        // a parent hears of us when it is really used, and not of every plan
        if (alone || dependency.belongsTo(this.host)) dependency.newcomers += 1;
      }
    }
    for (let index = 0; index < connected.length; index += 1) {
      const node = connected[index] as Node;
      const { dependencies } = node;
      for (let at = 0; at < dependencies.length; at += 1) {
        const dependency = dependencies[at] as Node;
        if (dependency.newcomers > 0) makeRoom(dependency);
        const { dependents, newcomers } = dependency;
        if (newcomers === 0) continue;
        dependents[dependents.length + newcomers] = node;
        dependency.newcomers += 1;
      }
    }
  }

  #filling(dependency: Dependency, from: Node, isInjected = true): Filling<Node> {
    if (dependency === undefined) return undefined;
    const nodes = this.#fill(dependency, from);
    const request = isRequest(dependency) ? dependency : undefined;
    if (request?.multiple === true) return nodes;
    const [node] = nodes;
    // its value may be missing
    if (isInjected && request?.optional !== true && node?.kind === 'resource' && node.definition?.optional === true) {
      this.findings.add(problems.notOptional(node.name, from.name, [...this.findings.path, node.name]));
    }
    return node;
  }

  /** The nodes that a dependency means; problems where it means none or too many. */
  #fill(dependency: ServiceIdentifier | Request, from?: Node): Node[] {
    const request = asRequest(dependency);
    const { token, multiple, optional } = request;
    const nodes = this.#lookUp(request, new Context(request, from, () => from && this.#context()));
    if (nodes === undefined) return [];
    if (nodes.length === 0 && !optional && !multiple) this.findings.missing(request, from);
    if (nodes.length > 1 && !multiple) {
      this.findings.add(problems.ambiguous(token, nodes, [...this.findings.path, problems.tokenName(token)]));
      return [];
    }
    return nodes;
  }

  /** What a request means; `undefined`, and a problem, where that only leads round in a circle. */
  #lookUp(request: Request, context: Context): Node[] | undefined {
    try {
      return this.resolver.lookUp(request, context);
    } catch (error) {
      if (!(error instanceof RedirectionCycle)) throw error;
      this.findings.add(problems.cycle(error.names, [...this.findings.path, ...error.names]));
      return undefined;
    }
  }
}

/** Where in a class, or in the options of it, something is missing. */
function placeOf(gap: MetadataGap, index: number, list: string): string {
  if (gap.of === 'constructor') return 'The constructor';
  return gap.of === 'entry'
    ? `Entry ${String(index + 1)} of ${list}`
    : `Parameter ${String(index + 1)} of the constructor`;
}

let lists = 0;

/** Every node of some fillings, once. */
function collect(fillings: Filling<Node>[]): Node[] {
  lists += 1;
  return fillings.flatMap((filling) => {
    if (filling === undefined) return NONE;
    if (filling instanceof Node) return isNew(filling) ? filling : NONE;
    return filling.filter(isNew);
  });
}

/** Whether a node is not on the list that is being made. */
function isNew(node: Node): boolean {
  if (node.listed === lists) return false;
  node.listed = lists;
  return true;
}

/** Makes the list of dependents as long as it will be. From then on their number is below 0: so many places at the end are free. */
function makeRoom(node: Node): void {
  const { newcomers, dependents } = node;
  // oxlint-disable-next-line no-new-array -- one that is pushed to has room for 16 more, and nearly all have but a few
  const longer = new Array<Node>(dependents.length + newcomers);
  for (let index = 0; index < dependents.length; index += 1) longer[index] = dependents[index] as Node;
  node.dependents = longer;
  node.newcomers = -newcomers;
}

function removeDependent(node: Node, dependent: Node): void {
  node.dependents = node.dependents.filter((one) => one !== dependent);
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
