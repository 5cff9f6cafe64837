/** `defineService()`: what the decorators say together, in JavaScript and in TypeScript that runs as it is. */
import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, defineService, service, task, timer, token } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, thrown } from '../container/support.js';

/** Any options at all, as JavaScript lets them through. */
const define = defineService as unknown as (cls: unknown, options?: unknown) => unknown;

class Redis extends Service {}
defineService(Redis);

/** What a class with three methods does in a minute, however it was declared. */
async function aMinuteOf(declare: (cls: ReturnType<typeof newCache>) => void) {
  const { container, clock } = stage();
  const history = recordHistory(container, { types: ['service', 'task', 'timer'] });
  const Cache = newCache();
  declare(Cache);
  const cache = await container.boot(Cache);
  await clock.advance('1m');
  const timers = container.timers().map(({ lastMs: _, ...rest }) => rest);
  await container.stop();
  return { history: history.list, timers, redis: cache.redis.constructor, name: cache.label };
}

function newCache() {
  return class Cache extends Service {
    redis: Redis;
    constructor(redis: Redis) {
      super();
      this.redis = redis;
    }
    async listen(signal: AbortSignal) {
      await this.waitUntilStopped();
      if (!signal.aborted) throw new Error('the signal of the run');
    }
    refresh() {}
    report() {}
  };
}

describe('defineService()', () => {
  it('returns the class', () => {
    class Cache {}
    expect(defineService(Cache)).toBe(Cache);
  });

  it('says the same as all decorators together', async () => {
    const withDecorators = await aMinuteOf((Cache) => {
      const on = (key: 'listen' | 'refresh' | 'report', decorator: ReturnType<typeof task>) => {
        decorator(Cache.prototype, key, Object.getOwnPropertyDescriptor(Cache.prototype, key) ?? {});
      };
      on('listen', task({ name: 'ear' }));
      on('refresh', timer('25s', { immediate: true }));
      on('report', crontab('* * * * *', { timezone: 'UTC' }));
      service({ name: 'cache', inject: [Redis], startTimeout: '5s' })(Cache);
    });
    const without = await aMinuteOf((Cache) => {
      defineService(Cache, {
        name: 'cache',
        inject: [Redis],
        startTimeout: '5s',
        tasks: { listen: { name: 'ear' } },
        timers: { refresh: { every: '25s', immediate: true } },
        crontabs: { report: { at: '* * * * *', timezone: 'UTC' } },
      });
    });
    expect(without).toEqual(withDecorators);
    expect(without.history).toContain('cache.ear: begin');
    expect(without.timers.map(({ name, runs }) => [name, runs])).toEqual([
      ['refresh', 3],
      ['report', 1],
    ]);
  });

  it('short forms: names of tasks, intervals, cron lines', async () => {
    const { history, timers } = await aMinuteOf((Cache) => {
      defineService(Cache, {
        inject: [Redis],
        tasks: ['listen'],
        timers: { refresh: 25_000 },
        crontabs: { report: '* * * * *' },
      });
    });
    expect(history).toContain('Cache.listen: begin');
    expect(timers.map(({ kind, name, runs }) => [kind, name, runs])).toEqual([
      ['timer', 'refresh', 2],
      ['crontab', 'report', 1],
    ]);
  });

  it('methods of base classes, and methods that have a symbol for a name', async () => {
    const calls: string[] = [];
    const sweep = Symbol('sweep');
    class Base {
      refresh() {
        calls.push('refresh');
      }
    }
    class Cache extends Base {
      [sweep]() {
        calls.push('sweep');
      }
    }
    defineService(Cache, { tasks: ['refresh', sweep] });
    await new Container().boot(Cache);
    expect(calls).toEqual(['refresh', 'sweep']);
  });

  it('what a base class is defined with is inherited, and a method that is named again is as the nearest class says', async () => {
    class Base {
      refresh() {}
      sweep() {}
    }
    class Derived extends Base {}
    defineService(Base, { timers: { refresh: '1s', sweep: '5s' } });
    defineService(Derived, { timers: { refresh: { every: '2s', name: 'again' } } });
    const { container } = stage();
    await container.boot(Derived);
    expect(container.timers().map(({ name }) => name)).toEqual(['sweep', 'again']);
  });

  it('beside decorators of methods', async () => {
    class Cache {
      @timer('1s') refresh() {}
      sweep() {}
    }
    defineService(Cache, { timers: { sweep: '5s' } });
    const { container } = stage();
    await container.boot(Cache);
    expect(container.timers().map(({ name }) => name)).toEqual(['refresh', 'sweep']);
  });

  it('a token among its dependencies', async () => {
    const url = token<string>('url');
    class Cache {
      url: string;
      constructor(given: string) {
        this.url = given;
      }
    }
    defineService(Cache, { inject: [url] });
    const container = new Container();
    container.bind(url).toConstantValue('redis://');
    expect((await container.boot(Cache)).url).toBe('redis://');
  });
});

describe('errors of defineService()', () => {
  class Cache extends Service {
    size = 1;
    arrow = () => undefined;
    listen() {}
    refresh() {}
    get count() {
      return 1;
    }
    static all() {}
    *feed() {
      yield 1;
    }
    async *drain() {
      yield await settle();
    }
  }

  it.each([
    ['tasks', ['lisen'], 'lisen, which is no method of it; did you mean listen?'],
    ['tasks', { lisen: {} }, 'lisen, which is no method of it; did you mean listen?'],
    ['timers', { refesh: '1s' }, 'refesh, which is no method of it; did you mean refresh?'],
    ['crontabs', { Refresh: '* * * * *' }, 'Refresh, which is no method of it; did you mean refresh?'],
    ['tasks', ['size'], 'size, which is no method of it'],
    ['tasks', ['arrow'], 'arrow, which is no method of it'],
    ['tasks', ['count'], 'count, which is no method of it'],
    ['tasks', ['all'], 'all, which is no method of it'],
    ['tasks', ['constructor'], 'constructor, which is no method of it'],
    ['tasks', ['toString'], 'toString, which is no method of it'],
    ['tasks', ['__proto__'], '__proto__, which is no method of it'],
    ['tasks', [Symbol('secret')], 'Symbol(secret), which is no method of it'],
  ])('%s: %j', (option, value, message) => {
    expect(thrown(() => define(Cache, { [option]: value }))).toMatchObject({
      code: 'ERR_MODE_DECLARATION',
      message:
        `${option} of Cache names ${message}\n` +
        '  → Name a method that is neither static nor #private; a function in a field is no method.',
    });
  });

  it.each([
    ['tasks', ['feed']],
    ['timers', { feed: '1s' }],
    ['crontabs', { drain: '* * * * *' }],
  ])('a generator in %s', (option, value) => {
    expect(thrown(() => define(Cache, { [option]: value }))).toMatchObject({
      code: 'ERR_MODE_DECLARATION',
      message: expect.stringMatching(
        new RegExp(
          `^${option} of Cache is on (feed|drain), which is a generator: nobody iterates over what it returns`,
        ),
      ),
    });
  });

  it.each([
    [{ tasks: 'listen' }, "tasks of Cache cannot be 'listen'"],
    [{ timers: ['refresh'] }, "timers of Cache cannot be [ 'refresh' ]"],
    [{ timers: { refresh: 'soon' } }, "The interval of timers.refresh of Cache cannot be 'soon'"],
    [{ timers: { refresh: 0 } }, 'The interval of timers.refresh of Cache must be more than 0'],
    [{ timers: { refresh: undefined } }, 'The interval of timers.refresh of Cache cannot be undefined'],
    [{ timers: { refresh: { immediate: true } } }, 'The interval of timers.refresh of Cache cannot be undefined'],
    [{ timers: { refresh: { every: '1s', imediate: true } } }, 'timers.refresh of Cache has no option imediate; did'],
    [{ tasks: { listen: 'retry' } }, "tasks.listen of Cache takes options, not 'retry'"],
    [{ tasks: { listen: { onErr: 'log' } } }, 'tasks.listen of Cache has no option onErr; did you mean onError?'],
    [{ crontabs: { refresh: 'daily' } }, "'daily' is not a cron expression"],
    [{ crontabs: { refresh: { at: '* * * * *', timezone: 'Mars' } } }, "'Mars'"],
    [{ task: ['listen'] }, 'defineService() of Cache has no option task; did you mean tasks?'],
    [{ startTimeout: 'soon' }, "The startTimeout of Cache cannot be 'soon'"],
    [{ inject: Redis }, 'inject of Cache is a list of classes and tokens'],
    ['cache', "defineService() of Cache takes options, not 'cache'"],
  ])('%j', (options, message) => {
    expect(thrown<Error>(() => define(Cache, options))).toMatchObject({
      constructor: TypeError,
      message: expect.stringContaining(message),
    });
  });

  it.each([[undefined], ['Cache'], [{}]])('%s for a class', (given) => {
    expect(() => define(given)).toThrow(/^defineService\(\) takes a class, not /);
  });

  it('leave nothing behind, so that it can be declared all the same', async () => {
    expect(() => define(Cache, { tasks: ['listen', 'lisen'] })).toThrow(/lisen/);
    expect(() => define(Cache, { tasks: ['listen'], stopTimeout: -1 })).toThrow(/stopTimeout/);
    defineService(Cache, { timers: { refresh: '1s' } });
    const { container } = stage();
    const history = recordHistory(container, { types: ['task'] });
    await container.boot(Cache);
    expect(history.list).toEqual([]);
  });

  it('a class that is declared already', () => {
    @service()
    class Decorated {}
    class Defined {}
    defineService(Defined);
    for (const cls of [Decorated, Defined]) {
      expect(thrown(() => define(cls))).toMatchObject({
        code: 'ERR_MODE_DECLARATION',
        message:
          `${cls.name} is declared already, by @service() or by another defineService()\n` +
          '  → Put all options into one of them.',
      });
    }
  });
});

describe('a generator as a task, timer or crontab', () => {
  it.each([
    ['@task()', () => task()],
    ['@timer()', () => timer('1s')],
    ['@crontab()', () => crontab('* * * * *')],
  ])('%s refuses it where it is declared, sync or async, in both dialects', (what, decorator) => {
    class Feed {
      *sync() {
        yield 1;
      }
      async *async() {
        yield await settle();
      }
    }
    for (const key of ['sync', 'async'] as const) {
      const descriptor = Object.getOwnPropertyDescriptor(Feed.prototype, key) ?? {};
      const context = { kind: 'method', name: key, metadata: {}, static: false, private: false };
      const refused = (place: string) => ({
        code: 'ERR_MODE_DECLARATION',
        message:
          `${what} is on ${place}, which is a generator: nobody iterates over what it returns, so its body would never run\n` +
          '  → Make it an async method, and let that iterate over the generator: for await (const each of ...).',
      });
      expect(thrown(() => decorator()(Feed.prototype, key, descriptor))).toMatchObject(refused(`Feed.${key}`));
      const standard = decorator() as unknown as (value: unknown, context: unknown) => void;
      expect(thrown(() => standard(Feed.prototype[key], context))).toMatchObject(refused(key));
    }
  });
});

describe('token()', () => {
  const POOL = token<{ size: number }>('pool');

  it('is a symbol, another one at each call', () => {
    expect(typeof POOL).toBe('symbol');
    expect(POOL.toString()).toBe('Symbol(pool)');
    expect(token('pool')).not.toBe(POOL);
  });

  it('identifies in bind, get, boot, resource and inject', async () => {
    class App {
      pool: { size: number };
      constructor(pool: { size: number }) {
        this.pool = pool;
      }
    }
    defineService(App, { inject: [POOL] });
    const { container } = stage();
    container.resource(POOL, { start: () => ({ size: 3 }) });
    const [app, pool] = await container.boot([App, POOL]);
    expect([app.pool, pool.size, container.get(POOL)]).toEqual([pool, 3, pool]);
    expect(container.plan(App).order.map(({ id }) => id)).toEqual(['pool', 'App']);
    expect((await rejection<Error>(new Container().boot(POOL))).message).toContain('Nothing is bound to Symbol(pool)');
  });

  it.each([[undefined], [''], [Redis]])('refuses %s for a name', (name) => {
    expect(() => token(name as never)).toThrow(TypeError);
  });
});
