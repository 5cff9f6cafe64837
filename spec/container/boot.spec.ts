import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, service, task, timer, type ServiceIdentifier } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { settle, stage, troupe } from './support.js';

describe('the program on the first page', () => {
  class Client {
    readonly counts = new Map<string, number>();
    open = true;
    async incrBy(url: string, n: number) {
      this.counts.set(url, (this.counts.get(url) ?? 0) + n);
      return this.counts.get(url);
    }
    async quit() {
      this.open = false;
    }
  }

  const refreshed: number[] = [];
  let clock: FakeClock;

  @service()
  class Redis extends Service {
    client!: Client;
    override async onStart(_signal: AbortSignal) {
      await settle();
      this.client = new Client();
    }
    override async onStop() {
      await this.client.quit();
    }
  }

  @service()
  class PageViewCache extends Service {
    constructor(private readonly redis: Redis) {
      super();
    }
    async update(url: string, n = 1) {
      return this.redis.client.incrBy(url, n);
    }
    @timer('1s')
    async refresh() {
      refreshed.push(clock.now());
    }
    @task()
    async listen() {
      while (!this.shouldStop) await this.sleep('1s');
    }
    @crontab('30 18 * * *', { timezone: 'US/Pacific' })
    async report() {}
  }

  @service()
  class App extends Service {
    constructor(readonly cache: PageViewCache) {
      super();
    }
  }

  it('boots Redis, PageViewCache, App, each once what it needs is running, and stops them in reverse', async () => {
    clock = new FakeClock();
    const container = new Container({ clock });
    const history = recordHistory(container, { types: ['service', 'container'] });
    const app = await container.boot(App);
    expect(await app.cache.update('/home')).toBe(1);
    expect(await app.cache.update('/home', 2)).toBe(3);
    await clock.advance('3s');
    expect(refreshed).toEqual([1000, 2000, 3000]);
    await container.stop();
    expect(history.list).toEqual([
      'container: idle→starting',
      'Redis: idle→starting',
      'Redis: starting→running',
      'PageViewCache: idle→starting',
      'PageViewCache: starting→running',
      'App: idle→starting',
      'App: starting→running',
      'container: starting→running',
      'container: running→stopping',
      'App: running→stopping',
      'App: stopping→stopped',
      'PageViewCache: running→stopping',
      'PageViewCache: stopping→stopped',
      'Redis: running→stopping',
      'Redis: stopping→stopped',
      'container: stopping→stopped',
    ]);
  });
});

describe('boot(root)', () => {
  it('starts the root and everything it reaches, and nothing else', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    container.bind('other').to(player('Other'));
    await container.boot(App);
    expect(since()).toEqual(['+Redis', '+App']);
    expect(container.state).toBe('running');
  });

  it('resolves to the instance', async () => {
    const { player } = troupe();
    const App = player('App');
    const { container } = stage();
    const app = await container.boot(App);
    expect(app).toBeInstanceOf(App);
    expect(app).toBe(container.get(App));
  });

  it('takes a token', async () => {
    const { player } = troupe();
    const App = player('App');
    const { container } = stage();
    container.bind('app').to(App);
    expect(await container.boot('app')).toBe(container.get(App));
  });

  it('of several roots resolves to their instances', async () => {
    const { player, since } = troupe();
    const [A, B] = [player('A'), player('B')];
    const { container } = stage();
    container.bind('n').toConstantValue(42);
    const all = await container.boot([B, A, 'n']);
    expect(all).toEqual([container.get(B), container.get(A), 42]);
    expect(since()).toEqual(['+B', '+A']);
  });

  it('of a plain value is that value', async () => {
    const { container } = stage();
    container.bind('n').toConstantValue(42);
    expect(await container.boot('n')).toBe(42);
    expect(container.state).toBe('running');
  });
});

describe('boot()', () => {
  it('starts every service that was bound, resources too, in binding order', async () => {
    const { player, log } = troupe();
    const { container } = stage();
    container.resource('pool', { start: () => log.push('+pool') });
    container.bind('b').to(player('B'));
    container.bind('a').to(player('A'));
    container.bind('value').toConstantValue(1);
    container.bind('dynamic').toDynamicValue(() => log.push('dynamic'));
    expect(await container.boot()).toBeUndefined();
    expect(log).toEqual(['+pool', '+B', '+A']);
  });

  it('with nothing bound is a program of nothing', async () => {
    const { container } = stage();
    await container.boot();
    expect(container.state).toBe('running');
    await container.stop();
    expect(container.state).toBe('stopped');
  });
});

describe('a service is constructed once everything it depends on is running', () => {
  it('so what is injected is ready to use in the constructor', async () => {
    const seen: string[] = [];
    @service()
    class Redis extends Service {
      ready = false;
      override async onStart() {
        await settle();
        this.ready = true;
      }
    }
    @service()
    class Cache extends Service {
      constructor(redis: Redis) {
        super();
        seen.push(`${redis.state}, ready: ${String(redis.ready)}`);
      }
    }
    await stage().container.boot(Cache);
    expect(seen).toEqual(['running, ready: true']);
  });

  it('onStarted of a dependency included', async () => {
    const log: string[] = [];
    class Redis {
      async onStarted() {
        await settle();
        log.push('Redis onStarted');
      }
    }
    service()(Redis);
    class Cache {
      constructor() {
        log.push('Cache is made');
      }
    }
    service({ dependsOn: [Redis] })(Cache);
    await stage().container.boot(Cache);
    expect(log).toEqual(['Redis onStarted', 'Cache is made']);
  });
});

describe('start is as parallel as the graph allows', () => {
  //       App
  //      /   \
  //   Web     Jobs
  //    |     /    \
  //  Http  Redis  Files
  function program() {
    const { player, ...rest } = troupe();
    const Http = player('Http');
    const Redis = player('Redis');
    const Files = player('Files');
    const Web = player('Web', { needs: [Http] });
    const Jobs = player('Jobs', { needs: [Redis, Files] });
    const App = player('App', { needs: [Web, Jobs] });
    return { App, ...rest, ...stage() };
  }

  it('a service starts the moment its last dependency runs, without waiting for a level', async () => {
    const { App, container, hold, release, since } = program();
    hold('+Http', '+Redis', '+Files', '+Web', '+Jobs', '+App');
    const booting = container.boot(App);
    await settle();
    expect(since()).toEqual(['+Http', '+Redis', '+Files']);
    release('+Http');
    await settle();
    expect(since()).toEqual(['+Web']);
    release('+Redis');
    await settle();
    expect(since()).toEqual([]);
    release('+Web');
    await settle();
    expect(since()).toEqual([]);
    release('+Files');
    await settle();
    expect(since()).toEqual(['+Jobs']);
    release('+Jobs');
    await settle();
    expect(since()).toEqual(['+App']);
    expect(container.state).toBe('starting');
    release('+App');
    await booting;
    expect(container.state).toBe('running');
  });

  it('and so is stop, in reverse: a service stops the moment its last running dependent has stopped', async () => {
    const { App, container, hold, release, since } = program();
    await container.boot(App);
    since();
    hold('-Http', '-Redis', '-Files', '-Web', '-Jobs', '-App');
    const stopping = container.stop();
    await settle();
    expect(since()).toEqual(['-App']);
    release('-App');
    await settle();
    expect(since()).toEqual(['-Jobs', '-Web']);
    release('-Web');
    await settle();
    expect(since()).toEqual(['-Http']);
    release('-Jobs');
    await settle();
    expect(since()).toEqual(['-Files', '-Redis']);
    release('-Files');
    release('-Http');
    await settle();
    expect(container.state).toBe('stopping');
    release('-Redis');
    await stopping;
    expect(container.state).toBe('stopped');
  });

  it('a dependency is not stopped before its last dependent, however short the way to the others', async () => {
    // App → Web → Cache → Redis, and App → Redis
    const { player, hold, release, since } = troupe();
    const Redis = player('Redis');
    const Cache = player('Cache', { needs: [Redis] });
    const Web = player('Web', { needs: [Cache] });
    const App = player('App', { needs: [Redis, Web] });
    const { container } = stage();
    await container.boot(App);
    since();
    hold('-Cache');
    const stopping = container.stop();
    await settle();
    expect(since()).toEqual(['-App', '-Web', '-Cache']);
    release('-Cache');
    await stopping;
    expect(since()).toEqual(['-Redis']);
  });
});

describe('ties are broken by the order of each dependency list, depth first from the roots', () => {
  it('in which services of the same moment start, and in reverse in which they stop', async () => {
    const { player, since } = troupe();
    const names = ['C', 'A', 'B'];
    const App = player('App', { needs: names.map((name) => player(name)) });
    const { container } = stage();
    await container.boot(App);
    expect(since()).toEqual(['+C', '+A', '+B', '+App']);
    await container.stop();
    expect(since()).toEqual(['-App', '-B', '-A', '-C']);
  });

  it('for boot() in binding order', async () => {
    const { player, since } = troupe();
    const { container } = stage();
    for (const name of ['C', 'A', 'B']) container.bind(name).to(player(name));
    await container.boot();
    expect(since()).toEqual(['+C', '+A', '+B']);
    await container.stop();
    expect(since()).toEqual(['-B', '-A', '-C']);
  });
});

describe('never a second start of the same service', () => {
  it('when boots of overlapping roots run at the same time', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const [A, B] = [player('A', { needs: [Redis] }), player('B', { needs: [Redis] })];
    const { container } = stage();
    const roots: ServiceIdentifier[] = [A, B, A, Redis];
    await Promise.all(roots.map((root) => container.boot(root)));
    expect(since()).toEqual(['+Redis', '+A', '+B']);
    await container.stop();
    expect(since()).toEqual(['-B', '-A', '-Redis']);
  });
});

describe('what is bound in several ways', () => {
  it('is one class, one managed instance', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis, 'store', 'cache'] });
    const { container } = stage();
    container.bind('store').to(Redis);
    container.bind('cache').to(Redis);
    const app = await container.boot(App);
    expect(new Set(app.needs).size).toBe(1);
    await container.stop();
    expect(since()).toEqual(['+Redis', '+App', '-App', '-Redis']);
  });
});

describe('a service.start() in a container', () => {
  it('boots it and what it needs; stop() first stops what needs it', async () => {
    const { container, history } = stage();
    @service()
    class Redis extends Service {}
    @service()
    class Cache extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
    }
    const cache = container.get(Cache);
    await cache.start();
    expect(container.state).toBe('running');
    await cache.redis.stop();
    expect(history.list).toEqual([
      'Redis: idle→starting',
      'Redis: starting→running',
      'Cache: idle→starting',
      'Cache: starting→running',
      'Cache: running→stopping',
      'Cache: stopping→stopped',
      'Redis: running→stopping',
      'Redis: stopping→stopped',
    ]);
    await container.stop();
  });
});

describe('[Symbol.asyncDispose]', () => {
  it('stops: `await using container = new Container()`', async () => {
    const { player, since } = troupe();
    const { container } = stage();
    {
      await using scope = container;
      await scope.boot(player('App'));
    }
    expect(since()).toEqual(['+App', '-App']);
    expect(container.state).toBe('stopped');
  });

  it('does nothing in a container that was not booted', async () => {
    const { container } = stage();
    await container[Symbol.asyncDispose]();
    expect(container.state).toBe('idle');
  });
});
