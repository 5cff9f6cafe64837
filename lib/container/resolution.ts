/** Has inversify make what is not ours to make: by the very binding that the plan chose, for the one that it was chosen for. */
import {
  CacheBindingInvalidationKind,
  getClassMetadata,
  plan,
  resolve,
  type Binding,
  type BindingActivation,
  type BindingConstraints,
  type BindingScope,
  type PlanParamsOperations,
  type ResolutionContext,
  type ResolutionParams,
  type ServiceRedirectionBinding,
} from '@inversifyjs/core';
import type { PluginContext } from '@inversifyjs/plugin';
import * as inversify from 'inversify';
import type { ServiceIdentifier } from 'inversify';
import { isThenable } from '../base/async.js';
import { ModeError } from '../base/errors.js';
import type { Context } from '../plan/context.js';
import { tokenName } from '../plan/problems.js';

/** What was made in request scope, for everything that one service is given. */
export type RequestScope = ResolutionParams['requestScopeCache'];

/** Every binding that makes something itself. */
export type Making = Exclude<Binding, ServiceRedirectionBinding<unknown>>;

interface Settings {
  autobind?: true;
  defaultScope?: BindingScope | undefined;
}

export class Resolution {
  readonly #context: ResolutionContext;
  readonly #autobind: { scope: BindingScope } | undefined;

  constructor(
    container: inversify.Container,
    private readonly services: PluginContext,
    { autobind, defaultScope = 'Transient' }: Settings,
  ) {
    // as inversify's own context does: what our container adds is for whoever asks from outside
    const plain = inversify.Container.prototype;
    this.#context = {
      get: plain.get.bind(container),
      getActivations: (token) => activationsOf(this.services, token),
      getAll: plain.getAll.bind(container),
      getAllAsync: plain.getAllAsync.bind(container),
      getAsync: plain.getAsync.bind(container),
    };
    this.#autobind = autobind === true ? { scope: defaultScope } : undefined;
  }

  /** The value of a binding, and what there is in request scope after that. */
  valueOf(binding: Making, context: Context | undefined, scope: RequestScope): { value: unknown; scope: RequestScope } {
    const { cache } = binding;
    if (binding.scope === 'Singleton' && cache.isRight) return { value: settled(binding, cache.value), scope };
    const planResult = plan({
      autobindOptions: this.#autobind,
      jitEnabled: false,
      operations: this.#operations(binding, context),
      rootConstraints: { isMultiple: false, serviceIdentifier: binding.serviceIdentifier },
      servicesBranch: [],
    });
    const params: ResolutionParams = { context: this.#context, planResult, requestScopeCache: scope };
    const value = settled(binding, resolve(params));
    return { value, scope: params.requestScopeCache };
  }

  /** What inversify plans with: a plan of its own for each value, which begins with the binding and is not kept. */
  #operations(root: Binding, context: Context | undefined): PlanParamsOperations {
    const { bindingService, planResultCacheService } = this.services;
    let begun = false;
    const operations: PlanParamsOperations = {
      getActivations: (token) => activationsOf(this.services, token),
      getBindings: <T>(token: ServiceIdentifier<T>) => {
        if (begun) return inContext(bindingService.get(token), context);
        begun = true;
        return [satisfiedBy(root as Binding<T>, () => true)];
      },
      *getBindingsChained(token) {
        yield* inContext(bindingService.getChained(token), context) ?? [];
      },
      getClassMetadata,
      getPlan: () => undefined,
      setBinding: (binding) => {
        bindingService.set(binding);
        const kind = CacheBindingInvalidationKind.bindingAdded;
        planResultCacheService.invalidateServiceBinding({ binding: binding as Binding<unknown>, kind, operations });
      },
      setNonCachedServiceNode: () => undefined,
      setPlan: () => undefined,
      subscribeActivationAddedOnce: () => undefined,
    };
    return operations;
  }
}

function activationsOf<T>(
  { activationService }: PluginContext,
  token: ServiceIdentifier<T>,
): Iterable<BindingActivation<T>> | undefined {
  return activationService.get(token) as Iterable<BindingActivation<T>> | undefined;
}

/** Lets conditions look further up than inversify's plan goes. */
function inContext<T>(
  bindings: Iterable<Binding<T>> | undefined,
  context: Context | undefined,
): Iterable<Binding<T>> | undefined {
  if (bindings === undefined || context === undefined) return bindings;
  return Array.from(bindings, (binding) =>
    satisfiedBy(binding, (constraints) => binding.isSatisfiedBy(below(constraints, context))),
  );
}

/** What inversify says of something down to which it came from `top`, where its own knowledge ends. */
function below(constraints: BindingConstraints, top: Context): BindingConstraints {
  const above = constraints.getAncestor();
  if (above === undefined) return top;
  const { name, serviceIdentifier, tags } = constraints;
  return { name, serviceIdentifier, tags, getAncestor: () => below(above, top) };
}

/** The same binding with another condition. */
function satisfiedBy<T>(binding: Binding<T>, isSatisfiedBy: Binding<T>['isSatisfiedBy']): Binding<T> {
  return Object.create(binding, {
    isSatisfiedBy: { value: isSatisfiedBy },
    // what it has made is kept for everybody
    cache: {
      get: () => (binding as { cache?: unknown }).cache,
      set: (cache) => {
        (binding as { cache?: unknown }).cache = cache;
      },
    },
  }) as Binding<T>;
}

function settled({ serviceIdentifier: token }: Binding, value: unknown): unknown {
  if (!isThenable(value)) return value;
  void Promise.resolve(value).catch(() => undefined);
  throw new ModeError('ERR_MODE_ASYNC_CONSTRUCTION', {
    message: `What is bound to ${tokenName(token)} is made asynchronously, so it cannot be injected`,
    remedy: `Make it a resource, which is awaited before whatever needs it: container.resource(id, { start, stop }).`,
    path: [tokenName(token)],
  });
}
