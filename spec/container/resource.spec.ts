/**
 * `resource(id, { inject?, start, stop?, name? })` manages a value that is no service class: `start(...deps, signal)` makes it,
 * dependents receive it by injection, `stop(value, signal)` releases it.
 */
import { describe, expect, it } from 'vitest';
import { Service, inject, service, type BootError, type StopError } from '../../lib/index.js';
import { rejection, settle, stage, thrown } from './support.js';

const boom = new Error('boom');

describe('resource()', () => {
  it('start(...deps, signal) makes it, dependents receive it by injection, stop(value, signal) releases it', async () => {
    const calls: unknown[][] = [];
    @service()
    class Config extends Service {}
    const { container, history } = stage();
    container.bind('url').toConstantValue('postgres://');
    container.resource('pool', {
      inject: [Config, 'url'],
      start: async (...given: unknown[]) => {
        calls.push(['start', ...given]);
        await settle();
        return { open: true };
      },
      stop: async (...given: unknown[]) => {
        calls.push(['stop', ...given]);
        await settle();
      },
    });
    @service()
    class App extends Service {
      constructor(@inject('pool') readonly pool: { open: boolean }) {
        super();
      }
    }
    const app = await container.boot(App);
    expect(app.pool).toEqual({ open: true });
    await container.stop();
    expect(calls).toEqual([
      ['start', container.get(Config), 'postgres://', expect.any(AbortSignal)],
      ['stop', app.pool, expect.any(AbortSignal)],
    ]);
    expect(calls[1]?.[1]).toBe(app.pool);
    expect(history.list).toEqual([
      'Config: idle→starting',
      'Config: starting→running',
      'pool: idle→starting',
      'pool: starting→running',
      'App: idle→starting',
      'App: starting→running',
      'App: running→stopping',
      'App: stopping→stopped',
      'pool: running→stopping',
      'pool: stopping→stopped',
      'Config: running→stopping',
      'Config: stopping→stopped',
    ]);
  });

  it('may be synchronous, and have nothing to release', async () => {
    const { container } = stage();
    container.resource('pool', { start: () => 42 });
    expect(await container.boot('pool')).toBe(42);
    await container.stop();
    expect(container.state).toBe('stopped');
  });

  it.each([[undefined], [null], [0], ['']])('may be %j', async (value) => {
    const { container } = stage();
    const released: unknown[] = [];
    container.resource('nothing', { start: () => value, stop: (given) => void released.push(given) });
    expect(await container.boot('nothing')).toBe(value);
    await container.stop();
    expect(released).toEqual([value]);
  });

  it('may be a function or a class: it is not called', async () => {
    const { container } = stage();
    const value = () => {
      throw boom;
    };
    container.resource('handler', { start: () => value });
    expect(await container.boot('handler')).toBe(value);
    await container.stop();
  });

  it('is started with boot() as well', async () => {
    const { container } = stage();
    container.resource('pool', { start: () => 42 });
    await container.boot();
    expect(container.get('pool')).toBe(42);
    await container.stop();
  });

  it('is made again by each boot', async () => {
    let n = 0;
    const { container } = stage();
    container.resource('pool', { start: () => (n += 1) });
    const values = [];
    for (let boots = 0; boots < 3; boots += 1) {
      values.push(await container.boot('pool'));
      await container.stop();
    }
    expect(values).toEqual([1, 2, 3]);
  });

  it('takes a class, a string or a symbol for its id, and is called by that or by `name`', () => {
    class Pool {}
    const { container } = stage();
    container.resource(Pool, { start: () => new Pool() });
    container.resource('text', { start: () => 1 });
    container.resource(Symbol.for('symbol'), { start: () => 1 });
    container.resource('nameless', { start: () => 1, name: 'a name' });
    expect(container.plan().order.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'resource Pool',
      'resource text',
      'resource symbol',
      'resource a name',
    ]);
  });

  it('`inject` takes everything that the `inject` of a service takes', async () => {
    const { container } = stage();
    container.bind('plugin').toConstantValue(1);
    container.bind('plugin').toConstantValue(2);
    container.bind('log').toConstantValue('to file').whenNamed('file');
    container.resource('all', {
      inject: [
        { serviceIdentifier: 'plugin', isMultiple: true },
        { serviceIdentifier: 'log', name: 'file' },
        { serviceIdentifier: 'nothing', optional: true },
      ],
      start: (...given: unknown[]) => given.slice(0, -1),
    });
    expect(await container.boot('all')).toEqual([[1, 2], 'to file', undefined]);
    await container.stop();
  });

  it('a plain injectable may need it', async () => {
    class Users {
      constructor(@inject('pool') readonly pool: unknown) {}
    }
    const { container } = stage();
    container.resource('pool', { start: () => 'a pool' });
    container.bind(Users).toSelf();
    class App {
      constructor(readonly users: Users) {}
      onStart() {}
    }
    service({ inject: [Users] })(App);
    expect((await container.boot(App)).users.pool).toBe('a pool');
    await container.stop();
  });
});

describe('a resource that cannot be made', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('(%s) makes the boot fail like a service; nothing is released', async (_, start) => {
    const released: unknown[] = [];
    const { container } = stage();
    container.resource('pool', { start, stop: (value) => void released.push(value) });
    class App {
      onStart() {}
    }
    service({ dependsOn: ['pool'] })(App);
    const error = await rejection<BootError>(container.boot(App));
    expect([error.service, error.path, error.cause]).toEqual(['pool', ['App', 'pool'], boom]);
    expect(released).toEqual([]);
    expect(container.state).toBe('failed');
  });

  it('in time: its signal aborts', async () => {
    const { container, clock } = stage();
    let signal!: AbortSignal;
    container.resource('pool', {
      startTimeout: '2s',
      start: (given: AbortSignal) => {
        signal = given;
        return new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason)));
      },
    });
    const booting = rejection<BootError>(container.boot('pool'));
    await clock.advance('2s');
    expect((await booting).cause).toMatchObject({
      code: 'ERR_MODE_START_TIMEOUT',
      message: expect.stringContaining('pool did not start within 2s'),
    });
    expect(signal.aborted).toBe(true);
  });

  it('in time, but is there later: it is released', async () => {
    const { container, clock } = stage();
    const released: unknown[] = [];
    let arrive!: (value: unknown) => void;
    container.resource('pool', {
      startTimeout: '2s',
      start: () => new Promise((resolve) => (arrive = resolve)),
      stop: (value) => void released.push(value),
    });
    const booting = rejection(container.boot('pool'));
    await clock.advance('5s');
    await booting;
    arrive('a late pool');
    await settle();
    expect(released).toEqual(['a late pool']);
  });
});

describe('a resource that cannot be released', () => {
  it('is named in the StopError; the rest is stopped', async () => {
    const { container, history } = stage();
    @service()
    class Config extends Service {}
    container.resource('pool', { inject: [Config], start: () => 1, stop: () => Promise.reject(boom) });
    await container.boot('pool');
    const error = await rejection<StopError>(container.stop());
    expect(error.errors).toEqual([{ service: 'pool', error: boom }]);
    expect(history.list.at(-1)).toBe('Config: stopping→stopped');
  });

  it('in time is abandoned, and its signal aborts', async () => {
    const { container, clock } = stage();
    let signal!: AbortSignal;
    container.resource('pool', {
      start: () => 1,
      stop: (_, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
      stopTimeout: '2s',
    });
    await container.boot('pool');
    const stopping = rejection<StopError>(container.stop());
    await clock.advance('2s');
    expect((await stopping).abandoned).toEqual([{ service: 'pool', waitingOn: ['stop'] }]);
    expect(signal.aborted).toBe(true);
  });
});

describe('get() of a resource', () => {
  it('that is not running is refused', async () => {
    const { container } = stage();
    container.resource('pool', { start: () => 1 });
    const refused = {
      code: 'ERR_MODE_NOT_RUNNING',
      message:
        'The resource pool is not running, so it has no value\n  → Boot what needs it first; it is there from its start to its stop.',
      path: ['pool'],
    };
    expect(thrown(() => container.get('pool'))).toMatchObject(refused);
    await container.boot('pool');
    expect(container.get('pool')).toBe(1);
    await container.stop();
    expect(thrown(() => container.get('pool'))).toMatchObject(refused);
  });

  it('by a service that needs it, before the boot, is refused as well', () => {
    const { container } = stage();
    container.resource('pool', { start: () => 1 });
    class App {
      constructor(readonly pool: unknown) {}
      onStart() {}
    }
    service({ inject: ['pool'] })(App);
    expect(thrown(() => container.get(App))).toMatchObject({ code: 'ERR_MODE_NOT_RUNNING', path: ['pool'] });
  });

  it('in getAll() and getAsync()', async () => {
    const { container } = stage();
    container.resource('pool', { start: () => 1 });
    await container.boot();
    expect([container.getAll('pool'), await container.getAsync('pool'), await container.getAllAsync('pool')]).toEqual([
      [1],
      1,
      [1],
    ]);
    await container.stop();
    expect(await rejection(container.getAsync('pool'))).toMatchObject({ code: 'ERR_MODE_NOT_RUNNING' });
  });
});
