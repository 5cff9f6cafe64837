import { describe, expect, it } from 'vitest';
import { Container, Service, service, type ServiceOptions } from '../../lib/index.js';
import { rejection, settle, stage, thrown, troupe } from '../container/support.js';

const names = (container: Container, root: never) =>
  container.plan(root).order.map(({ name, kind }) => `${name} is a ${kind}`);

describe('@service() makes a class an injectable singleton with a lifecycle', () => {
  it('injected everywhere as the same instance', async () => {
    @service()
    class Redis extends Service {}

    @service()
    class Cache extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
    }

    @service()
    class App extends Service {
      constructor(
        readonly redis: Redis,
        readonly cache: Cache,
      ) {
        super();
      }
    }

    const { container, history } = stage();
    const app = await container.boot(App);
    expect(app).toBeInstanceOf(App);
    expect(app.cache.redis).toBe(app.redis);
    expect(container.get(Redis)).toBe(app.redis);
    await container.stop();
    expect(history.list).toEqual([
      'Redis: idle→starting',
      'Redis: starting→running',
      'Cache: idle→starting',
      'Cache: starting→running',
      'App: idle→starting',
      'App: starting→running',
      'App: running→stopping',
      'App: stopping→stopped',
      'Cache: running→stopping',
      'Cache: stopping→stopped',
      'Redis: running→stopping',
      'Redis: stopping→stopped',
    ]);
  });

  it('once in each container', async () => {
    @service()
    class Redis {
      onStart() {}
    }
    const one = await new Container().boot(Redis);
    const other = await new Container().boot(Redis);
    expect(one).not.toBe(other);
  });

  it('with or without parentheses around no options', () => {
    @service({})
    class Redis extends Service {}
    expect(new Container().plan(Redis).order.map(({ name }) => name)).toEqual(['Redis']);
  });
});

describe('extending Service is optional', () => {
  it.each(['onFirstStart', 'onStart', 'onStarted', 'onStop', 'onShutdown', 'onRestart', 'onInitDependencies'])(
    'a class whose only hook is %s is managed the same way',
    async (hook) => {
      class Plain {}
      Object.defineProperty(Plain.prototype, hook, { value: () => undefined });
      service()(Plain);
      const { container, history } = stage();
      expect(container.plan(Plain).order[0]?.kind).toBe('service');
      await container.boot(Plain);
      await container.stop();
      expect(history.list).toEqual([
        'Plain: idle→starting',
        'Plain: starting→running',
        'Plain: running→stopping',
        'Plain: stopping→stopped',
      ]);
    },
  );

  it('and so is one whose hooks are fields', async () => {
    const log: string[] = [];
    @service()
    class Plain {
      readonly onStart = () => log.push('start');
      readonly onStop = () => log.push('stop');
    }
    const { container, history } = stage();
    await container.boot(Plain);
    await container.stop();
    expect(log).toEqual(['start', 'stop']);
    expect(history.list).toEqual([
      'Plain: idle→starting',
      'Plain: starting→running',
      'Plain: running→stopping',
      'Plain: stopping→stopped',
    ]);
  });

  it('all hooks of a plain class are called with itself as `this`, in order', async () => {
    const log: string[] = [];
    @service()
    class Plain {
      readonly me = 'plain';
      onFirstStart() {
        log.push(`${this.me} onFirstStart`);
      }
      onRestart() {
        log.push(`${this.me} onRestart`);
      }
      async onStart(signal: AbortSignal) {
        log.push(`${this.me} onStart ${String(signal.aborted)}`);
      }
      async onStarted() {
        log.push(`${this.me} onStarted`);
      }
      async onStop(signal: AbortSignal) {
        log.push(`${this.me} onStop ${String(signal.aborted)}`);
      }
      onShutdown() {
        log.push(`${this.me} onShutdown`);
      }
    }
    const { container } = stage();
    await container.boot(Plain);
    await container.stop();
    await container.boot(Plain);
    await container.stop();
    expect(log).toEqual([
      'plain onFirstStart',
      'plain onStart false',
      'plain onStarted',
      'plain onStop false',
      'plain onShutdown',
      'plain onRestart',
      'plain onStart false',
      'plain onStarted',
      'plain onStop false',
      'plain onShutdown',
    ]);
  });

  it('a class without any hook is an injectable that the graph still orders', async () => {
    const log: string[] = [];

    @service()
    class Database extends Service {
      override async onStart() {
        await settle();
        log.push('Database runs');
      }
    }

    @service()
    class Users {
      constructor(readonly database: Database) {
        log.push(`Users is made, the database is ${database.state}`);
      }
    }

    @service()
    class App extends Service {
      constructor(readonly users: Users) {
        super();
        log.push('App is made');
      }
    }

    const { container, history } = stage();
    expect(names(container, App as never)).toEqual([
      'Database is a service',
      'Users is a injectable',
      'App is a service',
    ]);
    await container.boot(App);
    expect(log).toEqual(['Database runs', 'Users is made, the database is running', 'App is made']);
    expect(history.list.filter((line) => line.startsWith('Users'))).toEqual([]);
    await container.stop();
  });
});

describe('the options of @service()', () => {
  it('name: what plans, events and errors call it', async () => {
    @service({ name: 'redis' })
    class Redis {
      onStart() {
        throw new Error('refused');
      }
    }
    const { container, history } = stage();
    expect(container.plan(Redis).order).toEqual([
      { id: 'redis', name: 'redis', kind: 'service', dependencies: [], level: 0 },
    ]);
    const error = await rejection<Error>(container.boot(Redis));
    expect(error.message).toMatch(/^redis could not be started/);
    expect(history.list[0]).toBe('redis: idle→starting');
  });

  it('name: by default that of the class', () => {
    @service()
    class Redis extends Service {}
    expect(new Container().plan(Redis).order[0]?.name).toBe('Redis');
  });

  it('name: a class without any says so', () => {
    const anonymous = (() => class {})();
    Object.defineProperty(anonymous, 'name', { value: '' });
    service()(anonymous);
    expect(new Container().plan(anonymous).order[0]?.name).toBe('(anonymous class)');
  });

  it('inject: the dependencies of the constructor, in order', async () => {
    const { container } = stage();
    container.bind('url').toConstantValue('redis://');
    @service()
    class Clock extends Service {}
    class Redis {
      constructor(
        readonly url: string,
        readonly clock: Clock,
      ) {}
    }
    service({ inject: ['url', Clock] })(Redis);
    const redis = await container.boot(Redis);
    expect([redis.url, redis.clock]).toEqual(['redis://', container.get(Clock)]);
  });

  it('dependsOn: order only, nothing is injected', async () => {
    const { player, since } = troupe();
    const Migrations = player('Migrations');
    const Server = player('Server', { dependsOn: [Migrations] });
    const { container } = stage();
    const server = await container.boot(Server);
    expect(server.needs).toEqual([]);
    await container.stop();
    expect(since()).toEqual(['+Migrations', '+Server', '-Server', '-Migrations']);
  });

  it('dependsOn: beside what is injected; what is in both is one dependency', () => {
    const { player } = troupe();
    const A = player('A');
    const B = player('B');
    const C = player('C', { needs: [A], dependsOn: [B, A] });
    expect(new Container().plan(C).order.at(-1)?.dependencies).toEqual(['A', 'B']);
  });

  it('are taken as they are when the class is declared', () => {
    class A {}
    class B {}
    const options: ServiceOptions = { name: 'First', dependsOn: [] };
    service(options)(A);
    Object.assign(options, { name: 'Second', dependsOn: [A] });
    service(options)(B);
    expect(new Container().plan(A, B).order.map(({ name }) => name)).toEqual(['First', 'Second']);
    expect(new Container().plan(B).order.map(({ name }) => name)).toEqual(['First', 'Second']);
  });

  it('startTimeout: how long a start may take', async () => {
    @service({ startTimeout: '2s' })
    class Slow {
      onStart(signal: AbortSignal) {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      }
    }
    const { container, clock } = stage();
    const boot = rejection(container.boot(Slow));
    await clock.advance(1999);
    expect(container.state).toBe('starting');
    await clock.advance(1);
    expect(await boot).toMatchObject({
      code: 'ERR_MODE_BOOT',
      service: 'Slow',
      cause: { code: 'ERR_MODE_START_TIMEOUT' },
    });
  });

  it('stopTimeout: how long a stop may take', async () => {
    @service({ stopTimeout: '2s' })
    class Slow {
      onStop() {
        return new Promise(() => undefined);
      }
    }
    const { container, clock } = stage();
    await container.boot(Slow);
    const stop = rejection(container.stop());
    await clock.advance(1999);
    expect(container.state).toBe('stopping');
    await clock.advance(1);
    expect(await stop).toMatchObject({
      code: 'ERR_MODE_STOP',
      abandoned: [{ service: 'Slow', waitingOn: ['onStop'] }],
    });
  });
});

describe('@service() on a class that extends another', () => {
  @service()
  class Redis extends Service {}

  @service({ name: 'base', startTimeout: 5 })
  class Base extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
  }

  it('takes over its constructor', async () => {
    @service()
    class Derived extends Base {}
    const derived = await new Container().boot(Derived);
    expect(derived.redis).toBeInstanceOf(Redis);
  });

  it('takes over its constructor from a list as well', async () => {
    class Listed {
      constructor(readonly redis: Redis) {}
    }
    service({ inject: [Redis] })(Listed);
    class Derived extends Listed {}
    service()(Derived);
    expect((await new Container().boot(Derived)).redis).toBeInstanceOf(Redis);
  });

  it('has a constructor of its own where it has one', async () => {
    @service()
    class Other extends Service {}
    @service()
    class Derived extends Base {
      constructor(
        readonly other: Other,
        redis: Redis,
      ) {
        super(redis);
      }
    }
    const derived = await new Container().boot(Derived);
    expect([derived.other, derived.redis]).toEqual([expect.any(Other), expect.any(Redis)]);
  });

  it('does not take over its options', () => {
    @service()
    class Derived extends Base {}
    expect(new Container().plan(Derived).order.at(-1)?.name).toBe('Derived');
  });

  it('is a service of its own beside it', async () => {
    @service()
    class Derived extends Base {}
    @service()
    class App extends Service {
      constructor(
        readonly base: Base,
        readonly derived: Derived,
      ) {
        super();
      }
    }
    const app = await new Container().boot(App);
    expect(app.derived).not.toBe(app.base);
    expect(app.base).not.toBeInstanceOf(Derived);
  });

  it('has the hooks of its base classes', async () => {
    const log: string[] = [];
    class Plain {
      onStart() {
        log.push('start');
      }
    }
    @service()
    class Derived extends Plain {}
    await new Container().boot(Derived);
    expect(log).toEqual(['start']);
  });
});

describe('errors where a class is declared', () => {
  it('two @service() on one class', () => {
    class Redis {}
    service()(Redis);
    const error = thrown<Error>(() => service({ name: 'other' })(Redis));
    expect(error).toMatchObject({
      code: 'ERR_MODE_DECLARATION',
      message: 'Redis is decorated with @service() twice\n  → Put all options into one @service({ ... }).',
    });
  });

  it.each([
    ['a method', () => (service() as never as (...args: unknown[]) => void)(class {}.prototype, 'run', {})],
    [
      'a method (standard)',
      () => (service() as never as (...args: unknown[]) => void)(() => undefined, { kind: 'method', name: 'run' }),
    ],
    ['nothing', () => (service() as never as (...args: unknown[]) => void)(undefined)],
  ])('@service() on %s', (_, decorate) => {
    expect(decorate).toThrow(
      new TypeError('@service() decorates classes\n  → For methods there are @task(), @timer() and @crontab().'),
    );
  });

  it.each([
    ['inject', 'Clock'],
    ['dependsOn', {}],
  ])('%s that is no list', (option, value) => {
    expect(() => service({ [option]: value })(class Redis {})).toThrow(
      new TypeError(
        `${option} of Redis is a list of classes and tokens, not ${value === 'Clock' ? "'Clock'" : '{}'}\n  → Write ${option}: [...].`,
      ),
    );
  });
});
