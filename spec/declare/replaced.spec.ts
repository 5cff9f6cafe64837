/** Classes that another decorator replaced: `class extends Target {}`, which has no name of its own. */
import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, defineService, service, task, timer } from '../../lib/index.js';
import { stage } from '../container/support.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what TypeScript demands of a mixin
type Constructor = new (...args: any[]) => object;

/** As libraries do it. */
function replaced<T extends Constructor>(Target: T): T {
  return class extends Target {
    readonly isReplaced = true;
  };
}

/** The same, with a constructor and with the name of the original. */
function renamed<T extends Constructor>(Target: T): T {
  const Replacement = class extends Target {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what TypeScript demands of a mixin
    constructor(...args: any[]) {
      super(...args);
      this.isReplaced = true;
    }
    isReplaced = false;
  };
  Object.defineProperty(Replacement, 'name', { value: Target.name });
  return Replacement;
}

@service()
class Redis extends Service {}

const wrappers = [
  ['without a name', replaced],
  ['with the name of the original', renamed],
] as const;

describe.each(wrappers)('a class that a decorator replaced by one %s', (_, replace) => {
  it('above @service(): is declared as the original is', async () => {
    @replace
    @service({ startTimeout: '5s', restart: { maxRestarts: 7 } })
    class Cache extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
      @task() listen() {}
      @timer('1s') refresh() {}
      @crontab('* * * * *') report() {}
    }
    await expectBoot(Cache);
    const container = new Container();
    container.plan(Cache);
    expect(container.explain(Cache)).toContain('at most 7 restarts');
  });

  it('below @service(): has the name, the dependencies and the work of the original', async () => {
    @service()
    @replace
    class Cache extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
      @task() listen() {}
      @timer('1s') refresh() {}
      @crontab('* * * * *') report() {}
    }
    await expectBoot(Cache);
  });

  it('with an inject list, on either side', async () => {
    class Original {
      constructor(readonly redis: Redis) {}
      listen() {}
      refresh() {}
      report() {}
    }
    Object.defineProperty(Original, 'name', { value: 'Cache' });
    const options = {
      inject: [Redis] as const,
      tasks: ['listen'] as const,
      timers: { refresh: '1s' },
      crontabs: { report: '* * * * *' },
    };
    await expectBoot(defineService(replace(Original), options));
    await expectBoot(replace(defineService(class Cache extends Original {}, options)));
  });

  it('twice', async () => {
    @replace
    @replace
    @service({ name: 'cache' })
    class Cache extends Service {}
    expect(new Container().plan(Cache).order.map(({ id }) => id)).toEqual(['cache']);
    @service()
    @replace
    @replace
    class Users extends Service {}
    expect(new Container().plan(Users).order.map(({ id }) => id)).toEqual(['Users']);
  });

  it('two of them are told apart', async () => {
    @service()
    @replace
    class Users extends Service {}
    @replace
    @service()
    class Orders extends Service {}
    @service()
    class App extends Service {
      constructor(
        readonly users: Users,
        readonly orders: Orders,
      ) {
        super();
      }
    }
    const { container, history } = stage();
    await container.boot(App);
    expect(history.list.filter((line) => line.endsWith('→running'))).toEqual([
      'Users: starting→running',
      'Orders: starting→running',
      'App: starting→running',
    ]);
    expect(container.get(App).users.label).toBe('Users');
    expect(container.get(App).orders.label).toBe('Orders');
  });

  /** Whether it is all there, bound or not. */
  async function expectBoot(Cache: new (redis: Redis) => { readonly redis: Redis }) {
    for (const bind of [false, true]) {
      const { container } = stage();
      if (bind) container.bind('cache').to(Cache);
      const cache = await container.boot<{ redis: Redis }>(bind ? 'cache' : Cache);
      expect(cache).toMatchObject({ isReplaced: true });
      expect(cache.redis).toBe(container.get(Redis));
      expect(container.plan(Cache).order.map(({ id }) => id)).toEqual(['Redis', 'Cache']);
      expect(container.timers().map((each) => `${each.service}.${each.name}`)).toEqual([
        'Cache.refresh',
        'Cache.report',
      ]);
      await container.stop();
    }
  }
});

describe('a class without a name', () => {
  it('has that of the class that it extends', () => {
    const nameless = (() => class extends Redis {})();
    service()(nameless);
    expect(new Container().plan(nameless).order.map(({ id }) => id)).toEqual(['Redis']);
  });

  it('with a name that is a static member has that which is written', () => {
    @service()
    class Users {
      static name() {
        return 'somebody';
      }
    }
    expect(new Container().plan(Users).order.map(({ id }) => id)).toEqual(['Users']);
  });

  it('that extends what is declared, under another name, is not declared by that', () => {
    class Named extends Redis {}
    expect(() => new Container().plan(Named)).toThrow(
      /Decorate Named with @service\(\) \(above the decorator that made it of Redis, if one did\)/,
    );
  });
});

describe('a class with the name of the declared one that it extends', () => {
  it('can be declared itself, whichever way', () => {
    const again = (declare: (cls: new () => Service) => unknown) => {
      const Again = { Redis: class extends Redis {} }.Redis;
      timer('1s')(Again.prototype, 'start', Object.getOwnPropertyDescriptor(Service.prototype, 'start') ?? {});
      declare(Again);
      return new Container().plan(Again, Redis).order.map(({ id }) => id);
    };
    expect(again(service({ name: 'own' }))).toEqual(['own', 'Redis']);
    expect(again((cls) => defineService(cls))).toEqual(['Redis', 'Redis#2']);
  });
});

describe('with standard decorators', () => {
  /** As TypeScript compiles `@first @second class Cache`, with one metadata object for all of it. */
  function compiled(cls: Constructor, ...decorators: ((value: never, context: never) => unknown)[]) {
    const metadata = {};
    const context = { metadata, addInitializer: () => undefined };
    const method = { ...context, kind: 'method', name: 'refresh', static: false, private: false };
    timer('1s')(Reflect.get(cls.prototype as object, 'refresh') as () => void, method as never);
    let result = cls;
    for (const decorator of [...decorators].reverse()) {
      const answer = decorator(result as never, { ...context, kind: 'class', name: cls.name } as never);
      result = (answer ?? result) as Constructor;
    }
    Object.defineProperty(result, Symbol.metadata, { value: metadata });
    return result;
  }

  class Original {
    constructor(readonly redis: Redis) {}
    refresh() {}
  }
  const wrap = (Target: Constructor) => class extends Target {};

  it.each([
    ['above', () => compiled(class Cache extends Original {}, wrap, service({ inject: [Redis] }))],
    ['below', () => compiled(class Cache extends Original {}, service({ inject: [Redis] }) as never, wrap)],
  ])('%s @service(): name, dependencies and work are those of the original', async (_, make) => {
    const Cache = make();
    const { container, clock } = stage();
    await container.boot(Cache);
    await clock.advance('1s');
    expect(container.plan(Cache).order.map(({ id }) => id)).toEqual(['Redis', 'Cache']);
    expect(container.timers().map(({ service: name, runs }) => [name, runs])).toEqual([['Cache', 1]]);
  });
});
