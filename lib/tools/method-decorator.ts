/** A method of whatever class, with whatever arguments. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown[]` would refuse every method with parameters
export type AnyMethod = (this: any, ...args: any[]) => any;

/**
 * A decorator that replaces a method by what `wrap` makes of it, for TypeScript's legacy decorators and for standard ones
 * alike: the former pass (target, key, descriptor) and the latter (method, context).
 */
export function decorateMethod(wrap: (method: AnyMethod) => AnyMethod) {
  return (
    target: object,
    context: string | symbol | ClassMethodDecoratorContext,
    descriptor?: PropertyDescriptor,
  ): unknown => {
    if (typeof context === 'object') return named(wrap(target as AnyMethod), target as AnyMethod);
    const method: unknown = descriptor?.value;
    if (typeof method !== 'function') {
      throw new TypeError(`${String(context)} is no method, and only methods can be decorated so`);
    }
    return { ...descriptor, value: named(wrap(method as AnyMethod), method as AnyMethod) };
  };
}

/** Stack traces and graphs show the wrapper under the name of what it wraps. */
function named(wrapper: AnyMethod, { name, length }: AnyMethod): AnyMethod {
  return Object.defineProperties(wrapper, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}
