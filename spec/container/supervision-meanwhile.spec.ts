/** What happens while something else is under way: crashes, and calls, in the middle of restarts, boots and stops. */
import { describe, expect, it } from 'vitest';
import { BootError, Container, ModeError, RestartLimitError, StopError } from '../../lib/index.js';
import { atOnce, boom, cast, settle, steady } from './cast.js';
import { rejection } from '../support.js';

/** Redis <- Cache <- App; Mail is on its own. */
async function scene({
  redis = steady,
  cache,
  app,
  mail,
}: { redis?: object; cache?: object; app?: object; mail?: object } = {}) {
  const set = cast();
  const { container, role, since } = set;
  const policy = (restart: object | undefined): object => (restart === undefined ? {} : { restart });
  const Redis = role('Redis', policy(redis));
  const Cache = role('Cache', { needs: [Redis], ...policy(cache) });
  const App = role('App', { needs: [Cache], ...policy(app) });
  const Mail = role('Mail', policy(mail));
  await container.boot([App, Mail]);
  await since();
  return {
    ...set,
    Redis,
    Cache,
    App,
    Mail,
    redis: container.get(Redis),
    cache: container.get(Cache),
    app: container.get(App),
    mail: container.get(Mail),
  };
}

describe('a crash while a restart is under way', () => {
  it('of what is down already: a warning, and nothing else', async () => {
    const { redis, since, clock } = await scene();
    redis.crash(boom);
    await since();
    redis.crash(new Error('again'));
    expect(await since()).toEqual(['warning: Redis failed while it was crashed: again']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
    expect(redis.crashReason).toBeUndefined();
  });

  it('of what is just coming back: one more restart', async () => {
    const { redis, since, clock, hold, release } = await scene();
    redis.crash(boom);
    hold('+Redis');
    await clock.advance(100);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Cache', '-Redis', '+Redis']);
    redis.crash(new Error('again'));
    release('+Redis');
    expect(await since()).toEqual(['-Redis', 'Redis!2 +200ms']);
    await clock.advance(200);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('of what is back, while its dependents come back: their starts are given up, and all comes back once more', async () => {
    const { redis, since, clock, hold, release } = await scene();
    redis.crash(boom);
    hold('+Cache');
    await clock.advance(100);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Cache', '-Redis', '+Redis', '+Cache']);
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!2 +200ms']);
    // its start has succeeded after all, so it has something to stop
    release('+Cache');
    expect(await since()).toEqual(['-Cache', '-Redis']);
    await clock.advance(200);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  for (const [what, restart] of [
    ['with a policy', steady],
    ['without a policy', undefined],
  ] as const) {
    it(`of a dependent ${what} that has not gone down yet: it comes back with the others, and nothing is counted`, async () => {
      const { container, redis, cache, since, clock, hold, release, history } = await scene({
        ...(restart && { cache: restart }),
      });
      hold('-App');
      redis.crash(boom);
      expect(await since()).toEqual(['Redis!1 +100ms', '-App']);
      history.clear();
      cache.crash(new Error('redis is gone'));
      await clock.advance(100);
      expect(await since()).toEqual([]);
      release('-App');
      expect(await since()).toEqual(['-Cache', '-Redis', '+Redis', '+Cache', '+App']);
      // not in silence
      expect(history.list.slice(0, 2)).toEqual(['Cache: running→stopping (redis is gone)', 'App: stopping→stopped']);
      expect(container.health()).toMatchObject({ ready: true, state: 'running' });
      if (restart === undefined) return;
      cache.crash(boom);
      expect((await since())[0]).toBe('Cache!1 +100ms');
    });
  }

  it('of a dependent, a moment before: both restart, and come back when both may', async () => {
    const { redis, cache, since, clock } = await scene({
      redis: { backoff: { initial: '1s', jitter: 0 } },
      cache: steady,
    });
    cache.crash(boom);
    redis.crash(boom);
    expect(await since()).toEqual(['Cache!1 +100ms', '-App', 'Redis!1 +1000ms', '-Cache', '-Redis']);
    await clock.advance(999);
    expect(await since()).toEqual([]);
    await clock.advance(1);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('of a dependency: it takes down what waits as well, which comes back when both may', async () => {
    const { redis, cache, since, clock } = await scene({ cache: { backoff: { initial: '1s', jitter: 0 } } });
    cache.crash(boom);
    expect(await since()).toEqual(['Cache!1 +1000ms', '-App', '-Cache']);
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Redis']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis']);
    await clock.advance(900);
    expect(await since()).toEqual(['+Cache', '+App']);
  });

  it('of a dependency without a policy: everything stops, and nothing comes back', async () => {
    const { container, redis, cache, since, clock } = await scene({ redis: { when: 'never' }, cache: steady });
    cache.crash(boom);
    await since();
    redis.crash(boom);
    expect(await since()).toEqual(['stopping', '-Redis', '-Mail', 'failed']);
    expect(clock.sleepers).toBe(0);
    expect(container.health()).toMatchObject({ live: false, state: 'failed' });
  });

  it('of something unrelated: its own restart, at its own time', async () => {
    const { redis, mail, since, clock } = await scene({ mail: atOnce });
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Cache', '-Redis']);
    mail.crash(boom);
    expect(await since()).toEqual(['Mail!1 +0ms', '-Mail', '+Mail']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('of what another restart brings back late: dependents wait for it, the others do not', async () => {
    const { container, role, since, clock } = cast();
    const A = role('A', { restart: { backoff: { initial: '1s', jitter: 0 } } });
    const B = role('B', { restart: steady });
    const OfA = role('OfA', { needs: [A] });
    const OfB = role('OfB', { needs: [B] });
    const OfBoth = role('OfBoth', { needs: [A, B] });
    await container.boot([OfA, OfB, OfBoth]);
    await since();
    container.get(A).crash(boom);
    container.get(B).crash(boom);
    expect(await since()).toEqual(['A!1 +1000ms', '-OfBoth', '-OfA', 'B!1 +100ms', '-OfB', '-A', '-B']);
    await clock.advance(100);
    expect(await since()).toEqual(['+B', '+OfB']);
    await clock.advance(900);
    expect(await since()).toEqual(['+A', '+OfA', '+OfBoth']);
  });
});

describe('a crash while the container stops', () => {
  it('of what waits for its turn: nothing comes back, and the stop tells of it', async () => {
    const { container, redis, since, hold, release } = await scene({ redis: atOnce });
    hold('-App');
    const stopped = rejection<StopError>(container.stop());
    expect(await since()).toEqual(['stopping', '-Mail', '-App']);
    redis.crash(boom);
    release('-App');
    const error = await stopped;
    expect(await since()).toEqual(['-Cache', '-Redis', 'failed']);
    expect(error).toBeInstanceOf(StopError);
    expect(error.errors).toEqual([{ service: 'Redis', error: boom }]);
  });

  it('of what is stopping: the stop tells of it', async () => {
    const { container, redis, since, hold, release } = await scene({ redis: atOnce });
    hold('-Redis');
    const stopped = rejection<StopError>(container.stop());
    expect(await since()).toEqual(['stopping', '-Mail', '-App', '-Cache', '-Redis']);
    redis.crash(boom);
    release('-Redis');
    expect((await stopped).errors).toEqual([{ service: 'Redis', error: boom }]);
    expect(container.state).toBe('failed');
  });

  it('of what depends on what has crashed: the first cause stays the cause', async () => {
    const { container, redis, cache, since, hold, release, history } = await scene({
      redis: { when: 'never' },
      cache: atOnce,
    });
    hold('-App');
    redis.crash(boom);
    expect(await since()).toEqual(['stopping', '-Mail', '-App']);
    cache.crash(boom);
    release('-App');
    expect(await since()).toEqual(['-Cache', '-Redis', 'failed']);
    expect(history.events.at(-1)).toMatchObject({ type: 'container', to: 'failed', error: boom });
    await container.stop();
  });

  it('of one service that is stopped by hand: its stop tells of it, and nothing comes back', async () => {
    const { container, cache, since, hold, release, Cache } = await scene({ cache: atOnce });
    hold('-App');
    const stopped = rejection<StopError>(container.stop(Cache));
    expect(await since()).toEqual(['-App']);
    cache.crash(boom);
    release('-App');
    expect((await stopped).errors).toEqual([{ service: 'Cache', error: boom }]);
    expect(await since()).toEqual(['-Cache']);
    expect(container.health()).toMatchObject({ ready: true, state: 'running' });
  });
});

describe('crashes of two services at once', () => {
  it('that have nothing to do with each other: two restarts', async () => {
    const { redis, mail, since } = await scene({ redis: atOnce, mail: atOnce });
    redis.crash(boom);
    mail.crash(boom);
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-App',
      'Mail!1 +0ms',
      '-Mail',
      '-Cache',
      '+Mail',
      '-Redis',
      '+Redis',
      '+Cache',
      '+App',
    ]);
  });

  it('the lower one first: one restart', async () => {
    const { redis, cache, app, since } = await scene({ redis: atOnce, cache: atOnce, app: atOnce });
    redis.crash(boom);
    cache.crash(boom);
    app.crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-App', '-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });

  it('the upper one first: each is answered, and everything goes down and comes back once', async () => {
    const { redis, cache, app, since } = await scene({ redis: atOnce, cache: atOnce, app: atOnce });
    app.crash(boom);
    cache.crash(boom);
    redis.crash(boom);
    expect(await since()).toEqual([
      'App!1 +0ms',
      '-App',
      'Cache!1 +0ms',
      'Redis!1 +0ms',
      '-Cache',
      '-Redis',
      '+Redis',
      '+Cache',
      '+App',
    ]);
  });

  it('one of them without a policy: everything stops, whichever was first', async () => {
    for (const first of ['redis', 'mail'] as const) {
      const set = await scene({ redis: atOnce });
      set[first].crash(boom);
      set[first === 'redis' ? 'mail' : 'redis'].crash(boom);
      const log = await set.since();
      expect(log.slice(-2)).toEqual(['-Redis', 'failed']);
      expect(log).not.toContain('+Redis');
      expect(set.clock.sleepers).toBe(0);
    }
  });
});

describe('a crash during a boot', () => {
  it('of what runs already: it comes back, and the boot waits for it', async () => {
    const { container, role, since, hold, release, clock } = cast();
    const Redis = role('Redis', { restart: steady });
    const Cache = role('Cache', { needs: [Redis] });
    const Slow = role('Slow');
    hold('+Slow');
    const App = role('App', { needs: [Cache, Slow] });
    const booted = container.boot(App);
    expect(await since()).toEqual(['starting', '+Redis', '+Slow', '+Cache']);
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Cache', '-Redis']);
    release('+Slow');
    expect(await since()).toEqual([]);
    expect(container.state).toBe('starting');
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App', 'running']);
    expect((await booted).state).toBe('running');
  });

  it('of one root, while the other starts: the boot waits for both', async () => {
    const { container, role, since, hold, release, clock } = cast();
    const Redis = role('Redis', { restart: steady });
    const Slow = role('Slow');
    hold('+Slow');
    const booted = container.boot([Redis, Slow]);
    await since();
    container.get(Redis).crash(boom);
    release('+Slow');
    expect(await since()).toEqual(['Redis!1 +100ms', '-Redis']);
    expect(container.state).toBe('starting');
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', 'running']);
    await booted;
  });

  it('without a policy: the boot fails', async () => {
    const { container, role, since, hold, release } = cast();
    const Redis = role('Redis');
    hold('+App');
    const booted = rejection<BootError>(container.boot(role('App', { needs: [Redis] })));
    expect(await since()).toEqual(['starting', '+Redis', '+App']);
    container.get(Redis).crash(boom);
    release('+App');
    expect(await since()).toEqual(['stopping', '-App', '-Redis', 'failed']);
    const error = await booted;
    expect(error).toBeInstanceOf(BootError);
    expect(error).toMatchObject({ service: 'Redis', path: ['App', 'Redis'], cause: boom, errors: [] });
  });

  it('more often than its budget allows: the boot fails of that', async () => {
    const { container, role, since, clock } = cast();
    let starts = 0;
    const Redis = role('Redis', {
      restart: { ...atOnce, maxRestarts: 2 },
      onStart() {
        starts += 1;
        if (starts > 1) throw new Error(`start ${String(starts)}`);
      },
    });
    const Slow = role('Slow', {
      async onStart() {
        await this.sleep('1m');
      },
    });
    const booted = rejection<BootError>(container.boot([Redis, Slow]));
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-Redis',
      '+Redis',
      'Redis!2 +0ms',
      '+Redis',
      'stopping',
      '-Slow',
      'failed',
    ]);
    const error = await booted;
    expect(error.service).toBe('Redis');
    expect(error.cause).toBeInstanceOf(RestartLimitError);
    expect((error.cause as Error).cause).toEqual(new Error('start 3'));
    expect(clock.sleepers).toBe(0);
  });

  it('a first start that fails is no crash: the policy has no say, and the boot fails', async () => {
    const { container, role, since } = cast();
    const Redis = role('Redis', {
      restart: atOnce,
      onStart() {
        throw boom;
      },
    });
    const error = await rejection<BootError>(container.boot(role('App', { needs: [Redis] })));
    expect(error).toMatchObject({ service: 'Redis', cause: boom });
    expect(await since()).toEqual(['starting', '+Redis', 'stopping', 'failed']);
  });
});

describe('stop() while a restart is under way', () => {
  it('in backoff: nothing comes back, and nothing is scheduled any more', async () => {
    const { container, redis, since, clock } = await scene();
    redis.crash(boom);
    await since();
    await container.stop();
    expect(await since()).toEqual(['stopping', '-Mail', 'stopped']);
    await settle();
    expect(clock.pending()).toEqual([]);
    await clock.advance('1m');
    expect(await since()).toEqual([]);
  });

  it('on the way down: it goes on, and nothing comes back', async () => {
    const { container, redis, since, hold, release } = await scene({ redis: atOnce });
    hold('-App');
    redis.crash(boom);
    await since();
    const stopped = container.stop();
    expect(await since()).toEqual(['stopping', '-Mail']);
    release('-App');
    await stopped;
    expect(await since()).toEqual(['-Cache', '-Redis', 'stopped']);
  });

  it('on the way up: what is starting is given up', async () => {
    const { container, role, since } = cast();
    let starts = 0;
    const Redis = role('Redis', {
      restart: atOnce,
      async onStart(signal) {
        starts += 1;
        if (starts === 1) return;
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      },
    });
    await container.boot(role('App', { needs: [Redis] }));
    container.get(Redis).crash(boom);
    await since();
    await container.stop();
    expect(await since()).toEqual(['stopping', 'stopped']);
  });

  it('a restart that somebody awaits is told why it does not come back', async () => {
    const { container, since, hold, release, Redis } = await scene();
    hold('-App');
    const restarted = rejection<ModeError>(container.restart(Redis));
    await since();
    const stopped = container.stop();
    release('-App');
    await stopped;
    expect(await restarted).toMatchObject({
      code: 'ERR_MODE_RESTART_ABORTED',
      message: expect.stringMatching(/^Redis did not come back: the container is stopping\n {2}→ /) as string,
    });
  });

  it('a crash that ends the program is the cause', async () => {
    const { container, since, hold, release, mail, Redis } = await scene();
    hold('-App');
    const restarted = rejection<ModeError>(container.restart(Redis));
    await since();
    mail.crash(boom);
    release('-App');
    expect(await restarted).toMatchObject({ code: 'ERR_MODE_RESTART_ABORTED', cause: boom });
  });

  it('and a boot that waits for it fails', async () => {
    const { container, redis, since, App } = await scene();
    redis.crash(boom);
    await since();
    const booted = rejection<BootError>(container.boot(App));
    await settle();
    await container.stop();
    expect(await booted).toMatchObject({ service: 'Redis', cause: { code: 'ERR_MODE_BOOT_ABORTED' } });
  });
});

describe('stop(id) while a restart is in backoff', () => {
  it('of what has crashed: it and its dependents stay down, and nothing is scheduled any more', async () => {
    const { container, redis, since, clock, Redis, App } = await scene();
    redis.crash(boom);
    await since();
    await container.stop(Redis);
    await settle();
    expect(clock.pending()).toEqual([]);
    expect(container.health()).toMatchObject({ ready: true, state: 'running' });
    await container.boot(App);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('of a dependent: the rest comes back without it', async () => {
    const { container, redis, since, clock, Cache, App } = await scene();
    redis.crash(boom);
    await since();
    await container.stop(Cache);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis']);
    await container.boot(App);
    expect(await since()).toEqual(['+Cache', '+App']);
  });

  it('of a dependency: all of it stays down', async () => {
    const { container, cache, since, clock, Redis } = await scene({ cache: steady });
    cache.crash(boom);
    await since();
    await container.stop(Redis);
    expect(await since()).toEqual(['-Redis']);
    expect(clock.pending()).toEqual([]);
  });

  it('of something unrelated: the restart takes place', async () => {
    const { container, redis, since, clock, Mail } = await scene();
    redis.crash(boom);
    await since();
    await container.stop(Mail);
    await clock.advance(100);
    expect(await since()).toEqual(['-Mail', '+Redis', '+Cache', '+App']);
  });

  it('begins the budget anew', async () => {
    const { container, redis, since, Redis } = await scene({ redis: { backoff: false, maxRestarts: 1 } });
    redis.crash(boom);
    await settle();
    await container.stop(Redis);
    await container.boot(Redis);
    await since();
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Redis', '+Redis']);
  });

  it('a service can say so itself', async () => {
    const { redis, since, clock } = await scene();
    redis.crash(boom);
    await since();
    await redis.stop();
    await settle();
    expect([redis.state, clock.sleepers]).toEqual(['crashed', 0]);
  });
});

describe('stop(id) while a restart that was asked for is under way', () => {
  it('of the same service: whoever asked is told', async () => {
    const { container, since, hold, release, Redis } = await scene();
    hold('-App');
    const restarted = rejection<ModeError>(container.restart(Redis));
    await since();
    const stopped = container.stop(Redis);
    release('-App');
    await stopped;
    expect(await restarted).toMatchObject({
      code: 'ERR_MODE_RESTART_ABORTED',
      message: 'Redis did not come back: it was stopped\n  → Boot it again when it is needed.',
    });
    expect(await since()).toEqual(['-Cache', '-Redis']);
  });

  it('of a dependent: the restart is over without it', async () => {
    const { container, since, hold, release, Redis, App } = await scene();
    hold('+Redis');
    const restarted = container.restart(Redis);
    await since();
    await container.stop(App);
    release('+Redis');
    await restarted;
    expect(await since()).toEqual(['+Cache']);
  });

  it('of a dependent on its way up: the restart is over without it', async () => {
    const { container, since, hold, release, Redis, App } = await scene();
    hold('+App');
    const restarted = container.restart(Redis);
    expect(await since()).toEqual(['-App', '-Cache', '-Redis', '+Redis', '+Cache', '+App']);
    const stopped = container.stop(App);
    release('+App');
    await stopped;
    await restarted;
    expect(await since()).toEqual(['-App']);
  });
});

describe('restart(id) while a restart is in backoff', () => {
  it('of what has crashed: now', async () => {
    const { container, redis, since, clock, Redis } = await scene();
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Cache', '-Redis']);
    await container.restart(Redis);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
    expect(clock.pending()).toEqual([]);
  });

  it('of a dependent: now, and first what it needs', async () => {
    const { container, redis, since, App } = await scene();
    redis.crash(boom);
    await since();
    await container.restart(App);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('of a dependency: now, without what still has to wait', async () => {
    const { container, cache, since, clock, Redis } = await scene({ cache: steady });
    cache.crash(boom);
    expect(await since()).toEqual(['Cache!1 +100ms', '-App', '-Cache']);
    await container.restart(Redis);
    expect(await since()).toEqual(['-Redis', '+Redis']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Cache', '+App']);
  });

  it('on the way down: without the wait after it', async () => {
    const { container, redis, since, hold, release, Redis } = await scene();
    hold('-App');
    redis.crash(boom);
    await since();
    const restarted = container.restart(Redis);
    release('-App');
    await restarted;
    expect(await since()).toEqual(['-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });

  it('of something unrelated: the wait goes on', async () => {
    const { container, redis, since, clock, Mail } = await scene();
    redis.crash(boom);
    await since();
    await container.restart(Mail);
    expect(await since()).toEqual(['-Mail', '+Mail']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('counts for no budget', async () => {
    const { container, redis, since, Redis } = await scene({ redis: { ...steady, maxRestarts: 1 } });
    await container.restart(Redis);
    await container.restart(Redis);
    await since();
    redis.crash(boom);
    expect((await since())[0]).toBe('Redis!1 +100ms');
  });
});

describe('restart(id)', () => {
  it('twice at once: it restarts, and both hear of it', async () => {
    const { container, since, Redis, Cache } = await scene();
    await Promise.all([container.restart(Redis), container.restart(Cache)]);
    expect(await since()).toEqual(['-App', '-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });

  it('while it is being stopped: it comes back', async () => {
    const { container, since, hold, release, Redis } = await scene();
    hold('-App');
    const stopped = container.stop(Redis);
    await since();
    const restarted = container.restart(Redis);
    release('-App');
    await stopped;
    await restarted;
    expect(await since()).toEqual(['-Cache', '-Redis', '+Redis']);
  });

  it('tells what went wrong on the way down of what it restarts, and of nothing else', async () => {
    const { container, role, since } = cast();
    const fails = () => {
      throw boom;
    };
    const Redis = role('Redis');
    const Cache = role('Cache', { needs: [Redis], onStop: fails });
    const Mail = role('Mail', { restart: atOnce, onStop: fails });
    await container.boot([Cache, Mail]);
    await since();
    const restarted = rejection<StopError>(container.restart(Redis));
    container.get(Mail).crash(new Error('other'));
    expect((await restarted).errors).toEqual([{ service: 'Cache', error: boom }]);
    expect(await since()).toEqual(['-Cache', 'Mail!1 +0ms', '-Mail', '-Redis', '+Mail', '+Redis', '+Cache']);
  });
});

describe('boot() while a restart is in backoff', () => {
  it('of something unrelated: it starts', async () => {
    const { container, redis, since, role } = await scene();
    redis.crash(boom);
    await since();
    await container.boot(role('More'));
    expect(await since()).toEqual(['+More']);
  });

  it('of something that depends on it: it waits for that', async () => {
    const { container, redis, since, role, clock, Redis } = await scene();
    redis.crash(boom);
    await since();
    const booted = container.boot(role('More', { needs: [Redis] }));
    expect(await since()).toEqual([]);
    await clock.advance(100);
    await booted;
    expect(await since()).toEqual(['+Redis', '+Cache', '+More', '+App']);
  });

  it('of what has crashed, or what went down with it: it waits for that', async () => {
    const { container, redis, since, clock, App, Redis } = await scene();
    redis.crash(boom);
    await since();
    const booted = Promise.all([container.boot(App), container.boot(Redis), redis.start()]);
    expect(await since()).toEqual([]);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
    expect((await booted)[0].state).toBe('running');
  });

  it('can be given up', async () => {
    const { container, redis, since, clock, App } = await scene();
    redis.crash(boom);
    await since();
    const controller = new AbortController();
    const booted = rejection<BootError>(container.boot(App, { signal: controller.signal }));
    await settle();
    controller.abort(new Error('no patience'));
    expect(await booted).toMatchObject({ service: 'Redis', cause: new Error('no patience') });
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+App']);
  });

  it('is told when what it waits for is stopped', async () => {
    const { container, redis, since, App } = await scene();
    redis.crash(boom);
    await since();
    const booted = rejection<BootError>(container.boot(App));
    await settle();
    await container.stop(App);
    expect(await booted).toMatchObject({ cause: { code: 'ERR_MODE_BOOT_ABORTED' } });
    expect(container.state).toBe('running');
  });

  it('that fails takes nothing down but what it has started', async () => {
    const { container, redis, since, role, clock } = await scene();
    redis.crash(boom);
    await since();
    const More = role('More');
    const Bad = role('Bad', {
      needs: [More],
      onStart() {
        throw boom;
      },
    });
    expect(await rejection(container.boot(Bad))).toMatchObject({ service: 'Bad' });
    await clock.advance(100);
    expect(await since()).toEqual(['+More', '+Bad', '-More', '+Redis', '+Cache', '+App']);
  });

  it('of something that depends on what is about to go down: it starts after that is back', async () => {
    const { container, since, role, hold, release, Redis } = await scene();
    hold('-App');
    const restarted = container.restart(Redis);
    await since();
    const booted = container.boot(role('More', { needs: [Redis] }));
    expect(await since()).toEqual([]);
    release('-App');
    await restarted;
    await booted;
    expect(await since()).toEqual(['-Cache', '-Redis', '+Redis', '+Cache', '+More', '+App']);
  });
});

describe('boot() while a service is being stopped by hand', () => {
  it('starts it again once it is down', async () => {
    const { container, since, hold, release, Redis, App } = await scene();
    hold('-App');
    const stopped = container.stop(Redis);
    await since();
    const booted = container.boot(App);
    release('-App');
    await stopped;
    await booted;
    expect(await since()).toEqual(['-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });

  it('also when that has crashed meanwhile', async () => {
    const { container, since, cache, hold, release, Redis, App } = await scene();
    hold('-App');
    const stopped = rejection<StopError>(container.stop(Redis));
    await since();
    cache.crash(boom);
    const booted = container.boot(App);
    release('-App');
    expect((await stopped).errors).toEqual([{ service: 'Cache', error: boom }]);
    await booted;
    expect(await since()).toEqual(['-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });
});

describe('a listener', () => {
  it('may stop the container when a restart is announced', async () => {
    const { container, redis, since, clock } = await scene();
    container.on(({ type }) => {
      if (type === 'restart') void container.stop();
    });
    redis.crash(boom);
    // the first two have nothing to wait for, and an event is told after the one that it came of
    expect(await since()).toEqual(['Redis!1 +100ms', '-Mail', '-App', 'stopping', '-Cache', '-Redis', 'stopped']);
    expect(clock.sleepers).toBe(0);
  });

  it('or the service', async () => {
    const { container, redis, since, clock, Redis } = await scene();
    container.on(({ type }) => {
      if (type === 'restart') void container.stop(Redis);
    });
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Cache', '-Redis']);
    expect([clock.sleepers, container.state]).toEqual([0, 'running']);
  });
});

describe('in a child container', () => {
  /** A Request of the child that uses Redis of the parent, crashed and waiting for its restart. */
  async function crashed() {
    const { container, clock, role, since, watch } = cast();
    const Redis = role('Redis');
    container.bind(Redis).toSelf();
    await container.boot();
    const child = new Container({ parent: container, clock });
    watch(child, 'child ');
    const Request = role('Request', { needs: [Redis], restart: steady });
    await child.boot(Request);
    await since();
    child.get(Request).crash(boom);
    expect(await since()).toEqual(['Request!1 +100ms', '-Request']);
    return { container, clock, since, Redis };
  }

  it('a restart asked of the parent does not wait for what the child cannot bring back', async () => {
    const { container, clock, since, Redis } = await crashed();
    await container.restart(Redis);
    expect(await since()).toEqual(['-Redis', '+Redis']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Request']);
  });

  it('a stop of what it uses in the parent ends its restart', async () => {
    const { container, clock, since, Redis } = await crashed();
    await container.stop(Redis);
    await settle();
    expect([await since(), clock.pending()]).toEqual([['-Redis'], []]);
  });
});
