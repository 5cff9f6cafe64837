// as a whole, or the bundle would call ours `Container$1`
import * as inversify from 'inversify';
import type { IsBoundOptions, ServiceIdentifier } from 'inversify';
import { Graph } from '@dagrejs/graphlib';
import { unlessOvertaken } from '../base/async.js';
import { ModeError } from '../base/errors.js';
import type { ContainerState, LifecycleEvent, Logger } from '../base/events.js';
import { nearest } from '../base/nearest.js';
import type { InjectOption } from '../declare/definition.js';
import type { Instances } from '../declare/token.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import { asRequest } from '../plan/dependencies.js';
import { requireToken, tokenName } from '../plan/problems.js';
import type { Resolved, Resolver, Wanted } from '../plan/resolver.js';
import type { TimerStatus } from '../run/status.js';
import { Activity } from './activity.js';
import type { Engine } from './engine.js';
import { explainCrash } from './explain.js';
import { Host } from './host.js';
import { insides } from './inside.js';
import {
  checkBoot,
  checkContainer,
  checkResource,
  checkStop,
  isOptions,
  type BootOptions,
  type ContainerOptions,
  type ResourceOptions,
  type StopOptions,
} from './options.js';
import { withResource } from './module.js';
import { toGraph, toPlan, type Plan } from './picture.js';
import { bootReport, healthOf, timersOf, type BootReport, type Health } from './report.js';
import type { Unit } from './unit.js';
import { inWords } from '../base/words.js';

/**
 * Inversify's container, which also knows the graph of what is bound in it: it starts services in the order of their
 * dependencies, and stops them in reverse.
 */
export class Container extends inversify.Container implements AsyncDisposable {
  readonly #host: Host;
  readonly #engine: Engine;
  readonly #resolver: Resolver;
  /** The classes that were booted as roots: they may be bound by nobody. */
  readonly #booted = new Set<ServiceIdentifier>();

  constructor(options: ContainerOptions = {}) {
    super(checkContainer(options));
    this.#host = new Host(this, options, Container.#resolverOf(options.parent));
    insides.set(this, this.#host);
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
  boot<const R extends readonly ServiceIdentifier[]>(roots: R, options?: BootOptions): Promise<Instances<R>>;
  boot(options?: BootOptions): Promise<void>;
  async boot(
    first?: ServiceIdentifier | readonly ServiceIdentifier[] | BootOptions,
    options?: BootOptions,
  ): Promise<unknown> {
    // a class that a circular import left undefined is asked for, and must not mean everything
    if (first === undefined && arguments.length > 0) requireToken(first, 'boot()');
    if (first === undefined || isOptions(first)) {
      await this.#boot(this.#everything(), checkBoot(first as BootOptions | undefined));
      return undefined;
    }
    const tokens = Array.isArray(first) ? (first as readonly ServiceIdentifier[]) : [first as ServiceIdentifier];
    for (const token of tokens) requireToken(token, 'boot()');
    const { roots } = await this.#boot(tokens, checkBoot(options));
    const values = roots.map((root) => this.#host.bootedValue(root as Unit));
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
    if (first === undefined || isOptions(first)) {
      await this.#engine.stop({ timeout: checkStop(first as StopOptions | undefined) });
      return;
    }
    requireToken(first, 'stop()');
    const unit = this.#unit(first);
    // what a parent container runs is for that to stop
    if (unit.active || unit.wanted) await unit.engine.stopUnit(unit);
  }

  /**
   * Restarts one service. What depends on it stops first, and comes back after it. Where a stop has the last word, nobody has to
   * mind the rejection.
   */
  restart(id: ServiceIdentifier): Promise<void> {
    return unlessOvertaken(async () => {
      requireToken(id, 'restart()');
      const unit = this.#unit(id);
      await unit.engine.restartUnit(unit);
    });
  }

  /**
   * Manages a value that is no service class: a pool, a client, a server. Dependents receive it by injection.
   */
  resource<T, V extends T = T, const I extends readonly InjectOption[] = []>(
    id: ServiceIdentifier<T>,
    options: ResourceOptions<V, I>,
  ): void {
    this.#addResource(id, options as unknown as ResourceOptions<unknown>);
  }

  override load(...modules: inversify.ContainerModule[]): void {
    super.load(...this.#withResource(modules));
  }

  override loadAsync(...modules: inversify.ContainerModule[]): Promise<void> {
    return super.loadAsync(...this.#withResource(modules));
  }

  #withResource(modules: readonly inversify.ContainerModule[]): inversify.ContainerModule[] {
    return withResource(modules, (bind) => (id, options) => {
      this.#addResource(id, options as unknown as ResourceOptions<unknown>, bind);
    });
  }

  #addResource(id: ServiceIdentifier, options: ResourceOptions<unknown>, bind?: inversify.Container['bind']): void {
    requireToken(id, 'resource()');
    checkResource(tokenName(id), options);
    this.#host.addResource(id, options, bind);
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
    for (const root of roots) requireToken(root, 'plan()');
    return toPlan(this.#resolve(roots.length === 0 ? this.#resolver.bound() : roots));
  }

  /**
   * The graph as a graphlib `Graph`, with the state that each node is in and the children that run. Without roots, of
   * everything bound or booted.
   */
  graph(...roots: ServiceIdentifier[]): Graph {
    for (const root of roots) requireToken(root, 'graph()');
    const order = this.#resolve(roots.length === 0 ? this.#resolver.bound() : roots).order as Unit[];
    const all = roots.length === 0 ? new Set([...order, ...this.#engine.units]) : order;
    return toGraph(new Graph({ directed: true, multigraph: false }), all);
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
    const { order } = this.#resolve([
      ...this.#resolver.bound(),
      ...this.#engine.units,
      { ...asRequest(id), optional: true },
    ]);
    return explainCrash(this.#unit(id), order as Unit[]);
  }

  /** Calls the listener with every lifecycle event, until the returned function is called. */
  on(listener: (event: LifecycleEvent) => void): () => void {
    if (typeof listener !== 'function') throw new TypeError(`on() takes a function, not ${inWords(listener)}`);
    return this.#host.listen(listener);
  }

  /** The services that nothing else depends on, as the tree of what runs has them below its root. */
  get treeRoots(): readonly TreeNode[] {
    return this.#engine.tree.roots;
  }

  /**
   * What goes on in it, and what was lost.
   *
   * @internal for who decides whether the program has anything left to do
   */
  get activity(): Activity {
    return new Activity(this.#engine);
  }

  /** Hangs the tree of services on the program that hosts it, and gives it a logger unless it has one. */
  attach(root: TreeNode, logger: Logger): void {
    this.#engine.tree.trunk = root;
    this.#host.offerLogger(logger);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  // what nobody bound is bound to inversify, but not to whoever asks
  override isBound(id: ServiceIdentifier, options?: IsBoundOptions): boolean {
    return this.#plainly(() => super.isBound(id, options));
  }

  override isCurrentBound(id: ServiceIdentifier, options?: IsBoundOptions): boolean {
    return this.#plainly(() => super.isCurrentBound(id, options));
  }

  override restore(): void {
    super.restore();
    for (const node of this.#resolver.nodes) (node as Unit).bindings = undefined;
    this.#host.bridge.restored();
  }

  /** Asks inversify something as if neither this container nor a parent added anything. */
  #plainly<T>(ask: () => T): T {
    const { parent } = this.#host.options;
    const plainly = (): T => this.#host.bridge.plainly(ask);
    return parent instanceof Container ? parent.#plainly(plainly) : plainly();
  }

  /** The resolver of a container, for its children. */
  static #resolverOf(container: inversify.Container | undefined): Resolver | undefined {
    return container instanceof Container ? container.#resolver : undefined;
  }

  #boot(roots: readonly Wanted[], options: BootOptions | undefined): Promise<Resolved> {
    return this.#engine.whenFree(async () => {
      const resolved = this.#resolve(roots);
      for (const root of roots) if (typeof root === 'function') this.#booted.add(root);
      const units = resolved.roots as Unit[];
      this.#host.ask(units);
      try {
        await this.#engine.boot(units, resolved.order as Unit[], options?.signal);
      } catch (error) {
        this.#host.forget(units);
        throw error;
      }
      return resolved;
    });
  }

  /** What was bound, and what was booted without being bound. */
  #everything(): Wanted[] {
    return [...this.#resolver.bound(), ...[...this.#booted].filter((token) => !this.#resolver.isBound(token))];
  }

  #resolve(roots: readonly Wanted[]): Resolved {
    return this.#resolver.resolve(roots);
  }

  /** What a service identifier stands for, if it was planned. */
  #unit(id: ServiceIdentifier): Unit {
    const found = this.#resolver.lookUp(asRequest(id), {
      name: undefined,
      serviceIdentifier: id,
      tags: new Map(),
      getAncestor: () => undefined,
    });
    const unit = found[0] as Unit | undefined;
    if (unit !== undefined && found.length === 1) return unit;
    const known = nearest(
      tokenName(id),
      Array.from(this.#resolver.nodes, ({ name }) => name),
    );
    throw new ModeError('ERR_MODE_UNKNOWN', {
      message: `${tokenName(id)} is no service of this container${known.length === 0 ? '' : `; did you mean ${known.join(' or ')}?`}`,
      remedy: 'Give the class or the token that it was booted by.',
      path: [tokenName(id)],
    });
  }
}
