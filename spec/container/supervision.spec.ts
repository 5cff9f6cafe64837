/**
 * `@service({ restart })`: what becomes of a crash. What else may happen while a restart is under way is in
 * `supervision-meanwhile.spec.ts`.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Container, ModeError, RestartLimitError, Service, crontab, service, task, timer } from '../../lib/index.js';
import { atOnce, boom, cast, settle, steady, type Role } from './cast.js';

afterEach(() => void vi.restoreAllMocks());

/** What the container failed of. */
function reason({ history: { events } }: ReturnType<typeof cast>): unknown {
  const last = events.at(-1);
  expect(last).toMatchObject({ type: 'container', to: 'failed' });
  return (last as { error?: unknown }).error;
}

describe('without a policy', () => {
  it('a crash stops the container in order, and it fails', async () => {
    const { container, role, since } = cast();
    const Redis = role('Redis');
    const Cache = role('Cache', { needs: [Redis] });
    const Other = role('Other');
    const app = await container.boot(role('App', { needs: [Cache, Other] }));
    await since();
    container.get(Cache).crash(boom);
    expect(await since()).toEqual(['stopping', '-App', '-Other', '-Cache', '-Redis', 'failed']);
    expect(container.get(Cache)).toMatchObject({ state: 'crashed', crashReason: boom });
    expect(app).toMatchObject({ state: 'stopped', crashReason: undefined });
  });

  it("the same goes for when: 'never'", async () => {
    const { container, role, history } = cast();
    const Redis = role('Redis', { restart: { when: 'never', maxRestarts: 100 } });
    await container.boot(role('App', { needs: [Redis] }));
    history.clear();
    container.get(Redis).crash(boom);
    await settle();
    expect(history.list).toEqual([
      'Redis: running→stopping (boom)',
      'container: running→stopping (boom)',
      'App: running→stopping',
      'App: stopping→stopped',
      'Redis: stopping→crashed (boom)',
      'container: stopping→failed (boom)',
    ]);
  });

  it('and for maxRestarts: 0, which says so', async () => {
    const set = cast();
    const { container, role } = set;
    const Redis = role('Redis', { restart: { maxRestarts: 0 } });
    await container.boot(Redis);
    container.get(Redis).crash(boom);
    await settle();
    expect(container.state).toBe('failed');
    expect((reason(set) as Error).message).toBe(
      'Redis crashed: boom (never restarts)\n  → Mend the cause, or allow more with `maxRestarts`, `over` and `backoff`.',
    );
  });
});

describe('who restarts', () => {
  /** Redis <- Cache <- App, Redis <- Stats <- App; Mail <- App is on its own. */
  async function scene(restart: object) {
    const set = cast();
    const { container, role, since } = set;
    const Redis = role('Redis', { restart });
    const Cache = role('Cache', { needs: [Redis] });
    const Stats = role('Stats', { needs: [Cache, Redis] });
    const Mail = role('Mail');
    const Report = role('Report', { needs: [Mail] });
    await container.boot([role('App', { needs: [Cache, Stats] }), Report]);
    const booted = await since();
    return { ...set, Redis, Cache, Stats, Mail, Report, booted };
  }

  it("'dependents', the default: everything that depends on it, in reverse, and back in order", async () => {
    const { container, clock, since, booted, Redis, history } = await scene(steady);
    expect(booted).toEqual(['starting', '+Redis', '+Mail', '+Cache', '+Report', '+Stats', '+App', 'running']);
    history.clear();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-App', '-Stats', '-Cache', '-Redis']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Cache', '+Stats', '+App']);
    expect(history.list).toEqual([
      'Redis: running→stopping (boom)',
      'Redis: restart 1 (boom)',
      'App: running→stopping',
      'App: stopping→stopped',
      'Stats: running→stopping',
      'Stats: stopping→stopped',
      'Cache: running→stopping',
      'Cache: stopping→stopped',
      'Redis: stopping→crashed (boom)',
      'Redis: crashed→starting',
      'Redis: starting→running',
      'Cache: stopped→starting',
      'Cache: starting→running',
      'Stats: stopped→starting',
      'Stats: starting→running',
      'App: stopped→starting',
      'App: starting→running',
    ]);
    expect(container.state).toBe('running');
  });

  it("'dependents' of one in the middle leaves alone what it depends on", async () => {
    const { container, since, role } = cast();
    const Redis = role('Redis', { restart: steady });
    const Cache = role('Cache', { needs: [Redis], restart: atOnce });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    container.get(Cache).crash(boom);
    expect(await since()).toEqual(['Cache!1 +0ms', '-App', '-Cache', '+Cache', '+App']);
  });

  it("'self': nobody else notices", async () => {
    const { container, since, Redis } = await scene({ ...atOnce, scope: 'self' });
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Redis', '+Redis']);
    await container.stop();
    expect(await since()).toEqual(['stopping', '-Report', '-App', '-Mail', '-Stats', '-Cache', '-Redis', 'stopped']);
  });

  it("'all': everything in reverse, and back in the order of the boot", async () => {
    const { container, since, clock, Redis } = await scene({ ...steady, scope: 'all' });
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Report', '-App', '-Mail', '-Stats', '-Cache', '-Redis']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Mail', '+Cache', '+Report', '+Stats', '+App']);
    expect(container.state).toBe('running');
  });

  it("'all' leaves alone what was stopped by hand", async () => {
    const { container, since, Redis, Report } = await scene({ ...atOnce, scope: 'all' });
    await container.stop(Report);
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-Mail',
      '-App',
      '-Stats',
      '-Cache',
      '-Redis',
      '+Redis',
      '+Mail',
      '+Cache',
      '+Stats',
      '+App',
    ]);
  });

  it('a service waits with its end until the last of its dependents is down', async () => {
    const { container, since, hold, release, Redis } = await scene(atOnce);
    hold('-App', '-Cache', '+Cache');
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-App']);
    release('-App');
    expect(await since()).toEqual(['-Stats', '-Cache']);
    release('-Cache');
    expect(await since()).toEqual(['-Redis', '+Redis', '+Cache']);
    release('+Cache');
    expect(await since()).toEqual(['+Stats', '+App']);
  });

  it('nobody comes back before all are down', async () => {
    const { container, since, role, hold, release } = cast();
    const Redis = role('Redis', { restart: { ...atOnce, scope: 'all' } });
    await container.boot([Redis, role('Mail'), role('Slow')]);
    await since();
    hold('-Slow');
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Redis', '-Slow', '-Mail']);
    release('-Slow');
    expect(await since()).toEqual(['+Redis', '+Mail', '+Slow']);
  });

  it('what only has to come later goes down and comes back as well', async () => {
    const { container, since, role } = cast();
    const Redis = role('Redis', { restart: atOnce });
    await container.boot(role('App', { dependsOn: [Redis] }));
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-App', '-Redis', '+Redis', '+App']);
  });

  it('a class without any base class restarts as well', async () => {
    const { container, clock, since, log } = cast();
    @service({ restart: atOnce })
    class Plain {
      onStart() {
        log.push('+Plain');
      }
      onStop() {
        log.push('-Plain');
      }
      @timer('1s') tick() {
        throw boom;
      }
    }
    await container.boot(Plain);
    await clock.advance('1s');
    expect(await since()).toEqual(['starting', '+Plain', 'running', 'Plain!1 +0ms', '-Plain', '+Plain']);
  });
});

describe('how often', () => {
  async function scene(restart: object) {
    const set = cast();
    const Redis = set.role('Redis', { restart });
    const redis = await set.container.boot(Redis);
    await set.since();
    return { ...set, redis };
  }

  it('maxRestarts: 2 allows two restarts, and the third crash is too much', async () => {
    const set = cast();
    const { container, role, since } = set;
    const Redis = role('Redis', { restart: { backoff: false, maxRestarts: 2 } });
    const app = await container.boot(role('App', { needs: [Redis] }));
    const redis = container.get(Redis);
    await since();
    const crashes = ['first', 'second', 'third'].map((message) => new Error(message));
    redis.crash(crashes[0]);
    expect(await since()).toEqual(['Redis!1 +0ms', '-App', '-Redis', '+Redis', '+App']);
    redis.crash(crashes[1]);
    expect(await since()).toEqual(['Redis!2 +0ms', '-App', '-Redis', '+Redis', '+App']);
    redis.crash(crashes[2]);
    expect(await since()).toEqual(['stopping', '-App', '-Redis', 'failed']);

    expect(container.state).toBe('failed');
    expect(redis).toMatchObject({ state: 'crashed', crashReason: crashes[2], restartCount: 2 });
    expect(app).toMatchObject({ state: 'stopped', restartCount: 2 });
    const error = reason(set) as RestartLimitError;
    expect(error).toBeInstanceOf(RestartLimitError);
    expect(error).toMatchObject({
      code: 'ERR_MODE_RESTART_LIMIT',
      service: 'Redis',
      restarts: 2,
      cause: crashes[2],
      path: ['App', 'Redis'],
      message:
        'Redis crashed again after 2 restarts: third (restarts at once, at most 2 restarts within 1m)\n' +
        '  → Mend the cause, or allow more with `maxRestarts`, `over` and `backoff`.',
    });
    expect(container.health()).toMatchObject({ live: false, ready: false, state: 'failed' });
  });

  it('by default 5 restarts within a minute, after 100 ms and twice as long each time, ± 20 %', async () => {
    const set = await scene({});
    const { clock, redis, since } = set;
    const random = vi.spyOn(Math, 'random');
    const lines: string[] = [];
    for (const value of [0, 0.25, 0.5, 0.75, 0.999]) {
      random.mockReturnValue(value);
      redis.crash(boom);
      await clock.next();
      lines.push(...(await since()));
    }
    expect(lines.filter((line) => line.includes('!'))).toEqual([
      'Redis!1 +80ms',
      'Redis!2 +180ms',
      'Redis!3 +400ms',
      'Redis!4 +880ms',
      'Redis!5 +1919ms',
    ]);
    redis.crash(boom);
    await settle();
    expect(reason(set)).toMatchObject({
      restarts: 5,
      message: expect.stringContaining(
        'restarts after 100ms, 200ms, 400ms, 800ms, 1.6s (each ±20%), at most 5 restarts within 1m not counting the waiting; ' +
          'the delay starts over after 1m without a crash; a crash loop is given up after 3.1s of waiting',
      ) as string,
    });
  });

  it('restarts are forgotten after `over` of uptime', async () => {
    const { container, clock, redis, since } = await scene({ backoff: false, maxRestarts: 2, over: '10s' });
    for (let crash = 0; crash < 10; crash += 1) {
      redis.crash(boom);
      await clock.advance('6s');
    }
    expect((await since()).filter((line) => line.includes('!'))).toEqual([
      'Redis!1 +0ms',
      ...Array.from({ length: 9 }, () => 'Redis!2 +0ms'),
    ]);
    expect(container.state).toBe('running');
  });

  it('waiting for a restart makes no crash forgotten', async () => {
    const { container, clock, redis, since } = await scene({
      maxRestarts: 2,
      over: '10s',
      backoff: { initial: '1m', factor: 1, max: '1m', jitter: 0 },
    });
    for (let crash = 0; crash < 3; crash += 1) {
      redis.crash(boom);
      await clock.advance('1m');
      await clock.advance('1s');
    }
    expect(await since()).toEqual([
      'Redis!1 +60000ms',
      '-Redis',
      '+Redis',
      'Redis!2 +60000ms',
      '-Redis',
      '+Redis',
      'stopping',
      '-Redis',
      'failed',
    ]);
    expect(container.state).toBe('failed');
  });

  it('nor does a start that takes its time', async () => {
    const { container, clock, since, role } = cast();
    const restart = { backoff: false, maxRestarts: 2, over: '10s' } as const;
    const Redis = role('Redis', {
      restart,
      async onStart() {
        await this.sleep('30s');
      },
    });
    const booted = container.boot(Redis);
    await clock.advance('30s');
    const redis = await booted;
    await since();
    for (let crash = 0; crash < 3; crash += 1) {
      redis.crash(boom);
      await clock.advance('30s');
    }
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-Redis',
      '+Redis',
      'Redis!2 +0ms',
      '-Redis',
      '+Redis',
      'stopping',
      '-Redis',
      'failed',
    ]);
  });

  it('nor does the time in which something else keeps it down', async () => {
    const { container, clock, since, role } = cast();
    const Redis = role('Redis', { restart: { backoff: { initial: '1m', max: '1m', jitter: 0 } } });
    const Cache = role('Cache', { needs: [Redis], restart: { backoff: false, maxRestarts: 1, over: '10s' } });
    const cache = await container.boot(Cache);
    await since();
    cache.crash(boom);
    await clock.advance('1s');
    container.get(Redis).crash(boom);
    await clock.advance('1m');
    await clock.advance('1s');
    expect(await since()).toEqual([
      'Cache!1 +0ms',
      '-Cache',
      '+Cache',
      'Redis!1 +60000ms',
      '-Cache',
      '-Redis',
      '+Redis',
      '+Cache',
    ]);
    cache.crash(boom);
    expect(await since()).toEqual(['stopping', '-Cache', '-Redis', 'failed']);
  });

  it('the delays double up to a limit, and begin anew after `resetAfter` without a crash', async () => {
    const { container, clock, redis, since } = await scene({
      maxRestarts: Infinity,
      backoff: { initial: '1s', factor: 3, max: '20s', jitter: 0, resetAfter: '30s' },
    });
    for (const uptime of ['0s', '0s', '29s', '29s', '30s', '5m', '1s'] as const) {
      redis.crash(boom);
      await clock.next();
      await clock.advance(uptime);
    }
    expect((await since()).filter((line) => line.includes('!'))).toEqual([
      'Redis!1 +1000ms',
      'Redis!2 +3000ms',
      'Redis!3 +9000ms',
      'Redis!4 +20000ms',
      'Redis!5 +20000ms',
      'Redis!1 +1000ms',
      'Redis!1 +1000ms',
    ]);
    expect(container.state).toBe('running');
  });

  it('a delay counts from the crash, and is over when everything is down at the earliest', async () => {
    const { clock, redis, since, hold, release } = await scene(steady);
    hold('-Redis');
    redis.crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Redis']);
    await clock.advance('1s');
    expect(await since()).toEqual([]);
    release('-Redis');
    expect(await since()).toEqual(['+Redis']);
  });

  it('a new boot begins with a full budget', async () => {
    const { container, redis, since } = await scene({ backoff: false, maxRestarts: 1 });
    redis.crash(boom);
    await settle();
    redis.crash(boom);
    await settle();
    expect(container.state).toBe('failed');
    await container.boot();
    await since();
    await container.boot(redis.constructor as Role);
    redis.crash(boom);
    expect((await since()).slice(-3)).toEqual(['Redis!1 +0ms', '-Redis', '+Redis']);
  });

  it('each service has a budget of its own', async () => {
    const { container, role, since } = cast();
    const restart = { backoff: false, maxRestarts: 1, scope: 'self' } as const;
    const [A, B] = [role('A', { restart }), role('B', { restart })];
    await container.boot([A, B]);
    await since();
    container.get(A).crash(boom);
    container.get(B).crash(boom);
    expect(await since()).toEqual(['A!1 +0ms', '-A', 'B!1 +0ms', '-B', '+A', '+B']);
    container.get(B).crash(boom);
    expect(await since()).toEqual(['stopping', '-B', '-A', 'failed']);
  });

  it('restarts without a delay and without end leave the event loop its turn', async () => {
    const { container, clock, role } = cast();
    let starts = 0;
    const Mad = role('Mad', {
      restart: { backoff: false, maxRestarts: Infinity },
      onStart() {
        starts += 1;
        if (starts > 1 && starts < 25) throw boom;
      },
    });
    const mad = await container.boot(Mad);
    mad.crash(boom);
    await settle();
    // this clock stands still, and with it a turn of the event loop: a timer of 0 ms
    expect([starts, clock.pending()]).toEqual([11, [0]]);
    await clock.advance(0);
    expect([starts, mad.state, mad.restartCount]).toEqual([25, 'running', 24]);
  });
});

describe('what cannot start again', () => {
  it('has crashed once more', async () => {
    const set = cast();
    const { container, role, since, clock } = set;
    let broken = false;
    const worse = new Error('worse');
    const Redis = role('Redis', {
      restart: { ...steady, maxRestarts: 3 },
      onStart() {
        if (broken) throw worse;
      },
    });
    await container.boot(role('App', { needs: [Redis] }));
    await since();
    broken = true;
    container.get(Redis).crash(boom);
    await clock.advance('5m');
    expect(await since()).toEqual([
      'Redis!1 +100ms',
      '-App',
      '-Redis',
      '+Redis',
      'Redis!2 +200ms',
      '+Redis',
      'Redis!3 +400ms',
      '+Redis',
      'stopping',
      'failed',
    ]);
    expect(reason(set)).toMatchObject({ code: 'ERR_MODE_RESTART_LIMIT', service: 'Redis', restarts: 3, cause: worse });
  });

  it('also when its start takes too long', async () => {
    const { container, role, since, clock, history } = cast();
    let hangs = false;
    const Redis = role('Redis', {
      restart: steady,
      startTimeout: '1s',
      async onStart() {
        if (hangs) await this.waitUntilStopped();
      },
    });
    const redis = await container.boot(Redis);
    await since();
    history.clear();
    hangs = true;
    redis.crash(boom);
    await clock.advance(100);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Redis', '+Redis']);
    await clock.advance('1s');
    hangs = false;
    expect(await since()).toEqual(['-Redis', 'Redis!2 +200ms']);
    await clock.advance(200);
    expect(await since()).toEqual(['+Redis']);
    expect(history.events.filter(({ type }) => type === 'restart')).toMatchObject([
      { error: boom },
      { error: { code: 'ERR_MODE_START_TIMEOUT' } },
    ]);
    expect(redis).toMatchObject({ state: 'running', restartCount: 2, crashReason: undefined });
  });

  it('ends the program, when it is a dependent without a policy', async () => {
    const set = cast();
    const { container, role, since } = set;
    let broken = false;
    const Redis = role('Redis', { restart: atOnce });
    const Mail = role('Mail');
    const Cache = role('Cache', {
      needs: [Redis],
      onStart() {
        if (broken) throw boom;
      },
    });
    await container.boot([role('App', { needs: [Cache] }), Mail]);
    await since();
    broken = true;
    container.get(Redis).crash(new Error('only redis'));
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-App',
      '-Cache',
      '-Redis',
      '+Redis',
      '+Cache',
      'stopping',
      '-Mail',
      '-Redis',
      'failed',
    ]);
    expect(reason(set)).toBe(boom);
  });

  it('is tried again by its own policy, when it is a dependent with one', async () => {
    const { container, role, since, clock } = cast();
    let broken = false;
    const Redis = role('Redis', { restart: atOnce });
    const Cache = role('Cache', {
      needs: [Redis],
      restart: steady,
      onStart() {
        if (broken) throw boom;
      },
    });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    broken = true;
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-App', '-Cache', '-Redis', '+Redis', '+Cache', 'Cache!1 +100ms']);
    broken = false;
    await clock.advance(100);
    expect(await since()).toEqual(['+Cache', '+App']);
  });

  it('what its start has left half done is taken back before the next try', async () => {
    const { container, role, since, log } = cast();
    let broken = false;
    const Redis = role('Redis', {
      restart: atOnce,
      onStart() {
        this.defer(() => void log.push('released'));
        if (!broken) return;
        broken = false;
        throw boom;
      },
    });
    const redis = await container.boot(Redis);
    await since();
    broken = true;
    redis.crash(boom);
    expect(await since()).toEqual([
      'Redis!1 +0ms',
      '-Redis',
      'released',
      '+Redis',
      'released',
      'Redis!2 +0ms',
      '+Redis',
    ]);
  });
});

describe('what can be seen of it', () => {
  it("a 'restart' event for each", async () => {
    const { container, role, history } = cast();
    const Redis = role('Redis', { restart: { ...steady, scope: 'all' } });
    const redis = await container.boot(Redis);
    redis.crash(boom);
    const at = new Date('2026-01-01T00:00:00Z');
    const redisNode = { service: 'Redis', id: 'Redis', depth: 0 };
    expect(history.events.filter(({ type }) => type === 'restart')).toEqual([
      { type: 'restart', ...redisNode, attempt: 1, delayMs: 100, scope: 'all', error: boom, at },
    ]);
  });

  it('restartCount, onRestart, restarts in health(), report() and graph(), crashReason while it is down', async () => {
    const { container, log, clock } = cast();
    @service({ restart: steady })
    class Redis extends Service {
      override onFirstStart() {
        log.push('onFirstStart');
      }
      override onRestart() {
        log.push(`onRestart ${String(this.restartCount)}`);
      }
    }
    @service({ inject: [Redis] })
    class App {
      constructor(readonly redis: Redis) {}
      onRestart() {
        log.push('App.onRestart');
      }
    }
    await container.boot(App);
    const redis = container.get(Redis);
    redis.crash(boom);
    await settle();
    expect(redis).toMatchObject({
      state: 'crashed',
      crashed: true,
      started: false,
      shouldStop: true,
      crashReason: boom,
      restartCount: 0,
    });
    expect(container.health()).toEqual({
      live: true,
      ready: false,
      degraded: [],
      state: 'running',
      services: [
        { id: 'Redis', name: 'Redis', state: 'crashed', restarts: 0, failure: boom },
        { id: 'App', name: 'App', state: 'stopped', restarts: 0 },
      ],
    });
    await clock.advance(100);
    expect(log).toEqual(['starting', 'onFirstStart', 'running', 'Redis!1 +100ms', 'onRestart 1', 'App.onRestart']);
    expect(redis).toMatchObject({
      state: 'running',
      crashed: false,
      started: true,
      crashReason: undefined,
      restartCount: 1,
    });
    expect(container.health()).toEqual({
      live: true,
      ready: true,
      degraded: [],
      state: 'running',
      services: [
        { id: 'Redis', name: 'Redis', state: 'running', restarts: 1 },
        { id: 'App', name: 'App', state: 'running', restarts: 1 },
      ],
    });
    expect(container.report().services.map(({ id, restarts }) => [id, restarts])).toEqual([
      ['Redis', 1],
      ['App', 1],
    ]);
    expect(container.graph().node('Redis')).toMatchObject({ state: 'running', restarts: 1 });
  });

  it('the signal of the run tells the reason, and the next run has a new one', async () => {
    const { container, role } = cast();
    const Redis = role('Redis', { restart: atOnce });
    const app = await container.boot(role('App', { needs: [Redis] }));
    const redis = container.get(Redis);
    const [ofRedis, ofApp] = [redis.signal, app.signal];
    redis.crash(boom);
    await settle();
    expect(ofRedis.reason).toBe(boom);
    expect(ModeError.is(ofApp.reason) && ofApp.reason.code).toBe('ERR_MODE_STOPPED');
    expect([redis.signal.aborted, app.signal.aborted]).toEqual([false, false]);
  });

  it('tasks, timers and crontabs of all that restarts begin anew, those of nobody else', async () => {
    const { container, clock, log, since } = cast();
    class Busy extends Service {
      @task() async work() {
        log.push(`${this.label} works`);
        await this.waitUntilStopped();
        log.push(`${this.label} rests`);
      }
      @timer('10s') tick() {
        log.push(`${this.label} ticks`);
      }
      @crontab('*/30 * * * * *') report() {
        log.push(`${this.label} reports`);
      }
    }
    @service({ restart: { backoff: { initial: '5s', jitter: 0 } } })
    class Redis extends Busy {}
    @service({ dependsOn: [Redis] })
    class Cache extends Busy {}
    @service()
    class Mail extends Busy {}
    await container.boot([Cache, Mail]);
    expect(await since()).toEqual(['starting', 'Redis works', 'Cache works', 'Mail works', 'running']);
    await clock.advance('15s');
    expect(await since()).toEqual(['Redis ticks', 'Cache ticks', 'Mail ticks']);
    expect(container.timers()).toHaveLength(6);
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +5000ms', 'Redis rests', 'Cache rests']);
    await clock.advance('5s');
    expect(await since()).toEqual(['Mail ticks', 'Redis works', 'Cache works']);
    await clock.advance('15s');
    expect(await since()).toEqual([
      'Mail reports',
      'Mail ticks',
      'Redis ticks',
      'Redis reports',
      'Cache ticks',
      'Cache reports',
    ]);
    expect(container.timers()).toHaveLength(6);
  });

  it('a task that dies is found, and its service comes back', async () => {
    const { container, clock, log } = cast();
    let messages = 0;
    @service({ restart: steady })
    class Consumer extends Service {
      @task() async consume() {
        log.push('connected');
        for (;;) {
          if (!(await this.sleep('1s'))) return;
          messages += 1;
          if (messages === 3) throw new Error('broker is gone');
        }
      }
    }
    await container.boot(Consumer);
    await clock.advance('10s');
    expect(log).toEqual(['starting', 'connected', 'running', 'Consumer!1 +100ms', 'connected']);
    expect(messages).toBe(9);
    expect(container.health()).toMatchObject({ live: true, ready: true });
  });
});

describe('values that are made anew', () => {
  it('reach what depends on them', async () => {
    const { container, role, since, log } = cast();
    const Network = role('Network', { restart: atOnce });
    const POOL = Symbol('Pool');
    let pools = 0;
    container.resource(POOL, {
      inject: [Network],
      start: () => {
        pools += 1;
        log.push(`+pool ${String(pools)}`);
        return pools;
      },
      stop: (pool) => void log.push(`-pool ${String(pool)}`),
    });
    @service({ inject: [POOL] })
    class Cache extends Service {
      constructor(readonly pool: number) {
        super();
      }
      override onStart() {
        log.push(`+Cache with ${String(this.pool)}`);
      }
      override onStop() {
        // what it depends on can still be asked for
        log.push(`-Cache with ${String(container.get(POOL))}`);
      }
    }
    const first = await container.boot(Cache);
    await since();
    container.get(Network).crash(boom);
    expect(await since()).toEqual([
      'Network!1 +0ms',
      '-Cache with 1',
      '-pool 1',
      '-Network',
      '+Network',
      '+pool 2',
      '+Cache with 2',
    ]);
    expect([first.pool, container.get(Cache).pool, container.get(POOL)]).toEqual([1, 2, 2]);
    await container.restart(POOL);
    expect(await since()).toEqual(['-Cache with 2', '-pool 2', '+pool 3', '+Cache with 3']);
  });
});

describe('child containers', () => {
  async function scene(restart: object, ofChild?: object) {
    const set = cast();
    const { container, role, since, clock, watch } = set;
    const Redis = role('Redis', { restart });
    const Mail = role('Mail');
    container.bind(Redis).toSelf();
    container.bind(Mail).toSelf();
    await container.boot();
    const child = new Container({ parent: container, clock });
    watch(child, 'child ');
    const Request = role('Request', { needs: [Redis], ...(ofChild && { restart: ofChild }) });
    await child.boot(Request);
    await since();
    return { ...set, Redis, child, Request };
  }

  it('what uses a service of the parent restarts with it', async () => {
    const { container, since, Redis, child, clock } = await scene(steady);
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Request', '-Redis']);
    expect([container.state, child.state]).toEqual(['running', 'running']);
    await clock.advance(100);
    expect(await since()).toEqual(['+Redis', '+Request']);
    await child.stop();
    expect(await since()).toEqual(['child stopping', '-Request', 'child stopped']);
  });

  it("also when the parent's policy restarts all", async () => {
    const { container, since, Redis } = await scene({ ...atOnce, scope: 'all' });
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Mail', '-Request', '-Redis', '+Redis', '+Mail', '+Request']);
  });

  it('restarts of its own do not reach the parent', async () => {
    const { since, child, Request } = await scene(steady, { ...atOnce, scope: 'all' });
    child.get(Request).crash(boom);
    expect(await since()).toEqual(['Request!1 +0ms', '-Request', '+Request']);
  });

  it('a child that stops while the parent restarts is not brought back', async () => {
    const { container, since, Redis, child, clock } = await scene(steady);
    container.get(Redis).crash(boom);
    await since();
    await child.stop();
    await clock.advance(100);
    expect(await since()).toEqual(['child stopping', 'child stopped', '+Redis']);
  });

  it('a parent that stops while it restarts takes the child with it', async () => {
    const { container, since, Redis, clock } = await scene(steady, steady);
    container.get(Redis).crash(boom);
    await since();
    await container.stop();
    expect(await since()).toEqual(['stopping', 'child stopping', 'child stopped', '-Mail', 'stopped']);
    expect(clock.sleepers).toBe(0);
  });

  it('a crash that ends the parent stops the child first', async () => {
    const { container, since, child, Redis } = await scene({ when: 'never' });
    container.get(Redis).crash(boom);
    expect(await since()).toEqual([
      'stopping',
      'child stopping',
      '-Request',
      '-Mail',
      'child stopped',
      '-Redis',
      'failed',
    ]);
    expect(child.state).toBe('stopped');
  });

  it('what cannot come back in the child is the business of the child', async () => {
    const { container, role, since, clock, watch } = cast();
    const Redis = role('Redis', { restart: atOnce });
    container.bind(Redis).toSelf();
    await container.boot();
    const child = new Container({ parent: container, clock });
    watch(child, 'child ');
    let broken = false;
    const Request = role('Request', {
      needs: [Redis],
      onStart() {
        if (broken) throw boom;
      },
    });
    await child.boot(Request);
    await since();
    broken = true;
    await container.restart(Redis);
    expect(await since()).toEqual(['-Request', '-Redis', '+Redis', '+Request', 'child stopping', 'child failed']);
    expect([container.state, child.state]).toEqual(['running', 'failed']);
  });
});
