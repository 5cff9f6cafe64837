import { decorateMethod, type AnyMethod } from './method-decorator.js';

/** A function that takes nothing and answers later. */
type Call<This, T> = (this: This) => Promise<T>;

/** What `stampede` can be put on. */
export interface Stampede {
  /** As a standard decorator of a method. */
  <This, F extends Call<This, unknown>>(method: F, context: ClassMethodDecoratorContext<This, F>): F;
  /** As a legacy decorator of a method. */
  <F extends () => Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** As a wrapper of a function. */
  <This, T>(call: Call<This, T>): Call<This, T>;
}

/**
 * Callers that come while a call is under way share it, its error included; who comes after it has settled starts a new
 * one (mode's `stampede`). On a method, each instance has its own.
 *
 * ```ts
 * class Client {
 *   @stampede async connect() { ... }
 * }
 * const refresh = stampede(async () => { ... });
 * ```
 *
 * Only for calls without arguments: callers with different arguments have nothing to share.
 */
export const stampede = ((
  method: AnyMethod | object,
  context?: string | symbol | ClassMethodDecoratorContext,
  descriptor?: PropertyDescriptor,
) => (context === undefined ? shared(method as AnyMethod) : decorate(method, context, descriptor))) as Stampede;

const decorate = decorateMethod(shared);

function shared<This, T>(call: Call<This, T>): Call<This, T> {
  const underWay = new WeakMap<object, Promise<T>>();
  // Stands for the missing `this` of a plain function. Each wrapper has its own.
  const nobody = {};
  return function (this: This): Promise<T> {
    const owner = (typeof this === 'object' || typeof this === 'function') && this !== null ? this : nobody;
    const running = underWay.get(owner);
    if (running !== undefined) return running;
    const started = new Promise<T>((resolve) => {
      resolve(call.call(this));
    });
    underWay.set(owner, started);
    // Attached before any caller can attach anything, so that a caller which goes on and calls again starts a new one.
    const settled = (): void => {
      underWay.delete(owner);
    };
    void started.then(settled, settled);
    return started;
  };
}
