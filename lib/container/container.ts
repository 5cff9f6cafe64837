import type { Binding, InstanceBinding } from '@inversifyjs/core';
import { Container as InversifyContainer } from 'inversify';
import type { ContainerOptions as InversifyOptions, GetAllOptions, GetOptions, IsBoundOptions, OptionalGetOptions, ServiceIdentifier } from 'inversify';
import type { Graph } from '@dagrejs/graphlib';
import { isThenable } from '../base/async.js';
import { systemClock, type Clock } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import { ModeError } from '../base/errors.js';
import { silentLogger, type ContainerState, type LifecycleEvent, type LifecycleEventBody, type Logger } from '../base/events.js';
import { Definition, Hook, type InjectOption } from '../declare/definition.js';
import { graphlib } from '../graph/graphlib.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import { Deadlines } from '../lifecycle/deadlines.js';
import type { Environment } from '../lifecycle/environment.js';
import { Lifecycle, lifecycleOf } from '../lifecycle/lifecycle.js';
import { asRequest, type Request } from '../plan/dependencies.js';
import type { NodeKind, Resource, Source } from '../plan/node.js';
import { nearest } from '../base/nearest.js';
import { tokenName } from '../plan/problems.js';
import { Resolver, isResource, type Bindings, type Resolved, type ResolverHost, type Wanted } from '../plan/resolver.js';
import { everyRun, type Coordinator } from '../run/host.js';
import type { TimerStatus } from '../run/status.js';
import { Bridge, type BridgeHost } from './bridge.js';
import { ResourceTarget, instantiate, postConstruct } from './construct.js';
import { Engine, type EngineHost } from './engine.js';
import { explainCrash } from './explain.js';
import { toGraph, toPlan, type Plan } from './picture.js';
import { bootReport, healthOf, timersOf, type BootReport, type Health } from './report.js';
import { Unit } from './unit.js';

/** Options of a container, besides those of inversify's. */
export interface ContainerOptions extends Omit<InversifyOptions, 'parent'> {
  parent?: InversifyContainer;
  /** Where the `log` of services goes. Default: nowhere. */
  logger?: Logger;
  /** The time source. Default: the real clock. */
  clock?: Clock;
  /** Asked before each run of a crontab, so that of many replicas only one does the work. Default: always yes. */
  coordinator?: Coordinator;
}

/** Options of `boot`. */
export interface BootOptions {
  /** Gives the boot up, which rolls it back. */
  signal?: AbortSignal;
}

/** Options of `stop`. */
export interface StopOptions {
  /** One budget for the whole stop. What is not down by then is abandoned and named. Default: only each `stopTimeout`. */
  timeout?: Duration;
}

/** How a resource is made and released. */
export interface ResourceOptions<T> {
  /** What `start` is given, in order. */
  inject?: readonly InjectOption[];
  /** Makes the value. Called with what `inject` names and a signal that aborts when the start is given up. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what `inject` names cannot be typed from tokens
  start: (...args: any[]) => T | PromiseLike<T>;
  /** Releases the value. The signal aborts when grace is over. */
  stop?: (value: T, signal: AbortSignal) => unknown;
  /** What people read. Default: the name of the token. */
  name?: string;
  /** Default 60 s. */
  startTimeout?: Duration;
  /** Default 60 s. */
  stopTimeout?: Duration;
}

/**
 * Inversify's container, which also knows the graph of what is bound in it: it starts services in the order of their
 * dependencies, and stops them in reverse.
 */
export class Container extends InversifyContainer implements AsyncDisposable {
  readonly #host: Host;
  readonly #engine: Engine;
  readonly #resolver: Resolver;

  constructor(options: ContainerOptions = {}) {
    super(options);
    this.#host = new Host(this, options, (request) => this.#ask(request));
    this.#engine = this.#host.engine;
    this.#resolver = this.#host.resolver;
  }

  /** Where the container is in its life. */
  get state(): ContainerState {
    return this.#engine.state;
  }

  /**
   * Starts a root and everything it reaches, each service once what it needs is running. Without a root, every service
   * that was bound.
   *
   * @throws PlanError when the graph is not sound; nothing is started then
   * @throws BootError when a service cannot be started; everything that had started is stopped again
   * @throws ModeError ERR_MODE_STOPPING while the container stops
   */
  boot<T>(root: ServiceIdentifier<T>, options?: BootOptions): Promise<T>;
  boot(roots: readonly ServiceIdentifier[], options?: BootOptions): Promise<unknown[]>;
  boot(options?: BootOptions): Promise<void>;
  async boot(first?: ServiceIdentifier | readonly ServiceIdentifier[] | BootOptions, options?: BootOptions): Promise<unknown> {
    if (first === undefined || isBootOptions(first)) {
      await this.#boot(this.#resolver.bound(), first);
      return undefined;
    }
    const tokens = Array.isArray(first) ? (first as readonly ServiceIdentifier[]) : [first as ServiceIdentifier];
    const resolved = await this.#boot(tokens, options);
    const values = tokens.map((token, index) => {
      const root = resolved.roots.length === tokens.length ? (resolved.roots[index] as Unit | undefined) : undefined;
      return root?.managed === true ? root.value : this.get(token);
    });
    return Array.isArray(first) ? values : values[0];
  }

  /**
   * Stops what runs, in reverse: everything, or one service after what depends on it. Tries everything.
   *
   * @throws StopError if anything failed or had to be abandoned
   */
  stop(options?: StopOptions): Promise<void>;
  stop(id: ServiceIdentifier): Promise<void>;
  async stop(first?: ServiceIdentifier | StopOptions): Promise<void> {
    if (first === undefined || isStopOptions(first)) {
      await this.#engine.stop({ timeout: first?.timeout === undefined ? undefined : toMs(first.timeout, 'The timeout of stop()') });
      return;
    }
    const unit = this.#unit(first);
    if (unit.active || unit.wanted) await this.#engine.stopUnit(unit);
  }

  /** Restarts one service. What depends on it stops first, and comes back after it. */
  async restart(id: ServiceIdentifier): Promise<void> {
    await this.#engine.restartUnit(this.#unit(id));
  }

  /**
   * Manages a value that is no service class: a pool, a client, a server. Dependents receive it by injection.
   */
  resource<T>(id: ServiceIdentifier<T>, options: ResourceOptions<T>): void {
    this.#host.addResource(id, options as ResourceOptions<unknown>);
  }

  /**
   * Takes on a service that exists already, made by hand or by another library: it is run like the ones that the container
   * makes. Returns what it is booted by.
   */
  adopt(instance: object): ServiceIdentifier {
    return this.#host.addExisting(instance);
  }

  /**
   * The graph, its start order and its levels, without constructing anything. Without roots, of everything bound.
   *
   * @throws PlanError with every problem
   */
  plan(...roots: ServiceIdentifier[]): Plan {
    return toPlan(this.#resolve(roots.length === 0 ? this.#resolver.bound() : roots));
  }

  /**
   * The graph as a graphlib `Graph`, with the state that each node is in and the children that run. Without roots, of
   * everything bound or booted.
   */
  graph(...roots: ServiceIdentifier[]): Graph {
    const { Graph: GraphClass } = graphlib();
    const order = this.#resolve(roots.length === 0 ? this.#resolver.bound() : roots).order as Unit[];
    const all = roots.length === 0 ? new Set([...order, ...this.#engine.units]) : order;
    return toGraph(new GraphClass({ directed: true, multigraph: false }), all);
  }

  /** How long the last boot took, and why. */
  report(): BootReport {
    return bootReport(this.#engine);
  }

  /** Whether it is alive, and whether everything that should run does. */
  health(): Health {
    return healthOf(this.#engine);
  }

  /** Every timer and crontab of what runs. */
  timers(): TimerStatus[] {
    return timersOf(this.#engine.units);
  }

  /**
   * What becomes of a crash of a service, in words: when it restarts and how often, who restarts with it, or that everything
   * stops in order.
   *
   * ```text
   * When Redis crashes, it restarts after 100ms, 200ms, 400ms, 800ms, 1.6s (each ±20%), at most 5 restarts within 1m not
   * counting the waiting; the delay starts over after 1m without a crash; a crash loop is given up after 3.1s of waiting.
   * App and Cache, which depend on it, stop before it and come back after it.
   * One crash more, and everything stops in order, and the container fails.
   * ```
   *
   * @throws PlanError when the graph is not sound
   * @throws ModeError ERR_MODE_UNKNOWN when there is no such service
   */
  explain(id: ServiceIdentifier): string {
    // who depends on it is known once that was planned
    const { order } = this.#resolve([...this.#resolver.bound(), ...this.#engine.units, { ...asRequest(id), optional: true }]);
    return explainCrash(this.#unit(id), order as Unit[]);
  }

  /** Calls the listener with every lifecycle event, until the returned function is called. */
  on(listener: (event: LifecycleEvent) => void): () => void {
    return this.#host.listen(listener);
  }

  /** The services that nothing else depends on, as the tree of what runs has them below its root. */
  get treeRoots(): readonly TreeNode[] {
    return this.#engine.roots;
  }

  /** Hangs the tree of services on the program that hosts it, and gives it a logger unless it has one. */
  attach(root: TreeNode, logger: Logger): void {
    this.#engine.root = root;
    this.#host.offerLogger(logger);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  override get<T>(id: ServiceIdentifier<T>, options: OptionalGetOptions): T | undefined;
  override get<T>(id: ServiceIdentifier<T>, options?: GetOptions): T;
  override get<T>(id: ServiceIdentifier<T>, options?: GetOptions | OptionalGetOptions): T | undefined {
    const planned = options === undefined ? this.#host.bridge.planned(id) : false;
    if (!planned) {
      const unit = this.#prepare(toRequest(id, options, false));
      if (unit !== undefined) return this.#host.instance(unit) as T;
    }
    return super.get(id, options as GetOptions);
  }

  override getAll<T>(id: ServiceIdentifier<T>, options?: GetAllOptions): T[] {
    this.#prepare(toRequest(id, options, true));
    return super.getAll(id, options);
  }

  override async getAsync<T>(id: ServiceIdentifier<T>, options: OptionalGetOptions): Promise<T | undefined>;
  override async getAsync<T>(id: ServiceIdentifier<T>, options?: GetOptions): Promise<T>;
  override async getAsync<T>(id: ServiceIdentifier<T>, options?: GetOptions | OptionalGetOptions): Promise<T | undefined> {
    const unit = this.#prepare(toRequest(id, options, false));
    return unit === undefined ? super.getAsync(id, options as GetOptions) : (this.#host.instance(unit) as T);
  }

  override async getAllAsync<T>(id: ServiceIdentifier<T>, options?: GetAllOptions): Promise<T[]> {
    this.#prepare(toRequest(id, options, true));
    return super.getAllAsync(id, options);
  }

  override isBound(id: ServiceIdentifier, options?: IsBoundOptions): boolean {
    return this.isCurrentBound(id, options) || this.#host.options.parent?.isBound(id, options) === true;
  }

  override isCurrentBound(id: ServiceIdentifier, options?: IsBoundOptions): boolean {
    return this.#host.bridge.plainly(() => super.isCurrentBound(id, options));
  }

  override restore(): void {
    super.restore();
    for (const node of this.#resolver.nodes) (node as Unit).bindings = undefined;
    this.#host.bridge.restored();
  }

  /** The resolver of a container, for its children. */
  static resolverOf(container: InversifyContainer | undefined): Resolver | undefined {
    return container instanceof Container ? container.#resolver : undefined;
  }

  async #boot(roots: readonly Wanted[], options: BootOptions | undefined): Promise<Resolved> {
    if (this.#engine.answer('boot') === 'refuse') await this.#engine.boot([], []);
    for (let back = this.#engine.takingBack; back !== undefined; back = this.#engine.takingBack) {
      await back;
      this.#engine.mustRun();
    }
    const resolved = this.#resolve(roots);
    await this.#engine.boot(tops(resolved), resolved.order as Unit[], options?.signal);
    return resolved;
  }

  #resolve(roots: readonly Wanted[]): Resolved {
    return this.#resolver.resolve(roots);
  }


  /** What a service identifier stands for, if it was planned. */
  #unit(id: ServiceIdentifier): Unit {
    const found = this.#resolver.lookUp(asRequest(id), { name: undefined, serviceIdentifier: id, tags: new Map(), getAncestor: () => undefined });
    const unit = found[0] as Unit | undefined;
    if (unit !== undefined && found.length === 1) return unit;
    const known = nearest(tokenName(id), Array.from(this.#resolver.nodes, ({ name }) => name));
    throw new ModeError('ERR_MODE_UNKNOWN', {
      message: `${tokenName(id)} is no service of this container${known.length === 0 ? '' : `; did you mean ${known.join(' or ')}?`}`,
      remedy: 'Give the class or the token that it was booted by.',
      path: [tokenName(id)],
    });
  }

  /** Sees to it that the graph behind an identifier is sound; the unit, where that is all there is to it. */
  #prepare(request: Request): Unit | undefined {
    const { roots } = this.#resolver.resolve([{ ...request, optional: true }]);
    const only = roots.length === 1 && !request.multiple ? (roots[0] as Unit) : undefined;
    if (only?.managed === true) return only;
    return undefined;
  }

  #ask(request: Request): unknown {
    const { token, multiple, chained, optional, name, tags } = request;
    const [tag] = tags;
    const options = {
      optional,
      ...(name === undefined ? undefined : { name }),
      ...(tag === undefined ? undefined : { tag: { key: tag[0], value: tag[1] } }),
    };
    return multiple ? this.getAll(token, { ...options, chained } as GetAllOptions) : super.get(token, options as GetOptions);
  }
}

/** What the container is to its resolver and its engine. */
class Host implements ResolverHost, EngineHost, BridgeHost {
  readonly env: Environment;
  readonly engine: Engine;
  readonly resolver: Resolver;
  readonly parent: Resolver | undefined;
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();
  readonly #ids = new Map<string, number>();
  /** What was not given an id yet: many programs run without anybody asking for one. */
  #nameless: Unit[] = [];
  readonly #bridge: Bridge;
  #logger: Logger | undefined;

  constructor(
    container: Container,
    readonly options: ContainerOptions,
    private readonly ask: (request: Request) => unknown,
  ) {
    const clock = options.clock ?? systemClock;
    this.#logger = options.logger;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the environment is read through the host
    const host = this;
    this.env = {
      clock,
      get logger() {
        return host.#logger ?? silentLogger;
      },
      coordinator: options.coordinator ?? everyRun,
      deadlines: new Deadlines(clock),
      get listening() {
        return host.#listeners.size > 0;
      },
      emit(event) {
        host.#emit(event);
      },
    };
    this.parent = Container.resolverOf(options.parent);
    this.engine = new Engine(this);
    this.resolver = new Resolver(this);
    this.#bridge = new Bridge(container, this);
  }

  get bindings(): Bindings {
    return this.#bridge.bindings;
  }

  get bridge(): Bridge {
    return this.#bridge;
  }

  adopt(binding: Binding): void {
    this.resolver.adopt(binding);
  }

  nodeOf(source: Source): Unit {
    return this.resolver.nodeOf(source) as Unit;
  }

  byItself(token: ServiceIdentifier): Unit | undefined {
    if (typeof token !== 'function' || this.options.parent?.isBound(token) === true) return undefined;
    return this.resolver.byItself(token) as Unit | undefined;
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    // the same function may be given twice, and each has its own end
    const own = (event: LifecycleEvent): void => {
      const result: unknown = listener(event);
      if (isThenable(result)) result.then(undefined, (error: unknown) => { this.#listenerFailed(event, error); });
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  offerLogger(logger: Logger): void {
    this.#logger ??= logger;
  }

  createNode(kind: NodeKind, name: string, source: Source, token: ServiceIdentifier, definition: Definition | undefined): Unit {
    const unit = new Unit(this.engine, kind, name, source, token, definition);
    this.#nameless.push(unit);
    return unit;
  }

  giveIds(): void {
    for (const unit of this.#nameless) unit.id = this.#uniqueId(unit.name);
    this.#nameless = [];
  }

  #uniqueId(name: string): string {
    const count = (this.#ids.get(name) ?? 0) + 1;
    this.#ids.set(name, count);
    // somebody may really be called Name#2
    return count === 1 ? name : this.#uniqueId(`${name}#${String(count)}`);
  }

  redirect(binding: InstanceBinding<unknown>, node: Unit): void {
    this.#bridge.redirect(binding, node);
  }

  standsFor(binding: Binding): Source | undefined {
    return this.#bridge.standsFor(binding);
  }

  addResource(id: ServiceIdentifier, options: ResourceOptions<unknown>): void {
    const name = options.name ?? tokenName(id);
    const { startTimeout, stopTimeout } = options;
    const timeouts = {
      ...(startTimeout === undefined ? undefined : { startTimeout }),
      ...(stopTimeout === undefined ? undefined : { stopTimeout }),
    };
    const definition = new Definition(name, timeouts, undefined, false, Hook.onStart | Hook.onStop);
    this.#bindManaged({ name, inject: options.inject ?? [], start: options.start, stop: options.stop, definition, token: id });
  }

  addExisting(existing: object): ServiceIdentifier {
    const { definition, name } = lifecycleOf(existing);
    const token = Symbol(name);
    this.#bindManaged({ name, inject: [], start: () => existing, definition, token, existing });
    return token;
  }

  #bindManaged(resource: Resource): void {
    this.#bridge.bind(resource.token, resource, () => this.instance(this.nodeOf(resource)));
  }

  /** The value of a unit; made, but not started, if it is a service that was not needed yet. */
  instance(unit: Unit): unknown {
    if (unit.engine !== this.engine) return (unit.engine.host as Host).instance(unit);
    if (isResource(unit.source)) {
      // also while it goes down: what depends on it may need it to stop
      if (unit.lifecycle?.state === 'running') return unit.value;
      if (unit.source.existing !== undefined) return unit.source.existing;
      throw new ModeError('ERR_MODE_NOT_RUNNING', {
        message: `The resource ${unit.name} is not running, so it has no value`,
        remedy: `Boot what needs it first; it is there from its start to its stop.`,
        path: [unit.name],
      });
    }
    if (isMissing(unit)) {
      for (const one of injectedInto(unit, this.resolver.resolve([unit]).order as Unit[])) {
        if (one.engine !== this.engine || isResource(one.source)) this.instance(one);
        else if (isMissing(one)) this.#instantiate(one);
      }
    }
    return unit.value;
  }

  construct(unit: Unit): void {
    if (!unit.managed) {
      refresh(unit);
      return;
    }
    if (isResource(unit.source)) {
      const { existing } = unit.source;
      if (existing !== undefined) {
        if (unit.lifecycle === undefined) this.#become(unit, existing);
        unit.lifecycle ??= this.#own(lifecycleOf(existing), unit);
        return;
      }
      unit.lifecycle ??= this.#own(new Lifecycle(this.#targetOf(unit, unit.source), unit.source.definition), unit);
    } else if (unit.made === 0 || unit.outdated || isStale(unit)) {
      this.#instantiate(unit);
    }
  }

  async bootUnit(unit: Unit): Promise<void> {
    for (let back = this.engine.takingBack; back !== undefined; back = this.engine.takingBack) {
      await back;
      this.engine.mustRun();
    }
    const { roots, order } = this.resolver.resolve([unit]);
    return this.engine.boot(roots as Unit[], order as Unit[]);
  }

  #targetOf(unit: Unit, resource: Resource): ResourceTarget {
    return new ResourceTarget(unit, resource, this.ask, (value) => {
      this.#become(unit, value);
    });
  }

  #instantiate(unit: Unit): void {
    unit.outdated = false;
    const instance = instantiate(unit, this.ask);
    postConstruct(instance, unit.definition);
    this.#become(unit, this.#bridge.activate(unit, instance));
    const lifecycle = lifecycleOf(instance);
    unit.lifecycle = lifecycle.alive ? this.#own(lifecycle, unit) : undefined;
  }

  #become(unit: Unit, value: unknown): void {
    made += 1;
    unit.made = made;
    unit.value = value;
  }

  #own(lifecycle: Lifecycle, unit: Unit): Lifecycle {
    lifecycle.owner = unit;
    lifecycle.inherit(this.env);
    return lifecycle;
  }

  #emit(body: LifecycleEventBody): void {
    const event: LifecycleEvent = { ...body, at: new Date(this.env.clock.date()) };
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#listenerFailed(event, error);
      }
    }
  }

  #listenerFailed(event: LifecycleEvent, error: unknown): void {
    // one that fails on the warning as well has nobody left to tell
    if (event.type !== 'warning') this.#emit({ type: 'warning', message: 'A listener of container.on() threw', error });
  }
}

/** Counts what was made in any container, so that one value can be told to be older than another. */
let made = 0;

/** Whether there is no instance that could be given out. */
function isMissing(unit: Unit): boolean {
  return unit.made === 0 || (unit.outdated && !unit.active);
}

/** What has to be made for a unit, itself included, in order: what only has to run before it is left out. */
function injectedInto(unit: Unit, order: readonly Unit[]): Unit[] {
  const needed = new Set([unit]);
  for (const one of [...order].reverse()) {
    if (needed.has(one)) for (const dependency of one.dependencies.slice(0, one.orderOnly)) needed.add(dependency);
  }
  return order.filter((one) => one.managed && needed.has(one));
}

/** The roots that no other of them needs: where all that was bound is booted, the tree begins with what is on top. */
function tops({ roots, order }: Resolved): Unit[] {
  if (roots.length === 1) return roots as Unit[];
  const needed = new Set(order.flatMap(({ dependencies }) => dependencies));
  return (roots as Unit[]).filter((root) => !needed.has(root));
}

/** Whether something that was injected into it has been made anew since. */
function isStale(unit: Unit): boolean {
  const { dependencies, orderOnly, made } = unit;
  for (let index = 0; index < orderOnly; index += 1) if ((dependencies[index] as Unit).made > made) return true;
  return false;
}

/** What inversify made, and kept, of values that have been made anew since is not to be used again. */
function refresh(unit: Unit): void {
  if (!unit.outdated && !isStale(unit)) return;
  const binding = unit.source as { cache?: unknown };
  if (unit.made > 0 && binding.cache !== undefined) binding.cache = { isRight: false, value: undefined };
  unit.outdated = false;
  made += 1;
  unit.made = made;
}

function toRequest(token: ServiceIdentifier, options: (GetAllOptions & { optional?: boolean }) | undefined, multiple: boolean): Request {
  const tag = options?.tag;
  return {
    ...asRequest(token),
    multiple,
    optional: true,
    name: options?.name,
    chained: options?.chained ?? false,
    ...(tag === undefined ? undefined : { tags: new Map([[tag.key, tag.value]]) }),
  };
}

function isBootOptions(value: unknown): value is BootOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStopOptions(value: unknown): value is StopOptions {
  return typeof value === 'object' && value !== null;
}
