/** `get(id)` of a service that was not booted gives the instance without starting it, and a later boot starts that same instance. */
import { InversifyCoreError, InversifyCoreErrorKind } from '@inversifyjs/core';
import { Container as InversifyContainer } from 'inversify';
import { describe, expect, it } from 'vitest';
import { Container, Service, inject, injectable, service, type PlanError } from '../../lib/index.js';
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

describe('get() answers as inversify does', () => {
  /** What both kinds of containers do with the same program. */
  const both = (ask: (container: InversifyContainer) => unknown) => {
    const answers = [new InversifyContainer(), new Container()].map((container) => {
      try {
        return ask(container);
      } catch (error) {
        return InversifyCoreError.is(error) ? `an error of kind ${String(error.kind)}` : error;
      }
    });
    expect(answers[1]).toEqual(answers[0]);
    return answers[1];
  };

  @injectable()
  class Needy {
    constructor(@inject('nothing') readonly nothing: unknown) {}
  }

  @injectable()
  class Circle {
    constructor(@inject('circle') readonly circle: unknown) {}
  }

  it.each<[string, (container: InversifyContainer) => unknown]>([
    ['nothing', (container) => container.get('nothing')],
    ['what needs nothing', (container) => (container.bind('needy').to(Needy), container.get('needy'))],
    ['a circle', (container) => (container.bind('circle').to(Circle), container.get('circle'))],
    [
      'two bindings',
      (container) => {
        container.bind('two').toConstantValue(1);
        container.bind('two').toConstantValue(2);
        return container.get('two');
      },
    ],
  ])('with an error of the same class and kind: %s', (_, ask) => {
    expect(both(ask)).toBe(`an error of kind ${String(InversifyCoreErrorKind.planning)}`);
  });

  it('also where a service cannot be made, with all that is wrong', () => {
    const { player } = troupe();
    const error = thrown<PlanError>(() => new Container().get(player('App', { needs: ['url', 'name'] })));
    expect(InversifyCoreError.isErrorOfKind(error, InversifyCoreErrorKind.planning)).toBe(true);
    expect(error.problems).toHaveLength(2);
    expect(error.message).toMatch(/\n {2}→ Nothing was made. Correct this first.$/);
  });

  it('a child’s own bindings hide those of its parent, also where none of them fits', () => {
    for (const Kind of [InversifyContainer, Container]) {
      const parent = new Kind();
      const child = new Kind({ parent });
      parent.bind('store').toConstantValue('parent');
      child.bind('store').toConstantValue('child').whenNamed('backup');
      const ask = (options?: { name: string }) => [child.isBound('store', options), parent.isBound('store', options)];
      expect([ask(), ask({ name: 'backup' })]).toEqual([
        [false, true],
        [true, true],
      ]);
    }
  });

  it('`autobind` of a child holds for what its bindings need', () => {
    @injectable()
    class Helper {}
    @injectable()
    class User {
      constructor(@inject(Helper) readonly helper: unknown) {}
    }
    for (const Kind of [InversifyContainer, Container]) {
      const child = new Kind({ parent: new Kind(), autobind: true });
      child.bind('user').to(User);
      expect(child.get<User>('user').helper).toBeInstanceOf(Helper);
    }
  });

  it('a class that is bound after somebody has asked for all is managed like any other', () => {
    const container = new Container();
    const all = () => container.getAll('stores', { optional: true });
    expect(all()).toEqual([]);
    container.bind('stores').to(Redis);
    expect(all()).toEqual([container.get(Redis)]);
  });
});

describe('what was planned once', () => {
  it('is not planned again with each call, until bindings change', async () => {
    const container = new Container();
    let asked = 0;
    container
      .bind('value')
      .toConstantValue(1)
      .when(() => (asked += 1) > 0);
    container.bind('some').toResolvedValue((value) => value, ['value']);
    const calls: (() => unknown)[] = [
      () => container.get('some'),
      () => container.get('some', { optional: true }),
      () => container.getAll('some'),
      () => container.getAsync('some'),
      () => container.getAllAsync('some'),
    ];
    for (const call of calls) await call();
    const before = asked;
    for (const call of [...calls, ...calls, ...calls]) await call();
    expect(asked).toBe(before);
    container.bind('other').toConstantValue(2);
    container.rebind('value').toConstantValue(3);
    expect(await Promise.all(calls.map((call) => call()))).toEqual([3, 3, [3], 3, [3]]);
  });

  it.each(['unbound', 'bound'])('a service that is %s is looked at once', (how) => {
    const container = new Container();
    let asked = 0;
    container
      .bind('value')
      .toConstantValue(1)
      .when(() => (asked += 1) > 0);
    class App {
      constructor(readonly value: unknown) {}
    }
    service({ inject: ['value'] })(App);
    if (how === 'bound') container.bind(App).toSelf();
    const app = container.get(App);
    const before = asked;
    for (let index = 0; index < 10; index += 1) expect(container.get(App)).toBe(app);
    expect(asked).toBe(before);
    container.rebind('value').toConstantValue(2);
    expect(container.get(App).value).toBe(2);
  });
});

describe('a value that was got, and holds that of a resource', () => {
  @injectable()
  class Plain {
    constructor(@inject('pool') readonly pool: { open: boolean }) {}
  }
  @injectable()
  class Outer {
    constructor(@inject(Plain) readonly plain: Plain) {}
  }
  @service()
  class Repository {
    constructor(@inject('pool') readonly pool: { open: boolean }) {}
  }
  @service()
  class Report {
    constructor(@inject(Outer) readonly outer: Outer) {}
  }

  function program() {
    const container = new Container();
    container.resource('pool', { start: () => ({ open: true }), stop: (pool) => void (pool.open = false) });
    container.bind(Plain).toSelf().inSingletonScope();
    container.bind(Outer).toSelf().inSingletonScope();
    container.bind('repository').to(Repository);
    const child = new Container({ parent: container });
    child.bind('plain').to(Plain).inSingletonScope();
    const ask = () => [
      container.get(Plain).pool,
      container.get(Outer).plain.pool,
      container.get(Repository).pool,
      container.get<Repository>('repository').pool,
      container.get(Report).outer.plain.pool,
      child.get<Plain>('plain').pool,
    ];
    return { container, child, ask };
  }

  it('is made anew when the resource was', async () => {
    const { container, ask } = program();
    await container.boot('pool');
    const first = ask();
    await container.restart('pool');
    const second = ask();
    expect(first).toEqual(Array.from(first, () => ({ open: false })));
    expect(second).toEqual(Array.from(second, () => ({ open: true })));
    await container.stop();
  });

  it('and stays as it is otherwise: other bindings, other resources, a stop', async () => {
    const { container, child } = program();
    container.resource('other', { start: () => 1 });
    await container.boot(['pool', 'other']);
    const ask = () => [
      container.get(Plain),
      container.get(Outer),
      container.get(Repository),
      container.get(Report),
      child.get('plain'),
    ];
    const first = ask();
    const isSame = () => ask().map((one, index) => one === first[index]);
    const all = first.map(() => true);
    expect(isSame()).toEqual(all);
    await container.restart('other');
    expect(isSame()).toEqual(all);
    container.bind('unrelated').toConstantValue(1);
    expect(isSame()).toEqual(all);
    await container.stop();
    expect(isSame()).toEqual(all);
  });

  it('also where a boot comes before the next get', async () => {
    const { container } = program();
    await container.boot('pool');
    container.get(Plain);
    await container.restart('pool');
    const report = await container.boot(Report);
    expect(report.outer.plain.pool).toEqual({ open: true });
    expect(container.get(Outer)).toBe(report.outer);
    await container.stop();
  });

  it('also behind what asks for it itself', async () => {
    const { container } = program();
    container.bind('lazy').toDynamicValue((context) => context.get(Outer));
    await container.boot('pool');
    container.get('lazy');
    await container.restart('pool');
    expect(container.get<Outer>('lazy').plain.pool).toEqual({ open: true });
    await container.stop();
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

describe('a service that somebody else made', () => {
  class Broker extends Service {
    connected = false;
    override onStart() {
      this.connected = true;
    }
  }
  class App {
    constructor(readonly broker: Broker) {}
  }
  service({ inject: ['broker'] })(App);

  it('as a constant is refused by the plan', async () => {
    const { container } = stage();
    container.bind('broker').toConstantValue(new Broker());
    await expect(container.boot(App)).rejects.toMatchObject({ problems: [{ path: ['App', 'broker'] }] });
    expect(container.state).toBe('idle');
  });

  it.each<[string, (container: Container) => unknown]>([
    ['a dynamic value', (container) => container.bind('broker').toDynamicValue(() => new Broker())],
    [
      'a resolved value',
      (container) =>
        container
          .bind('broker')
          .toResolvedValue(() => new Broker())
          .inSingletonScope(),
    ],
  ])('that comes out of %s is refused by the boot', async (_, bind) => {
    const { container } = stage();
    bind(container);
    await expect(container.boot(App)).rejects.toMatchObject({
      code: 'ERR_MODE_BOOT',
      cause: { code: 'ERR_MODE_NOT_RUNNING' },
    });
  });

  it.each(['before', 'after'])('and is adopted %s it is bound runs before who is injected it', async (when) => {
    const { container, history } = stage();
    const broker = new Broker();
    if (when === 'before') container.adopt(broker);
    container.bind('broker').toConstantValue(broker);
    if (when === 'after') container.adopt(broker);
    const app = await container.boot(App);
    expect([app.broker, app.broker.connected]).toEqual([broker, true]);
    await container.stop();
    expect(history.list.filter((line) => line.startsWith('Broker'))).toHaveLength(4);
    expect(broker.state).toBe('stopped');
  });
});
