/** Everything that inversify documents keeps working: each kind of binding is part of the graph. */
import { Container as InversifyContainer } from 'inversify';
import { describe, expect, it } from 'vitest';
import {
  Container,
  ContainerModule,
  Service,
  inject,
  injectable,
  multiInject,
  optional,
  postConstruct,
  preDestroy,
  service,
  type ServiceIdentifier,
} from '../../lib/index.js';
import { rejection, stage } from '../container/support.js';

@service()
class Redis extends Service {}

@service()
class Memory extends Service {}

/** A service that takes what is bound to a token. */
function user(...needs: ServiceIdentifier[]) {
  class App {
    readonly given: readonly unknown[];
    constructor(...given: unknown[]) {
      this.given = given;
    }
    onStart() {}
  }
  service({ inject: needs })(App);
  return App;
}

const planOf = (container: Container, root: ServiceIdentifier) =>
  container.plan(root).order.map(({ name, kind }) => `${kind} ${name}`);

it('a container is one of inversify', () => {
  expect(new Container()).toBeInstanceOf(InversifyContainer);
});

describe('a service', () => {
  it('that is not bound is bound by itself', async () => {
    const { container } = stage();
    const app = await container.boot(user(Redis));
    expect(app.given[0]).toBeInstanceOf(Redis);
  });

  it('that extends Service needs no decorator where it is bound', async () => {
    class Bare extends Service {}
    const { container, history } = stage();
    container.bind(Bare).toSelf();
    await container.boot(Bare);
    expect(history.list).toEqual(['Bare: idle→starting', 'Bare: starting→running']);
    await container.stop();
  });

  it('that extends Service without a decorator is missing where it is not', async () => {
    class Bare extends Service {}
    await expect(stage().container.boot(Bare)).rejects.toThrow(
      'Decorate Bare with @service(), or bind what stands for it: container.bind(Bare).to(...).',
    );
  });

  describe('is one managed instance, whatever it is asked for by', () => {
    it.each<[string, (container: Container) => void]>([
      ['nothing bound', () => undefined],
      ['bind(Class).toSelf()', (container) => void container.bind(Redis).toSelf()],
      [
        'bind(Class).toSelf().inTransientScope()',
        (container) => void container.bind(Redis).toSelf().inTransientScope(),
      ],
      ['bind(Class).toSelf().inRequestScope()', (container) => void container.bind(Redis).toSelf().inRequestScope()],
      ['bind(Class).to(Class)', (container) => void container.bind(Redis).to(Redis)],
    ])('with %s', async (_, bind) => {
      const { container, history } = stage();
      bind(container);
      container.bind('one').to(Redis);
      container.bind('two').to(Redis).inTransientScope();
      container.bind('three').toService(Redis);
      container.bind('four').toService('one');
      const app = await container.boot(user(Redis, 'one', 'two', 'three', 'four'));
      expect(new Set(app.given).size).toBe(1);
      expect(app.given[0]).toBeInstanceOf(Redis);
      for (const token of [Redis, 'one', 'two', 'three', 'four']) {
        expect(container.get(token)).toBe(app.given[0]);
        expect(await container.getAsync(token)).toBe(app.given[0]);
        expect(container.getAll(token)).toEqual([app.given[0]]);
      }
      expect(history.list.filter((line) => line === 'Redis: starting→running')).toHaveLength(1);
      await container.stop();
    });

    it('before it was booted as well', async () => {
      const { container } = stage();
      container.bind('store').to(Redis);
      const early = container.get('store');
      expect(container.get(Redis)).toBe(early);
      expect(await container.boot(Redis)).toBe(early);
      await container.stop();
    });

    it('in a container whose default scope is another', async () => {
      for (const defaultScope of ['Transient', 'Request', 'Singleton'] as const) {
        const container = new Container({ defaultScope });
        container.bind('store').to(Redis);
        const app = await container.boot(user('store', Redis));
        expect(app.given[0]).toBe(app.given[1]);
      }
    });
  });
});

describe('toConstantValue()', () => {
  it('is a value of the graph', async () => {
    const { container } = stage();
    container.bind('url').toConstantValue('redis://');
    const App = user('url');
    expect(planOf(container, App)).toEqual(['value url', 'service App']);
    expect((await container.boot(App)).given).toEqual(['redis://']);
  });

  it.each([undefined, null, 0, '', false])('also of %j', async (value) => {
    const { container } = stage();
    container.bind('value').toConstantValue(value);
    expect((await container.boot(user('value'))).given).toEqual([value]);
    expect(await container.boot('value')).toBe(value);
  });

  it('in the place of a service class: a double for a test', async () => {
    const { container, history } = stage();
    const double = { fake: true };
    container.bind(Redis).toConstantValue(double as never);
    const App = user(Redis);
    expect(planOf(container, App)).toEqual(['value Redis', 'service App']);
    expect((await container.boot(App)).given).toEqual([double]);
    expect(history.list).toEqual(['App: idle→starting', 'App: starting→running']);
  });
});

describe('toDynamicValue()', () => {
  it('is a value of the graph, made for each that needs it', async () => {
    let made = 0;
    const { container } = stage();
    container.bind('now').toDynamicValue(() => (made += 1));
    const One = user('now');
    const Two = user('now', One);
    expect(planOf(container, Two)).toEqual(['value now', 'service App', 'service App']);
    const two = await container.boot(Two);
    expect(new Set([two.given[0], (two.given[1] as { given: unknown[] }).given[0]])).toEqual(new Set([1, 2]));
  });

  it('is made once where it is a singleton', async () => {
    let made = 0;
    const { container } = stage();
    container
      .bind('now')
      .toDynamicValue(() => (made += 1))
      .inSingletonScope();
    await container.boot(user('now', user('now')) as never);
    expect(made).toBe(1);
  });

  it('may ask for services that run', async () => {
    const { container } = stage();
    container.bind('client').toDynamicValue((context) => ({ redis: context.get(Redis) }));
    const app = await container.boot(user(Redis, 'client'));
    expect((app.given[1] as { redis: unknown }).redis).toBe(app.given[0]);
  });

  it('that is asynchronous is refused: what takes time is a resource', async () => {
    const { container } = stage();
    container.bind('later').toDynamicValue(() => Promise.resolve(42));
    expect(await rejection(container.boot(user('later')))).toMatchObject({
      code: 'ERR_MODE_BOOT',
      service: 'App',
      cause: {
        code: 'ERR_MODE_ASYNC_CONSTRUCTION',
        message:
          'What is bound to later is made asynchronously, so it cannot be injected\n' +
          '  → Make it a resource, which is awaited before whatever needs it: container.resource(id, { start, stop }).',
      },
    });
  });

  it('that throws makes the boot fail with its own error', async () => {
    const boom = new Error('boom');
    const { container } = stage();
    container.bind('now').toDynamicValue(() => {
      throw boom;
    });
    const error = await rejection<Error>(container.boot(user('now')));
    expect(error).toMatchObject({ code: 'ERR_MODE_BOOT', service: 'App', path: ['App'] });
    expect([error.cause, (error.cause as Error).cause]).toContain(boom);
  });
});

describe('toFactory()', () => {
  it('is a value of the graph', async () => {
    const { container } = stage();
    container.bind<(name: string) => string>('open').toFactory(() => (name) => `opened ${name}`);
    const App = user('open');
    expect(planOf(container, App)).toEqual(['value open', 'service App']);
    const [open] = (await container.boot(App)).given as [(name: string) => string];
    expect(open('file')).toBe('opened file');
  });

  it('may ask for services that run', async () => {
    const { container } = stage();
    container.bind<() => Redis>('open').toFactory((context) => () => context.get(Redis));
    const app = await container.boot(user('open', Redis));
    expect((app.given[0] as () => unknown)()).toBe(app.given[1]);
  });
});

describe('toResolvedValue()', () => {
  it('is a value of the graph, after what it is made from', async () => {
    const { container } = stage();
    container.bind('url').toConstantValue('redis://');
    container
      .bind('client')
      .toResolvedValue((redis: Redis, url: string) => ({ state: redis.state, url }), [Redis, 'url']);
    const App = user('client');
    expect(planOf(container, App)).toEqual(['service Redis', 'value url', 'value client', 'service App']);
    expect((await container.boot(App)).given).toEqual([{ state: 'running', url: 'redis://' }]);
    await container.stop();
  });

  it('with qualified dependencies', async () => {
    const { container } = stage();
    container.bind('log').toConstantValue('to file').whenNamed('file');
    container.bind('plugin').toConstantValue(1);
    container.bind('plugin').toConstantValue(2);
    container.bind('all').toResolvedValue((...all: unknown[]) => all, [
      { serviceIdentifier: 'log', name: 'file' },
      { serviceIdentifier: 'plugin', isMultiple: true },
      { serviceIdentifier: 'nothing', optional: true },
    ] as never);
    expect((await container.boot(user('all'))).given).toEqual([['to file', [1, 2], undefined]]);
  });
});

describe('toService()', () => {
  it('is the node that it redirects to', async () => {
    const { container } = stage();
    container.bind('store').toService(Redis);
    container.bind('cache').toService('store');
    const App = user('cache');
    expect(planOf(container, App)).toEqual(['service Redis', 'service App']);
    const app = await container.boot(App);
    expect(app.given).toEqual([container.get(Redis)]);
    expect(await container.boot('cache')).toBe(app.given[0]);
    await container.stop();
  });
});

describe('a plain @injectable()', () => {
  @injectable()
  class Users {
    constructor(@inject(Redis) readonly redis: Redis) {}
  }

  it('between services is ordered, and made once what it needs runs', async () => {
    const { container } = stage();
    const states: string[] = [];
    class Seen extends Users {
      constructor(redis: Redis) {
        super(redis);
        states.push(redis.state);
      }
    }
    inject(Redis)(Seen, undefined, 0);
    injectable()(Seen);
    container.bind(Users).to(Seen);
    const App = user(Users);
    expect(planOf(container, App)).toEqual(['service Redis', 'injectable Users', 'service App']);
    const app = await container.boot(App);
    expect((app.given[0] as Users).redis).toBe(container.get(Redis));
    expect(states).toEqual(['running']);
    await container.stop();
  });

  it('has the scope of its binding', async () => {
    const { container } = stage();
    container.bind('transient').to(Users);
    container.bind('singleton').to(Users).inSingletonScope();
    const app = await container.boot(user('transient', 'singleton', user('transient', 'singleton')));
    const below = (app.given[2] as { given: unknown[] }).given;
    expect(app.given[0]).not.toBe(below[0]);
    expect(app.given[1]).toBe(below[1]);
  });

  it('on top of other ones', async () => {
    @injectable()
    class Accounts {
      constructor(@inject(Users) readonly users: Users) {}
    }
    const { container } = stage();
    container.bind(Users).toSelf();
    container.bind(Accounts).toSelf();
    const app = await container.boot(user(Accounts));
    expect((app.given[0] as Accounts).users.redis).toBe(container.get(Redis));
    expect(container.get(Redis).state).toBe('running');
    await container.stop();
  });

  it('that is asked for by get() alone is given services that were not started', async () => {
    const { container } = stage();
    container.bind(Users).toSelf();
    const users = container.get(Users);
    expect(users.redis.state).toBe('idle');
    expect(await container.boot(Redis)).toBe(users.redis);
    await container.stop();
  });

  it('needs no binding in a container that binds by itself', async () => {
    const container = new Container({ autobind: true });
    const app = await container.boot(user(Users));
    expect((app.given[0] as Users).redis.state).toBe('running');
    expect(container.get(Users).redis).toBe(container.get(Redis));
    await container.stop();
  });
});

describe('named, tagged and other conditional bindings', () => {
  it('pick the service', async () => {
    const { container } = stage();
    container.bind('store').to(Redis).whenNamed('shared');
    container.bind('store').to(Memory).whenTagged('fast', true);
    class App {
      constructor(
        readonly shared: unknown,
        readonly fast: unknown,
      ) {}
    }
    service({
      inject: [
        { serviceIdentifier: 'store', name: 'shared' },
        { serviceIdentifier: 'store', tags: [{ key: 'fast', value: true }] },
      ],
    })(App);
    const app = await container.boot(App);
    expect([app.shared, app.fast]).toEqual([container.get(Redis), container.get(Memory)]);
    expect(container.get('store', { name: 'shared' })).toBe(app.shared);
    expect(container.get('store', { tag: { key: 'fast', value: true } })).toBe(app.fast);
    expect(container.getAll('store', { name: 'shared' })).toEqual([app.shared]);
    await container.stop();
  });

  it('depend on who asks', async () => {
    const One = user('store');
    class Other extends user('store') {}
    service({ inject: ['store', One] })(Other);
    const { container } = stage();
    container
      .bind('store')
      .to(Redis)
      .whenParent((request) => request.serviceIdentifier === One);
    container
      .bind('store')
      .to(Memory)
      .whenParent((request) => request.serviceIdentifier === Other);
    const other = await container.boot(Other);
    expect(other.given[0]).toBeInstanceOf(Memory);
    expect((other.given[1] as { given: unknown[] }).given[0]).toBeInstanceOf(Redis);
    await container.stop();
  });
});

describe('several bindings of one token', () => {
  const PLUGIN = Symbol('plugin');

  it('of every kind are injected together, in binding order', async () => {
    const { container } = stage();
    container.bind(PLUGIN).toConstantValue('constant');
    container.bind(PLUGIN).to(Redis);
    container.bind(PLUGIN).toDynamicValue(() => 'dynamic');
    container.resource(PLUGIN, { start: () => 'resource', name: 'made' });
    @service()
    class App {
      constructor(@multiInject(PLUGIN) readonly plugins: unknown[]) {}
    }
    expect(planOf(container, App)).toEqual([
      'value plugin',
      'service Redis',
      'value plugin',
      'resource made',
      'injectable App',
    ]);
    expect((await container.boot(App)).plugins).toEqual(['constant', container.get(Redis), 'dynamic', 'resource']);
    await container.stop();
  });

  it('none of them, where that is allowed', async () => {
    @service()
    class App {
      constructor(@multiInject(PLUGIN) @optional() readonly plugins?: unknown[]) {}
    }
    expect((await stage().container.boot(App)).plugins ?? []).toEqual([]);
  });
});

describe('modules', () => {
  it('bind, and unbind', async () => {
    const module = new ContainerModule(({ bind, onActivation }) => {
      bind('store').to(Redis);
      bind('url').toConstantValue('redis://');
      onActivation<string>('url', (_, url) => `${url}activated`);
    });
    const { container } = stage();
    container.load(module);
    const App = user('store', 'url');
    const app = await container.boot(App);
    expect(app.given).toEqual([container.get(Redis), 'redis://activated']);
    await container.stop();
    container.unload(module);
    await expect(container.boot(App)).rejects.toMatchObject({
      problems: [{ path: ['App', 'store'] }, { path: ['App', 'url'] }],
    });
  });
});

describe('between boots', () => {
  it('rebind() puts another service in its place; what holds the old one is made anew', async () => {
    const { container, history } = stage();
    container.bind('store').to(Redis);
    const App = user('store');
    const first = await container.boot(App);
    await container.stop();
    container.rebind('store').to(Memory);
    history.clear();
    const second = await container.boot(App);
    expect([first.given[0], second.given[0]]).toEqual([expect.any(Redis), expect.any(Memory)]);
    expect(history.list).toEqual([
      'Memory: idle→starting',
      'Memory: starting→running',
      'App: idle→starting',
      'App: starting→running',
    ]);
    await container.stop();
  });

  it('rebind() is seen by get() as well', () => {
    const { container } = stage();
    container.bind('store').to(Redis);
    const App = user('store');
    const first = container.get(App);
    container.rebind('store').toConstantValue('double');
    const second = container.get(App);
    expect([first.given, second.given]).toEqual([[expect.any(Redis)], ['double']]);
    expect(container.get(App)).toBe(second);
  });

  it('unbind() takes it away', async () => {
    const { container } = stage();
    container.bind('store').to(Redis);
    const App = user('store');
    await container.boot(App);
    await container.stop();
    container.unbind('store');
    await expect(container.boot(App)).rejects.toMatchObject({
      problems: [{ kind: 'missing', path: ['App', 'store'] }],
    });
  });

  it('unbinding a service class leaves it to bind itself', async () => {
    const { container } = stage();
    container.bind(Redis).toSelf();
    const first = await container.boot(Redis);
    await container.stop();
    container.unbind(Redis);
    expect(await container.boot(Redis)).toBe(first);
    await container.stop();
  });

  it('a double can take the place of a service that was there by itself', async () => {
    const { container } = stage();
    container.bind('users').toResolvedValue((redis: unknown) => ({ redis }), [Redis]);
    container.get('users');
    const App = user('users', Redis);
    await container.boot(App);
    await container.stop();
    container.bind(Redis).toConstantValue('double' as never);
    expect((await container.boot(App)).given).toEqual([{ redis: 'double' }, 'double']);
    expect(container.get(Redis)).toBe('double');
  });

  it('a double can take its place for whoever asks for it later, too', () => {
    const { container } = stage();
    container.bind('client').toDynamicValue((context) => ({ redis: context.get(Redis) }));
    expect(container.get('client')).toEqual({ redis: expect.any(Redis) });
    container.bind(Redis).toConstantValue('double' as never);
    expect(container.get('client')).toEqual({ redis: 'double' });
    container.unbind(Redis);
    expect(container.get('client')).toEqual({ redis: expect.any(Redis) });
    const module = new ContainerModule(({ bind }) => void bind(Redis).toConstantValue('module' as never));
    container.load(module);
    expect(container.get('client')).toEqual({ redis: 'module' });
    container.unload(module);
    expect(container.get('client')).toEqual({ redis: expect.any(Redis) });
  });

  it('snapshot() and restore() bring bindings back', async () => {
    const { container } = stage();
    container.bind('store').to(Redis);
    const App = user('store');
    const first = await container.boot(App);
    await container.stop();
    container.snapshot();
    container.rebind('store').toConstantValue('double');
    expect((await container.boot(App)).given).toEqual(['double']);
    await container.stop();
    container.restore();
    expect((await container.boot(App)).given).toEqual(first.given);
    await container.stop();
  });

  it('a binding that is added while the container runs is there for the next boot()', async () => {
    const { container, history } = stage();
    await container.boot(Redis);
    container.bind('late').to(Memory);
    history.clear();
    await container.boot();
    expect(history.list).toEqual(['Memory: idle→starting', 'Memory: starting→running']);
    await container.stop();
  });
});

describe('activation', () => {
  it('handlers of the binding and of the container see the new instance, once, before it starts', async () => {
    const log: string[] = [];
    @service()
    class Cache {
      onStart() {
        log.push('onStart');
      }
    }
    const { container } = stage();
    container
      .bind(Cache)
      .toSelf()
      .onActivation((_, cache) => {
        log.push('binding');
        return cache;
      });
    container.onActivation(Cache, (_, cache) => {
      log.push('container');
      return cache;
    });
    await container.boot(user(Cache));
    container.get(Cache);
    await container.stop();
    await container.boot();
    expect(log.sort()).toEqual(['binding', 'container', 'onStart', 'onStart']);
    expect(log.at(-1)).toBe('onStart');
  });

  it('once, also where a plain injectable is the first to need it', async () => {
    const log: string[] = [];
    class Users {
      @inject(Redis) readonly redis!: Redis;
    }
    const { container } = stage();
    container
      .bind(Redis)
      .toSelf()
      .onActivation((_, redis) => {
        log.push('binding');
        return redis;
      });
    container.onActivation(Redis, (_, redis) => {
      log.push('container');
      return redis;
    });
    container.bind(Users).toSelf();
    const { redis } = container.get(Users);
    expect(container.get(Users).redis).toBe(redis);
    expect(await container.boot(Redis)).toBe(redis);
    expect(log).toEqual(['binding', 'container']);
    await container.stop();
  });

  it('in the order that inversify calls them in', () => {
    const orderIn = (container: InversifyContainer) => {
      const log: string[] = [];
      container
        .bind(Memory)
        .toSelf()
        .onActivation((_, value) => {
          log.push('binding');
          return value;
        });
      container.onActivation(Memory, (_, value) => {
        log.push('container');
        return value;
      });
      container.get(Memory);
      return log;
    };
    expect(orderIn(new Container())).toEqual(orderIn(new InversifyContainer()));
  });

  it('of a service that nobody bound', async () => {
    const seen: unknown[] = [];
    const { container } = stage();
    container.onActivation(Redis, (_, redis) => {
      seen.push(redis);
      return redis;
    });
    expect(seen).toEqual([]);
    const redis = await container.boot(Redis);
    expect(seen).toEqual([redis]);
    await container.stop();
  });

  it.each<[string, (container: Container, activate: (redis: Redis) => unknown) => void]>([
    [
      'of a binding',
      (container, activate) =>
        void container
          .bind(Redis)
          .toSelf()
          .onActivation((_, redis) => activate(redis) as Redis),
    ],
    [
      'of the container',
      (container, activate) => container.onActivation(Redis, (_, redis) => activate(redis) as Redis),
    ],
    [
      'of another token',
      (container, activate) => {
        container.bind('store').to(Redis);
        container.onActivation<Redis>('store', (_, redis) => activate(redis) as Redis);
      },
    ],
  ])('%s may give a replacement: everybody gets that, and the instance behind it runs', async (_, listen) => {
    const { container, history } = stage();
    const replacements: object[] = [];
    listen(container, (redis) => {
      const replacement = { redis };
      replacements.push(replacement);
      return replacement;
    });
    const app = await container.boot(user(container.isBound('store') ? 'store' : Redis));
    expect(replacements).toHaveLength(1);
    expect(app.given[0]).toBe(replacements[0]);
    expect(container.get(Redis)).toBe(replacements[0]);
    expect(history.list).toContain('Redis: starting→running');
    await container.stop();
    expect(history.list.at(-1)).toBe('Redis: stopping→stopped');
  });

  it('is given a context that can be asked', async () => {
    const { container } = stage();
    container.bind('url').toConstantValue('redis://');
    let url: unknown;
    container.onActivation(Redis, (context, redis) => {
      url = context.get('url');
      return redis;
    });
    await container.boot(Redis);
    expect(url).toBe('redis://');
    await container.stop();
  });

  it('that is asynchronous is refused: what takes time belongs into onStart', async () => {
    const { container } = stage();
    container.onActivation(Redis, (_, redis) => Promise.resolve(redis) as never);
    expect(await rejection(container.boot(Redis))).toMatchObject({
      code: 'ERR_MODE_BOOT',
      cause: { code: 'ERR_MODE_ASYNC_CONSTRUCTION' },
    });
  });

  it('that throws makes the boot fail', async () => {
    const boom = new Error('boom');
    const { container } = stage();
    container.onActivation(Redis, () => {
      throw boom;
    });
    expect(await rejection(container.boot(user(Redis)))).toMatchObject({
      service: 'Redis',
      path: ['App', 'Redis'],
      cause: boom,
    });
    expect(container.state).toBe('failed');
  });
});

describe('@postConstruct()', () => {
  it('is called once everything is injected, before it starts', async () => {
    const log: string[] = [];
    @service()
    class Cache {
      @inject(Redis) readonly redis!: Redis;
      @postConstruct()
      ready() {
        log.push(`ready with a redis that is ${this.redis.state}`);
      }
      onStart() {
        log.push('onStart');
      }
    }
    const { container } = stage();
    await container.boot(Cache);
    await container.stop();
    await container.boot(Cache);
    await container.stop();
    expect(log).toEqual(['ready with a redis that is running', 'onStart', 'onStart']);
  });

  it('is inherited', async () => {
    const log: string[] = [];
    class Base {
      @postConstruct()
      ready() {
        log.push('ready');
      }
    }
    @service()
    class Cache extends Base {
      @postConstruct()
      more() {
        log.push('more');
      }
    }
    await stage().container.boot(Cache);
    expect(log).toEqual(['ready', 'more']);
  });

  it('that is asynchronous is refused: what takes time belongs into onStart', async () => {
    @service()
    class Cache {
      @postConstruct()
      async ready() {
        throw new Error('nobody sees this');
      }
    }
    const { container } = stage();
    expect(await rejection(container.boot(Cache))).toMatchObject({
      code: 'ERR_MODE_BOOT',
      cause: {
        code: 'ERR_MODE_ASYNC_CONSTRUCTION',
        message: '@postConstruct() Cache.ready is asynchronous\n  → What takes time belongs into onStart.',
      },
    });
  });
});

describe('@preDestroy() and deactivation', () => {
  it('happen when a binding goes, as inversify documents', async () => {
    const log: string[] = [];
    @service()
    class Cache {
      onStop() {
        log.push('onStop');
      }
      @preDestroy()
      gone() {
        log.push('preDestroy');
      }
    }
    const { container } = stage();
    container
      .bind(Cache)
      .toSelf()
      .inSingletonScope()
      .onDeactivation(() => void log.push('binding'));
    container.onDeactivation(Cache, () => void log.push('container'));
    await container.boot(Cache);
    await container.stop();
    expect(log).toEqual(['onStop']);
    container.unbind(Cache);
    expect(log.slice(1).sort()).toEqual(['binding', 'container', 'preDestroy']);
  });
});

describe('plain containers of inversify', () => {
  it('as parent: their bindings are found', async () => {
    const parent = new InversifyContainer();
    parent.bind('url').toConstantValue('redis://');
    const container = new Container({ parent });
    const app = await container.boot(user('url', Redis));
    expect(app.given).toEqual(['redis://', container.get(Redis)]);
    await container.stop();
  });

  it('as child: they get what runs here', async () => {
    const { container } = stage();
    container.bind('store').to(Redis);
    container.bind('url').toConstantValue('redis://');
    const redis = await container.boot(Redis);
    const child = new InversifyContainer({ parent: container });
    expect([child.get('store'), child.get('url')]).toEqual([redis, 'redis://']);
    await container.stop();
  });

  it('as child, before the boot: the same instance', async () => {
    const { container } = stage();
    container.bind('store').to(Redis);
    const child = new InversifyContainer({ parent: container });
    const early = child.get('store');
    expect(await container.boot(Redis)).toBe(early);
    await container.stop();
  });
});
