import { describe, expect, it } from 'vitest';
import { Container, ModeError, Service, service } from '../../lib/index.js';
import { boom, settle, statusOf } from '../lifecycle/support.js';

type Then = (resolve: (value?: unknown) => void, reject: (error: unknown) => void) => unknown;

/** What only looks like promises, and what becomes of waiting for them. */
const odd: readonly [string, () => unknown, 'works' | 'fails'][] = [
  [
    'throws when it is waited for',
    () =>
      thenable(() => {
        throw boom;
      }),
    'fails',
  ],
  [
    'throws when it is looked at',
    () =>
      Object.defineProperty({}, 'then', {
        get: () => {
          throw boom;
        },
      }),
    'fails',
  ],
  ['settles with a promise that rejects', () => thenable((resolve) => resolve(Promise.reject(boom))), 'fails'],
  [
    'calls back twice',
    () =>
      thenable((resolve) => {
        resolve();
        resolve();
      }),
    'works',
  ],
  [
    'calls back twice, at different times',
    () =>
      thenable((resolve) => {
        setImmediate(resolve);
        setImmediate(setImmediate, resolve);
      }),
    'works',
  ],
  [
    'succeeds, and then fails',
    () =>
      thenable((resolve, reject) => {
        resolve();
        reject(boom);
      }),
    'works',
  ],
];

function thenable(then: Then): unknown {
  return { then };
}

/** A class whose hook returns something. */
function withHook(hook: 'onStart' | 'onStop', value: () => unknown): new () => Service {
  class A extends Service {}
  Object.defineProperty(A.prototype, hook, { value });
  service({ startTimeout: '1s', stopTimeout: '1s' })(A);
  return A;
}

// The first two left the service in its step for ever, or threw out of stop(); the others took steps twice.
/** What a promise rejects with, if it does. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const codeAndCause = (error: unknown): unknown[] => (ModeError.is(error) ? [error.code, error.cause] : []);

describe.each(odd)('a hook that returns what %s', (_, value, outcome) => {
  it(`${outcome} as onStart`, async () => {
    const a = new (withHook('onStart', value))();
    expect(await errorOf(a.start())).toBe(outcome === 'fails' ? boom : undefined);
    expect(a.state).toBe(outcome === 'fails' ? 'crashed' : 'running');
    await a.stop();
    await settle();
    await expect(Promise.resolve(a.state)).resolves.toMatch(/stopped|crashed/);
  });

  it(`${outcome} as onStop`, async () => {
    const a = new (withHook('onStop', value))();
    await a.start();
    expect(await errorOf(a.stop())).toBe(outcome === 'fails' ? boom : undefined);
    expect(a.state).toBe(outcome === 'fails' ? 'crashed' : 'stopped');
  });

  it(`${outcome} in a container`, async () => {
    const container = new Container();
    const booted = container.boot(withHook('onStart', value));
    expect(codeAndCause(await errorOf(booted))).toEqual(outcome === 'fails' ? ['ERR_MODE_BOOT', boom] : []);
    await container.stop();
    const other = new Container();
    await other.boot(withHook('onStop', value));
    const stopped = other.stop();
    expect(codeAndCause(await errorOf(stopped))).toEqual(outcome === 'fails' ? ['ERR_MODE_STOP', boom] : []);
    expect([container.state, other.state]).toEqual(outcome === 'fails' ? ['failed', 'failed'] : ['stopped', 'stopped']);
  });
});

// The boot was over before the value was there.
it('a resource whose start returns a bare thenable is awaited', async () => {
  const container = new Container();
  let resolve!: (value: number) => void;
  container.resource('answer', {
    start: () => thenable((onResolve) => void (resolve = onResolve)) as PromiseLike<number>,
  });
  const booted = container.boot('answer');
  expect(await statusOf(booted)).toBe('pending');
  resolve(42);
  expect(await booted).toBe(42);
  await container.stop();
});
