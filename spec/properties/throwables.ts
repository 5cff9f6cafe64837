import fc from 'fast-check';
import { inspect } from 'node:util';

function throwing(): never {
  throw new Error('nobody may look');
}

function withGetter(key: PropertyKey): Error {
  return Object.defineProperty(new Error('x'), key, { get: throwing, enumerable: true });
}

function circular<T extends Error>(error: T, key: 'cause' | 'errors'): T {
  return Object.assign(error, { [key]: key === 'cause' ? error : [error] });
}

function withCallSites(): Error {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    const error = new Error('x');
    void error.stack;
    return error;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function deepCauses(): Error {
  let error = new Error('innermost');
  for (let depth = 0; depth < 20_000; depth += 1) error = new Error('outer', { cause: error });
  return error;
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const everyTrap = new Proxy({}, { get: () => throwing });

/** What can be thrown, each of which something cannot read. */
export const throwables: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('x'),
  'a function': () => throwing,
  'an empty text': () => '',
  'a frozen object': () => Object.freeze({ why: 'x' }),
  'an object without a prototype': () => Object.create(null) as unknown,
  'a frozen error': () => Object.freeze(new Error('x')),
  'an error whose message throws': () => withGetter('message'),
  'an error whose stack throws': () => withGetter('stack'),
  'an error whose name throws': () => withGetter('name'),
  'an error whose cause throws': () => withGetter('cause'),
  'an error whose code throws': () => withGetter('code'),
  'an error whose errors throw': () => withGetter('errors'),
  'an error whose toString throws': () => Object.assign(new Error('x'), { toString: throwing }),
  'an error that is no primitive': () => Object.assign(new Error('x'), { [Symbol.toPrimitive]: throwing }),
  'an error that cannot be inspected': () => Object.assign(new Error('x'), { [inspect.custom]: throwing }),
  'an error whose own keys throw': () => new Proxy(new Error('x'), { ownKeys: throwing }),
  'an error whose stack is null': () => Object.assign(new Error('x'), { stack: null }),
  'an error whose stack is a number': () => Object.assign(new Error('x'), { stack: 7 }),
  'an error whose stack is a list': withCallSites,
  'an error whose message is a symbol': () => Object.assign(new Error('x'), { message: Symbol('x') }),
  'an error whose name is an object': () => Object.assign(new Error('x'), { name: Object.create(null) as unknown }),
  'an error whose code is __proto__': () => Object.assign(new Error('x'), { code: '__proto__' }),
  'an error with a property __proto__': () => Object.assign(new Error('x'), JSON.parse('{"a":{"__proto__":{"b":1}}}')),
  'an error that is its own cause': () => circular(new Error('x'), 'cause'),
  'an AggregateError of itself': () => circular(new AggregateError([], 'x'), 'errors'),
  'an AggregateError of no list': () => Object.assign(new AggregateError([], 'x'), { errors: 7 }),
  'an error with 20,000 causes': deepCauses,
  'an error of 10 MB': () => new Error('x'.repeat(10_000_000)),
  'an error that quotes a stack of 1 MB': () => new Error(`500\n    at ${'a.b'.repeat(333_000)}`),
  'an error of spaces': () => new Error(`\n${' '.repeat(1_000_000)}`),
  'a proxy that was revoked': revoked,
  'a proxy whose traps throw': () => new Proxy({}, everyTrap),
  'an error behind a proxy whose traps throw': () => new Proxy(new Error('x'), everyTrap),
};

/** One of them by its name, alone or as what another error holds. */
export const anyThrowable: fc.Arbitrary<{ name: string; make: () => unknown }> = fc
  .record({
    name: fc.constantFrom(...Object.keys(throwables)),
    within: fc.constantFrom('', 'cause', 'AggregateError', 'property'),
  })
  .map(({ name, within }) => ({
    name: within === '' ? name : `${name} as the ${within} of an error`,
    make: () => wrap(throwables[name]?.(), within),
  }));

function wrap(value: unknown, within: string): unknown {
  switch (within) {
    case 'cause':
      return new Error('outer', { cause: value });
    case 'AggregateError':
      return new AggregateError([value, value], 'several');
    case 'property':
      return Object.assign(new Error('outer'), { detail: value });
    default:
      return value;
  }
}
