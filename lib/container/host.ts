import type { Binding, InstanceBinding } from '@inversifyjs/core';
import type { Container as InversifyContainer, ServiceIdentifier } from 'inversify';
import { handled } from '../base/async.js';
import { systemClock } from '../base/clock.js';
import { BootError, ModeError } from '../base/errors.js';
import { silentLogger, type LifecycleEvent, type Logger } from '../base/events.js';
import { reliable } from '../base/logger.js';
import { nodeNames } from '../base/unique-names.js';
import type { Definition } from '../declare/definition.js';
import { Deadlines } from '../lifecycle/deadlines.js';
import type { Environment } from '../lifecycle/environment.js';
import { Lifecycle, lifecycleOf } from '../lifecycle/lifecycle.js';
import { expectInstance, lifecycleMade, lifecycleOfService } from '../lifecycle/making.js';
import { isResource, type Resource, type Source } from '../plan/node.js';
import { Resolver, type Bindings, type ResolverHost } from '../plan/resolver.js';
import { everyRun } from '../run/host.js';
import { Bridge, type BridgeHost } from './bridge.js';
import { isWithdrawn, makeInstance, postConstruct, type Ask } from './construct.js';
import { Engine } from './engine.js';
import { Latch } from './latch.js';
import { Listeners } from './listeners.js';
import type { ContainerOptions, ResourceOptions } from './options.js';
import { Resolution, type Making, type RequestScope } from './resolution.js';
import type { EngineHost } from './scheduler.js';
import { isKept, isStale, noteMade, noteRemade, refresh, Upkeep } from './upkeep.js';
import { isStray, mustBeFree, mustRun } from './refusals.js';
import { ResourceTarget, resourceOf } from './resource.js';
import { isUnconditional } from './unconditional.js';
import { Unit } from './unit.js';

/** What the container is to its resolver and its engine. */
export class Host implements ResolverHost, EngineHost, BridgeHost {
  readonly env: { -readonly [Key in keyof Environment]: Environment[Key] };
  readonly engine: Engine;
  readonly resolver: Resolver;
  readonly listeners: Listeners;
  readonly #ids = nodeNames();
  /** Given when somebody asks, in the order in which the units were made: many programs run without. */
  readonly #idOf = new Map<Unit, string>();
  /** The services that were made by somebody else, and taken on. */
  readonly #adopted = new WeakMap<Lifecycle, Resource>();
  readonly upkeep: Upkeep;
  readonly bridge: Bridge;
  readonly #resolution: Resolution;
  /** What was made in request scope for the service that is being made. */
  private scope: RequestScope;
  /** Whether a value is made for a service, and not got by somebody. */
  private injecting = false;
  /** What boots were asked for that inversify makes, and the values once they were made. */
  readonly #asked = new Map<Unit, { value: unknown } | undefined>();

  constructor(
    container: InversifyContainer,
    readonly options: ContainerOptions,
    readonly parent: Resolver | undefined,
  ) {
    const clock = options.clock ?? systemClock;
    const listeners = new Listeners(clock);
    this.listeners = listeners;
    this.env = {
      clock,
      logger: reliable(options.logger ?? silentLogger, (error) => {
        listeners.emit({ type: 'warning', message: 'The logger of the container failed', error });
      }),
      coordinator: options.coordinator ?? everyRun,
      deadlines: new Deadlines(clock),
      listening: false,
      emit: (event) => {
        listeners.emit(event);
      },
    };
    this.engine = new Engine(this);
    this.resolver = new Resolver(this);
    this.upkeep = new Upkeep(this);
    this.bridge = new Bridge(container, this, options.parent !== undefined);
    this.#resolution = new Resolution(container, this.bridge.services, options);
  }

  get bindings(): Bindings {
    return this.bridge.bindings;
  }

  meet(binding: Binding): void {
    this.upkeep.meet(binding);
  }

  kept(binding: Binding): void {
    noteMade(this.nodeOf(binding));
  }

  isCurrent(unit: Unit): boolean {
    return this.upkeep.isCurrent(unit);
  }

  get changes(): number {
    return this.bridge.changes + (this.parent?.changes ?? 0);
  }

  nodeOf(source: Source): Unit {
    return this.resolver.nodeOf(source) as Unit;
  }

  byItself(token: ServiceIdentifier): Unit | undefined {
    if (typeof token !== 'function') return undefined;
    const { parent } = this.options;
    if (this.parent?.isBound(token) ?? parent?.isBound(token) === true) return undefined;
    return this.resolver.byItself(token) as Unit | undefined;
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    const off = this.listeners.add(listener);
    this.env.listening = true;
    return () => {
      off();
      this.env.listening = this.listeners.any;
    };
  }

  offerLogger(logger: Logger): void {
    if (this.env.logger === silentLogger) this.env.logger = logger;
  }

  createNode(source: Source, definition: Definition | undefined): Unit {
    return new Unit(this.engine, source, definition);
  }

  idOf(unit: Unit): string {
    const known = this.#idOf.get(unit);
    if (known !== undefined) return known;
    for (const one of this.resolver.nodes as Iterable<Unit>) {
      if (!this.#idOf.has(one)) this.#idOf.set(one, this.#ids.take(one.name));
    }
    return this.#idOf.get(unit) ?? unit.name;
  }

  redirect(binding: InstanceBinding<unknown>, node: Unit): void {
    this.bridge.redirect(binding, node);
  }

  isUnconditional(binding: Binding): boolean {
    return isUnconditional(binding);
  }

  standsFor(binding: Binding): Source | undefined {
    if (binding.type !== 'ConstantValue') return this.bridge.standsFor(binding);
    const lifecycle = lifecycleOfService(binding.value);
    return lifecycle && this.#adopted.get(lifecycle);
  }

  isStray({ source }: Unit): boolean {
    return 'type' in source && source.type === 'ConstantValue' && isStray(source.value);
  }

  addResource(id: ServiceIdentifier, options: ResourceOptions<unknown>, bind?: InversifyContainer['bind']): void {
    this.#bindManaged(resourceOf(id, options), bind);
  }

  addExisting(existing: object): ServiceIdentifier {
    const lifecycle = lifecycleOf(existing);
    const known = this.#adopted.get(lifecycle);
    if (known !== undefined) return known.token;
    mustBeFree(lifecycle);
    const { definition, name } = lifecycle;
    const token = Symbol(name);
    const resource = { name, inject: [], start: () => existing, definition, token, existing };
    this.#adopted.set(lifecycle, resource);
    this.#bindManaged(resource);
    return token;
  }

  #bindManaged(resource: Resource, bind?: InversifyContainer['bind']): void {
    const make = (): unknown => {
      const unit = this.nodeOf(resource);
      return this.injecting && isWithdrawn(unit) ? undefined : this.instance(unit);
    };
    this.bridge.bind(resource.token, resource, make, bind);
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
    this.upkeep.bringUpToDate(unit);
    return unit.value;
  }

  /** For somebody else than before: nothing in request scope is shared with that. */
  #askAnew(): Ask {
    this.scope = undefined;
    return this.#valueOf;
  }

  /** The value of what inversify makes. */
  readonly #valueOf = (unit: Unit): unknown => {
    const { contexts } = this.resolver;
    const before = this.injecting;
    this.injecting = true;
    try {
      const { value, scope } = this.#resolution.valueOf(unit.source as Making, contexts.get(unit), this.scope);
      this.scope = scope;
      const lifecycle = unit.kind === 'value' ? lifecycleOfService(value) : undefined;
      if (lifecycle !== undefined && !this.#adopted.has(lifecycle)) mustRun(lifecycle, unit.name);
      return value;
    } finally {
      this.injecting = before;
    }
  };

  /** A boot will want the values of its roots. Those that inversify makes are made while it is under way, so that it can fail. */
  ask(roots: readonly Unit[]): void {
    for (const root of roots) if (!root.managed) this.#asked.set(root, undefined);
  }

  /** It failed, so nobody will fetch them. */
  forget(roots: readonly Unit[]): void {
    for (const root of roots) this.#asked.delete(root);
  }

  /** What a boot gives for a root. */
  bootedValue(root: Unit): unknown {
    if (root.managed) return root.value;
    const made = this.#asked.get(root);
    this.#asked.delete(root);
    if (made !== undefined) return made.value;
    // it was there already
    try {
      return this.#askAnew()(root);
    } catch (error) {
      throw new BootError(root.name, [root.name], error);
    }
  }

  construct(unit: Unit): void {
    // nearly always
    if (typeof unit.source === 'function') {
      if (unit.made === 0 || unit.outdated || isStale(unit)) this.instantiate(unit);
      return;
    }
    if (!unit.managed) {
      refresh(unit);
      const isAsked = this.#asked.has(unit);
      // what is kept is as whoever comes first in the plan has it
      if (!isAsked && !(this.resolver.contexts.has(unit) && isKept(unit))) return;
      const value = this.#askAnew()(unit);
      if (isAsked) this.#asked.set(unit, { value });
      return;
    }
    if (isResource(unit.source)) {
      const { existing } = unit.source;
      if (existing !== undefined) {
        if (unit.lifecycle !== undefined) return;
        const lifecycle = lifecycleOf(existing);
        mustBeFree(lifecycle);
        this.keep(unit, existing);
        unit.lifecycle = this.own(lifecycle, unit);
        return;
      }
      unit.lifecycle ??= this.own(new Lifecycle(this.#targetOf(unit, unit.source), unit.source.definition), unit);
    }
  }

  bootUnit(unit: Unit): Promise<void> {
    return this.engine.whenFree(() => {
      const { roots, order } = this.resolver.resolve([unit]);
      const booted = handled(this.engine.boot(roots as Unit[], order as Unit[]));
      // whatever else is being booted at the same time, it is up when it is up
      const up = new Promise<void>((resolve) => new Latch([unit], 'up', resolve));
      return this.engine.lendingSlot(Promise.race([up, booted])).then(() => {
        unit.mustRun();
      });
    });
  }

  #targetOf(unit: Unit, resource: Resource): ResourceTarget {
    const ask = (): Ask => this.#askAnew();
    return new ResourceTarget(unit, resource, ask, (value) => {
      // a start that was given up may succeed after all
      if (unit.active) this.keep(unit, value);
    });
  }

  withdraw(unit: Unit): void {
    if (unit.kind === 'resource') this.keep(unit, undefined);
  }

  instantiate(unit: Unit): void {
    unit.outdated = false;
    expectInstance(unit.definition);
    const { scope } = this;
    this.scope = undefined;
    const instance = makeInstance(unit, this.#valueOf, this.env);
    this.scope = scope;
    const lifecycle = lifecycleMade(instance);
    postConstruct(instance, unit.definition);
    this.keep(unit, this.bridge.activate(unit, instance));
    unit.lifecycle = lifecycle.alive ? this.own(lifecycle, unit) : undefined;
  }

  private keep(unit: Unit, value: unknown): void {
    const isFirst = unit.made === 0;
    unit.value = value;
    if (isFirst) noteMade(unit);
    else {
      noteRemade(unit);
      this.bridge.invalidate();
    }
  }

  private own(lifecycle: Lifecycle, unit: Unit): Lifecycle {
    lifecycle.owner = unit;
    lifecycle.inherit(this.env);
    return lifecycle;
  }
}
