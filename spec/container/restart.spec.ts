/** `restart(id)`: one service; its running dependents stop first, in reverse, and come back after it. */
import { describe, expect, it } from 'vitest';
import { Container, Service, inject, injectable, service, type BootError } from '../../lib/index.js';
import { rejection, settle, stage, troupe } from './support.js';

const boom = new Error('boom');

function program() {
  const { player, ...rest } = troupe();
  const Redis = player('Redis');
  const Clock = player('Clock');
  const Web = player('Web', { needs: [Redis] });
  const Jobs = player('Jobs', { needs: [Redis, Clock] });
  const App = player('App', { needs: [Web, Jobs] });
  return { App, Web, Jobs, Redis, Clock, player, ...rest, ...stage() };
}

describe('restart(id)', () => {
  it('stops dependents in reverse, the service, and starts them again in order', async () => {
    const { App, Redis, container, since } = program();
    await container.boot(App);
    since();
    expect(await container.restart(Redis)).toBeUndefined();
    expect(since()).toEqual(['-App', '-Jobs', '-Web', '-Redis', '+Redis', '+Web', '+Jobs', '+App']);
    expect(container.state).toBe('running');
    await container.stop();
    expect(since()).toEqual(['-App', '-Jobs', '-Web', '-Clock', '-Redis']);
  });

  it('of one that nothing depends on', async () => {
    const { App, container, since } = program();
    await container.boot(App);
    since();
    await container.restart(App);
    expect(since()).toEqual(['-App', '+App']);
  });

  it('is over when all of them run again', async () => {
    const { App, Redis, container, hold, release } = program();
    await container.boot(App);
    hold('+App');
    let over = false;
    const restarting = container.restart(Redis).then(() => (over = true));
    await settle();
    expect(over).toBe(false);
    release('+App');
    await restarting;
  });

  it('is as parallel as the graph allows, both ways', async () => {
    const { App, Redis, container, hold, release, since } = program();
    await container.boot(App);
    since();
    hold('-Web', '-Jobs', '+Web', '+Jobs');
    const restarting = container.restart(Redis);
    await settle();
    expect(since()).toEqual(['-App', '-Jobs', '-Web']);
    release('-Web');
    release('-Jobs');
    await settle();
    expect(since()).toEqual(['-Redis', '+Redis', '+Web', '+Jobs']);
    release('+Web');
    await settle();
    expect(since()).toEqual([]);
    release('+Jobs');
    await restarting;
    expect(since()).toEqual(['+App']);
  });

  it('brings back only what ran', async () => {
    const { App, Web, Redis, container, since } = program();
    await container.boot(App);
    await container.stop(Web);
    since();
    await container.restart(Redis);
    expect(since()).toEqual(['-Jobs', '-Redis', '+Redis', '+Jobs']);
    await container.stop();
  });

  it('keeps the instances; services see onRestart', async () => {
    const log: string[] = [];
    @service()
    class Redis extends Service {
      override onRestart() {
        log.push(`Redis ${String(this.restartCount)}`);
      }
    }
    @service()
    class Cache extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
      override onRestart() {
        log.push(`Cache ${String(this.restartCount)}`);
      }
    }
    const { container } = stage();
    const cache = await container.boot(Cache);
    await container.restart(Redis);
    expect(container.get(Cache)).toBe(cache);
    expect(log).toEqual(['Redis 1', 'Cache 1']);
    await container.stop();
  });

  it('of a service that does not run starts it, with what it needs', async () => {
    const { Web, Redis, container, since } = program();
    await container.boot(Web);
    await container.stop(Redis);
    since();
    await container.restart(Web);
    expect(since()).toEqual(['+Redis', '+Web']);
    await container.stop();
  });

  it('of a service in a container that was not booted boots it', async () => {
    const { Web, container, since } = program();
    await container.restart(Web);
    expect(since()).toEqual(['+Redis', '+Web']);
    expect(container.state).toBe('running');
    await container.stop();
  });

  it('of something that is no service says so', async () => {
    const { App, container } = program();
    await container.boot(App);
    expect(await rejection(container.restart('nothing'))).toMatchObject({ code: 'ERR_MODE_UNKNOWN' });
  });

  it('two at the same time: everything comes back once', async () => {
    const { App, Redis, Clock, container, since } = program();
    await container.boot(App);
    since();
    await Promise.all([container.restart(Redis), container.restart(Clock)]);
    const log = since();
    expect([...log].sort()).toEqual(
      ['+App', '+Clock', '+Jobs', '+Redis', '+Web', '-App', '-Clock', '-Jobs', '-Redis', '-Web'].sort(),
    );
    expect(log.at(-1)).toBe('+App');
    expect(container.state).toBe('running');
    await container.stop();
  });

  it('during which the container stops: it ends, and nothing comes back', async () => {
    const { App, Redis, container, hold, release, since } = program();
    await container.boot(App);
    since();
    hold('-Redis');
    const restarting = rejection(container.restart(Redis));
    await settle();
    const stopping = container.stop();
    release('-Redis');
    await stopping;
    expect(await restarting).toMatchObject({ code: expect.stringMatching(/^ERR_MODE_/) });
    expect(since()).toEqual(['-App', '-Jobs', '-Web', '-Redis', '-Clock']);
    expect(container.state).toBe('stopped');
  });

  it('with an error on the way down: says so, after everything came back', async () => {
    const { player, since } = troupe();
    let bad = true;
    const Redis = player('Redis', {
      onStop: () => {
        if (bad) throw boom;
      },
    });
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    await container.boot(App);
    since();
    expect(await rejection(container.restart(Redis))).toMatchObject({
      code: 'ERR_MODE_STOP',
      errors: [{ service: 'Redis', error: boom }],
    });
    await settle();
    expect(since()).toEqual(['-App', '-Redis', '+Redis', '+App']);
    expect(container.state).toBe('running');
    bad = false;
    await container.stop();
  });

  it('that cannot start again rejects, and the container stops in order and fails', async () => {
    const { player, since } = troupe();
    let bad = false;
    const Clock = player('Clock');
    const Redis = player('Redis', {
      needs: [Clock],
      restart: { when: 'never' },
      onStart: () => {
        if (bad) throw boom;
      },
    });
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    await container.boot(App);
    since();
    bad = true;
    const error = await rejection<BootError>(container.restart(Redis));
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_MODE_/) });
    const causes = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at);
    expect(causes).toContain(boom);
    await settle();
    expect(since()).toEqual(['-App', '-Redis', '+Redis', '-Clock']);
    expect(container.state).toBe('failed');
  });
});

describe('a restarted resource gives its dependents the new value', () => {
  function pools() {
    let made = 0;
    const log: string[] = [];
    const { container } = stage();
    container.resource<{ n: number }>('pool', {
      start: () => ({ n: (made += 1) }),
      stop: ({ n }) => void log.push(`pool ${String(n)} is released`),
    });
    return { container, log };
  }

  it('by making them anew, everything above included', async () => {
    const { container, log } = pools();
    class Users {
      constructor(readonly pool: { n: number }) {}
      onStart() {
        log.push(`Users starts with pool ${String(this.pool.n)}`);
      }
    }
    service({ inject: ['pool'] })(Users);
    class App {
      constructor(readonly users: Users) {}
      onStart() {
        log.push(`App starts with pool ${String(this.users.pool.n)}`);
      }
    }
    service({ inject: [Users] })(App);
    const first = await container.boot(App);
    await container.restart('pool');
    const second = container.get(App);
    expect(second).not.toBe(first);
    expect([first.users.pool.n, second.users.pool.n]).toEqual([1, 2]);
    expect(container.get('pool')).toEqual({ n: 2 });
    await container.stop();
    expect(log).toEqual([
      'Users starts with pool 1',
      'App starts with pool 1',
      'pool 1 is released',
      'Users starts with pool 2',
      'App starts with pool 2',
      'pool 2 is released',
    ]);
  });

  it('not those that only had to wait for it', async () => {
    const { container } = pools();
    class App {
      onStart() {}
    }
    service({ dependsOn: ['pool'] })(App);
    const first = await container.boot(App);
    await container.restart('pool');
    expect(container.get(App)).toBe(first);
    await container.stop();
  });

  it('after a stop and another boot as well', async () => {
    const { container } = pools();
    class App {
      constructor(readonly pool: { n: number }) {}
      onStart() {}
    }
    service({ inject: ['pool'] })(App);
    expect((await container.boot(App)).pool.n).toBe(1);
    await container.stop();
    expect((await container.boot(App)).pool.n).toBe(2);
    await container.stop();
  });

  it.each(['Transient', 'Singleton'] as const)('through a plain injectable (%s)', async (defaultScope) => {
    @injectable()
    class Users {
      constructor(@inject('pool') readonly pool: { n: number }) {}
    }
    class App {
      constructor(readonly users: Users) {}
      onStart() {}
    }
    service({ inject: ['accounts'] })(App);
    let made = 0;
    const container = new Container({ defaultScope });
    container.resource('pool', { start: () => ({ n: (made += 1) }) });
    container.bind(Users).toSelf();
    container.bind('accounts').toService(Users);
    const first = await container.boot(App);
    await container.restart('pool');
    expect([first.users.pool.n, container.get(App).users.pool.n, container.get(Users).pool.n]).toEqual([1, 2, 2]);
    await container.stop();
  });

  it('through a value that is resolved from it', async () => {
    const { container } = pools();
    container
      .bind('size')
      .toResolvedValue((pool: { n: number }) => pool.n * 10, ['pool'])
      .inSingletonScope();
    class App {
      constructor(readonly size: number) {}
      onStart() {}
    }
    service({ inject: ['size'] })(App);
    expect((await container.boot(App)).size).toBe(10);
    await container.restart('pool');
    expect(container.get(App).size).toBe(20);
    await container.stop();
  });
});
