/** What inversify sees of the units that we construct ourselves, and what we see of inversify's bindings. */
import {
  getBindingId,
  type ActivationsService,
  type Binding,
  type DynamicValueBinding,
  type InstanceBinding,
} from '@inversifyjs/core';
import { Plugin, type PluginApi, type PluginContext } from '@inversifyjs/plugin';
import type { Container as InversifyContainer, ServiceIdentifier } from 'inversify';
import { isThenable } from '../base/async.js';
import { ModeError } from '../base/errors.js';
import { isResource, type Node, type Source } from '../plan/node.js';
import type { Bindings } from '../plan/resolver.js';
import { StandIns } from './stand-ins.js';
import type { Unit } from './unit.js';

/** What a bridge needs of the container it belongs to. */
export interface BridgeHost {
  /** The node that a class stands for by itself, where that is for this very container to say. */
  byItself(token: ServiceIdentifier): Node | undefined;
  /**
   * Inversify is about to plan with a binding: one of a class that we manage is made to stand for its node, and what it keeps is
   * forgotten if it was made from what has been made anew since.
   */
  meet(binding: Binding): void;
  /** Inversify keeps what it has made for a binding. */
  kept(binding: Binding): void;
  nodeOf(source: Source): Node;
  /** The value of a unit; made, if it was not needed yet. */
  instance(unit: Unit): unknown;
}

/** What inversify keeps for a binding: nothing, or the value. */
type Kept = { isRight: false; value: undefined } | { isRight: true; value: unknown };

/** Nothing. */
export const FORGOTTEN: Kept = Object.freeze({ isRight: false, value: undefined });

type Activate = (context: unknown, value: unknown) => unknown;
type Deactivate = (value: unknown) => unknown;

/**
 * Inversify resolves by itself what it was told to make: values, factories, plain injectables, also on behalf of child containers of
 * its own kind. Wherever it meets one of our classes on the way, it is given the unit's value, and it has nothing to activate.
 */
export class Bridge {
  readonly #host: BridgeHost;
  readonly #container: InversifyContainer;
  #context!: PluginContext;
  #bindings!: Bindings;
  private activations!: ActivationsService['get'];
  /** What bindings stand for, by what makes their value. */
  readonly #makers = new WeakMap<object, Source>();
  /** What inversify is told of services that nobody bound. */
  readonly #unbound = new Map<ServiceIdentifier, DynamicValueBinding<unknown>>();
  /** The values of units, which were activated when they were made. */
  readonly #activated = new WeakSet();
  /** Whether anything could be activated: most programs have no handlers at all. */
  private activates: boolean;
  readonly #standIns = new StandIns((binding) => this.standsFor(binding));
  /** Whether it is us who ask. */
  #plain = false;
  /** Whether inversify may have plans that it keeps. */
  #planned = false;
  /** Counts what has changed about the bindings that are seen here. */
  #changes = 0;
  /** What inversify makes and keeps, if we know when it did. */
  readonly #watched = new WeakSet<Binding>();

  constructor(container: InversifyContainer, host: BridgeHost, hasParent: boolean) {
    this.activates = hasParent;
    this.#container = container;
    this.#host = host;
    const keep = (context: PluginContext): void => {
      this.#context = context;
    };
    container.register(
      class extends Plugin<InversifyContainer> {
        load(_api: PluginApi): void {
          keep(this._context);
        }
      },
    );
    this.#watchPlans();
    this.attach();
  }

  /** What inversify's own parts are, also after a `restore()`. */
  get services(): PluginContext {
    return this.#context;
  }

  /** The bindings as they were made, without what we add. */
  get bindings(): Bindings {
    return this.#bindings;
  }

  /** Looks between inversify and its bindings. Again after a `restore()`, which replaces them. */
  attach(): void {
    const { bindingService, activationService } = this.#context;
    const bound = bindingService.getNonParentBindings.bind(bindingService);
    const bindingsOf = ((token: ServiceIdentifier): Iterable<Binding> | undefined =>
      this.#standIns.any ? this.#standIns.bindings(token, bound(token)) : bound(token)) as typeof bound;
    const activationsOf = activationService.get.bind(activationService);
    const addActivation = activationService.add.bind(activationService);
    this.#unbound.clear();
    this.activations = activationsOf;
    this.#bindings = {
      getNonParentBindings: bindingsOf,
      getNonParentBoundServices: () => this.#standIns.tokens(bindingService.getNonParentBoundServices()),
      get: (token) => this.plainly(() => bindingService.get(token)),
      getChained: (token) => this.plainly(() => [...bindingService.getChained(token)]),
    };
    bindingService.getNonParentBindings = ((token: ServiceIdentifier): Iterable<Binding> | undefined => {
      const bindings = bindingsOf(token);
      if (this.#plain) return bindings;
      this.#planned = true;
      return this.plainly(() => {
        if (bindings === undefined) return this.#byItself(token);
        for (const binding of bindings) this.#host.meet(binding);
        return bindings;
      });
    }) as typeof bindingsOf;
    activationService.add = (activation, relation) => {
      this.activates = true;
      addActivation(activation, relation);
    };
    activationService.get = (token) => {
      const activations = activationsOf(token);
      return activations === undefined
        ? undefined
        : Array.from(activations, (activate) => this.#once(activate as Activate));
    };
  }

  /** Hears of each change of the bindings, also of those of a parent. */
  #watchPlans(): void {
    const { planResultCacheService } = this.#context;
    const clearCache = planResultCacheService.clearCache.bind(planResultCacheService);
    planResultCacheService.clearCache = () => {
      this.#changes += 1;
      this.#planned = false;
      clearCache();
    };
    // inversify would add a binding to the plans that it has, before we have seen it
    planResultCacheService.invalidateServiceBinding = () => {
      this.invalidate();
    };
  }

  /** How often what is seen here has changed. */
  get changes(): number {
    return this.#changes;
  }

  /** Has inversify plan anew: what its plans lead to has changed. */
  invalidate(): void {
    this.#changes += 1;
    if (this.#planned) this.#context.planResultCacheService.clearCache();
  }

  /** Has inversify say when it keeps what it has made for a binding. */
  watch(binding: Binding & { cache: Kept }): void {
    if (this.#watched.has(binding)) return;
    this.#watched.add(binding);
    let { cache } = binding;
    if (cache.isRight) this.#host.kept(binding);
    Object.defineProperty(binding, 'cache', {
      get: () => cache,
      set: (kept: Kept) => {
        cache = kept;
        if (kept.isRight) this.#host.kept(binding);
      },
      enumerable: true,
      configurable: true,
    });
  }

  /** Asks inversify something as if it were alone. */
  plainly<T>(ask: () => T): T {
    const before = this.#plain;
    this.#plain = true;
    try {
      return ask();
    } finally {
      this.#plain = before;
    }
  }

  /** From now on, whoever asks for an identifier is given what another one gives, whatever is bound to it. */
  standIn(token: ServiceIdentifier, other: ServiceIdentifier): void {
    this.#standIns.add(token, other);
    this.invalidate();
  }

  /** What a binding was made to stand for. */
  standsFor(binding: Binding): Source | undefined {
    return binding.type === 'DynamicValue' ? this.#makers.get(binding.value) : undefined;
  }

  /** Binds what stands for a unit. */
  bind(token: ServiceIdentifier, source: Source, make: () => unknown, bind?: InversifyContainer['bind']): void {
    this.#makers.set(make, source);
    const syntax = bind === undefined ? this.#container.bind(token) : bind(token);
    syntax.toDynamicValue(make).inTransientScope();
  }

  /** Makes a binding stand for a unit: a service is a singleton, whatever the binding says, and the same one behind each of its bindings. */
  redirect(binding: InstanceBinding<unknown>, unit: Unit): void {
    const make = (): unknown => this.#host.instance(unit);
    this.#makers.set(make, unit.source);
    const onActivation = binding.onActivation === undefined ? undefined : this.#once(binding.onActivation as Activate);
    const onDeactivation = destroying(unit, binding.onDeactivation);
    if (unit.made > 0) this.#activateLate(unit, binding);
    Object.assign(binding, { type: 'DynamicValue', scope: 'Singleton', value: make, onActivation, onDeactivation });
    unit.bindings = [...(unit.bindings ?? []), binding];
  }

  /** A binding that nothing had met when its unit was made has handlers of its own: they see the instance now. */
  #activateLate(unit: Unit, binding: InstanceBinding<unknown>): void {
    const { serviceIdentifier: token, onActivation } = binding;
    const others = unit.bindings ?? [];
    let { value } = unit;
    if (onActivation !== undefined) value = this.#call(onActivation as Activate, unit, value);
    const isKnown = token === unit.token || others.some(({ serviceIdentifier }) => serviceIdentifier === token);
    if (!isKnown) value = this.#activateBy(token, unit, value);
    if (isObject(value)) this.#activated.add(value);
    unit.value = value;
    for (const one of [...others, binding]) one.cache = { isRight: true, value };
  }

  /** After a `restore()`: there are other bindings, which stand for the same units. */
  restored(): void {
    this.attach();
    for (const token of this.#bindings.getNonParentBoundServices()) {
      for (const binding of this.#bindings.getNonParentBindings(token) ?? []) {
        const source = this.standsFor(binding);
        if (source === undefined || isResource(source)) continue;
        const unit = this.#host.nodeOf(source) as Unit;
        unit.bindings = [...(unit.bindings ?? []), binding as InstanceBinding<unknown>];
        if (unit.made > 0) (binding as InstanceBinding<unknown>).cache = { isRight: true, value: unit.value };
      }
    }
  }

  /** What inversify's activation handlers make of a new instance. */
  activate(unit: Unit, instance: object): unknown {
    if (unit.bindings === undefined && (!this.activates || this.activations(unit.token) === undefined)) return instance;
    const bindings = unit.bindings ?? [];
    const tokens = new Set<ServiceIdentifier>();
    let value: unknown = instance;
    for (const { serviceIdentifier, onActivation } of bindings) {
      if (onActivation !== undefined) value = this.#call(onActivation as Activate, unit, value);
      if (!tokens.has(serviceIdentifier)) value = this.#activateBy(serviceIdentifier, unit, value);
      tokens.add(serviceIdentifier);
    }
    if (!tokens.has(unit.token)) value = this.#activateBy(unit.token, unit, value);
    if (isObject(value)) this.#activated.add(value);
    // inversify finds its work done
    for (const binding of bindings) binding.cache = { isRight: true, value };
    return value;
  }

  #activateBy(token: ServiceIdentifier, unit: Unit, instance: unknown): unknown {
    const activations = this.activations(token);
    let value = instance;
    if (activations !== undefined) {
      for (const activate of activations) value = this.#call(activate as Activate, unit, value);
    }
    return value;
  }

  #call(activate: Activate, unit: Unit, instance: unknown): unknown {
    const value = activate(this.#container, instance);
    if (value === instance || !isThenable(value)) return value;
    void Promise.resolve(value).catch(() => undefined);
    throw new ModeError('ERR_MODE_ASYNC_CONSTRUCTION', {
      message: `An activation handler of ${unit.name} is asynchronous`,
      remedy: 'What takes time belongs into onStart.',
      path: [unit.name],
    });
  }

  /** A handler that leaves alone what was activated when it was made. */
  #once(activate: Activate): Activate {
    return (context, value) => (isObject(value) && this.#activated.has(value) ? value : activate(context, value));
  }

  #byItself(token: ServiceIdentifier): Iterable<Binding> | undefined {
    let binding = this.#unbound.get(token);
    if (binding === undefined) {
      const unit = this.#host.byItself(token) as Unit | undefined;
      if (unit === undefined) return undefined;
      const make = (): unknown => this.#host.instance(unit);
      this.#makers.set(make, unit.source);
      binding = {
        cache: { isRight: false, value: undefined },
        id: getBindingId(),
        isSatisfiedBy: () => true,
        moduleId: undefined,
        onActivation: undefined,
        onDeactivation: undefined,
        scope: 'Transient',
        serviceIdentifier: unit.token,
        type: 'DynamicValue',
        value: make,
      };
      this.#unbound.set(token, binding);
    }
    return [binding];
  }
}

/** Inversify calls what `@preDestroy()` names only for what it made itself. */
function destroying(unit: Unit, next: Deactivate | undefined): Deactivate | undefined {
  const names = unit.definition?.marked.preDestroy;
  if (names === undefined || names.length === 0) return next;
  return (value) => {
    const target = unit.lifecycle?.target ?? value;
    let result: unknown;
    for (const name of names) {
      const call = (): unknown => (target as Record<string | symbol, () => unknown>)[name]?.();
      result = isThenable(result) ? result.then(call) : call();
    }
    return isThenable(result) ? result.then(() => next?.(value)) : next?.(value);
  };
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
