/** `get(id)` of a service that was not booted gives the instance without starting it, and a later boot starts that same instance. */
import { describe, expect, it } from 'vitest';
import { Container, Service, service, type PlanError } from '../../lib/index.js';
import { stage, thrown, troupe } from './support.js';

@service()
class Redis extends Service {}

@service()
class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

describe('get() before the boot', () => {
  it('gives the instance without starting it', () => {
    const { container, history } = stage();
    const cache = container.get(Cache);
    expect(cache).toBeInstanceOf(Cache);
    expect([cache.state, cache.redis.state, container.state]).toEqual(['idle', 'idle', 'idle']);
    expect(history.list).toEqual([]);
  });

  it('gives the same one each time', async () => {
    const { container } = stage();
    const cache = container.get(Cache);
    expect(container.get(Cache)).toBe(cache);
    expect(container.get(Redis)).toBe(cache.redis);
    expect(await container.getAsync(Cache)).toBe(cache);
    expect(container.getAll(Cache)).toEqual([cache]);
    expect(await container.getAllAsync(Cache)).toEqual([cache]);
  });

  it('and a later boot starts that same instance', async () => {
    const { container, history } = stage();
    const cache = container.get(Cache);
    expect(await container.boot(Cache)).toBe(cache);
    expect(cache.redis.state).toBe('running');
    expect(history.list).toEqual([
      'Redis: idle→starting',
      'Redis: starting→running',
      'Cache: idle→starting',
      'Cache: starting→running',
    ]);
    await container.stop();
    expect(container.get(Cache)).toBe(cache);
  });

  it('makes what is injected, and not what only has to run before', () => {
    const made: string[] = [];
    class Migrations {
      constructor() {
        made.push('Migrations');
      }
      onStart() {}
    }
    service()(Migrations);
    class App {
      constructor() {
        made.push('App');
      }
    }
    service({ dependsOn: [Migrations, 'pool'] })(App);
    const { container } = stage();
    container.resource('pool', { start: () => 1 });
    container.get(App);
    expect(made).toEqual(['App']);
  });

  it('of an unsound graph says what is wrong', () => {
    const { player } = troupe();
    const error = thrown<PlanError>(() => stage().container.get(player('App', { needs: ['url'] })));
    expect(error).toMatchObject({ code: 'ERR_MODE_PLAN', problems: [{ kind: 'missing', path: ['App', 'url'] }] });
  });

  it('of a constructor that throws throws the same', () => {
    const boom = new Error('boom');
    class Bad {
      constructor() {
        throw boom;
      }
    }
    service()(Bad);
    expect(thrown(() => stage().container.get(Bad))).toBe(boom);
  });
});

describe('get() while the container runs', () => {
  it('of a service that was not booted gives it without starting it', async () => {
    const { container } = stage();
    await container.boot(Redis);
    const cache = container.get(Cache);
    expect([cache.state, cache.redis.state]).toEqual(['idle', 'running']);
    await cache.start();
    expect(cache.state).toBe('running');
    await container.stop();
    expect(cache.state).toBe('stopped');
  });
});

describe('get() as inversify documents it', () => {
  it('{ optional: true } of nothing is undefined', async () => {
    const { container } = stage();
    expect(container.get('nothing', { optional: true })).toBeUndefined();
    expect(await container.getAsync('nothing', { optional: true })).toBeUndefined();
  });

  it('of nothing is an error', () => {
    expect(() => stage().container.get('nothing')).toThrow(/nothing/);
  });

  it('getAsync() of an asynchronous value', async () => {
    const { container } = stage();
    container.bind('later').toDynamicValue(() => Promise.resolve(42));
    expect(await container.getAsync('later')).toBe(42);
  });

  it('isBound() and isCurrentBound() tell what somebody bound, and only that', () => {
    const parent = new Container();
    parent.bind('above').toConstantValue(1);
    const container = new Container({ parent });
    container.bind('here').toConstantValue(1);
    const ask = () => ['here', 'above', Redis].map((id) => [container.isBound(id), container.isCurrentBound(id)]);
    const told = [
      [true, true],
      [true, false],
      [false, false],
    ];
    expect(ask()).toEqual(told);
    container.bind('redis').toDynamicValue((context) => context.get(Redis));
    container.get('redis');
    expect(ask()).toEqual(told);
  });
});

describe('a very long chain', () => {
  it('is no problem', () => {
    const { player } = troupe();
    let top = player('S0');
    for (let n = 1; n < 10_000; n += 1) top = player(`S${String(n)}`, { needs: [top] });
    expect(stage().container.get(top).needs).toHaveLength(1);
  });
});
