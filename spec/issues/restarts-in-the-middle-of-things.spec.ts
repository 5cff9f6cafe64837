/** What went wrong with restarts of the graph before somebody wrote it down here. */
import { describe, expect, it } from 'vitest';
import { Container, type BootError, type StopError } from '../../lib/index.js';
import { atOnce, boom, cast, steady } from '../container/cast.js';
import { rejection } from '../support.js';

describe('a restart', () => {
  it('of a service that could not come back during the first boot was tried again at once, for ever, counting nothing', async () => {
    const { container, role, since } = cast();
    let starts = 0;
    const Redis = role('Redis', {
      restart: { ...atOnce, maxRestarts: 1 },
      onStart() {
        starts += 1;
        if (starts > 1) throw boom;
      },
    });
    const Slow = role('Slow', {
      async onStart() {
        await this.waitUntilStopped();
      },
    });
    const booted = rejection<BootError>(container.boot([Redis, Slow]));
    await since();
    container.get(Redis).crash(boom);
    expect(await booted).toMatchObject({ service: 'Redis', cause: { code: 'ERR_MODE_RESTART_LIMIT' } });
    expect(starts).toBe(2);
  });

  it('was never over when something was booted meanwhile that needs what goes down', async () => {
    const { container, role, since, hold, release } = cast();
    const Redis = role('Redis');
    await container.boot(role('App', { needs: [Redis] }));
    hold('-App');
    const restarted = container.restart(Redis);
    await since();
    // Redis was still up, so this one started, and kept it up
    const booted = container.boot(role('More', { needs: [Redis] }));
    release('-App');
    await Promise.all([restarted, booted]);
    expect(await since()).toEqual(['-Redis', '+Redis', '+App', '+More']);
  });

  it('of everything, in a container with children, never began: nobody told what runs in them', async () => {
    const { container, role, since, clock } = cast();
    const Redis = role('Redis', { restart: { ...atOnce, scope: 'all' } });
    container.bind(Redis).toSelf();
    await container.boot();
    const child = new Container({ parent: container, clock });
    await child.boot(role('Request', { needs: [Redis] }));
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Request', '-Redis', '+Redis', '+Request']);
    await child.stop();
  });

  it('that could not come back again and again kept a watcher for each try', async () => {
    const { container, role, since, clock } = cast();
    let broken = false;
    const Redis = role('Redis', {
      restart: { maxRestarts: Infinity, backoff: { initial: '1s', max: '1s', jitter: 0 } },
      onStart() {
        if (broken) throw boom;
      },
    });
    const redis = await container.boot(Redis);
    broken = true;
    redis.crash(boom);
    await clock.advance('100s');
    broken = false;
    await clock.advance('1s');
    await since();
    // all of them would write down that it is up again, which made the time of the last crash that of the first
    redis.crash(boom);
    expect((await since())[0]).toBe('Redis!102 +1000ms');
  });

  it('of everything was cut short by a restart of what was stopped before it began', async () => {
    const { container, role, since, clock } = cast();
    const Redis = role('Redis', { restart: { ...steady, scope: 'all' } });
    const App = role('App', { needs: [Redis] });
    await container.boot(App);
    await container.stop(App);
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +100ms', '-Redis']);
    const restarted = container.restart(App);
    expect(await since()).toEqual([]);
    await clock.advance(100);
    await restarted;
    expect(await since()).toEqual(['+Redis', '+App']);
  });
});

describe('a crash', () => {
  it('of a dependent, because of the crash of what it depends on, ended the program in the middle of the restart', async () => {
    const { container, role, since, hold, release } = cast();
    const Redis = role('Redis', { restart: atOnce });
    const Cache = role('Cache', { needs: [Redis] });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    hold('-App');
    container.get(Redis).crash(boom);
    container.get(Cache).crash(new Error('redis is gone'));
    release('-App');
    expect(await since()).toEqual(['Redis!1 +0ms', '-App', '-Cache', '-Redis', '+Redis', '+Cache', '+App']);
  });

  it('while everything stops was forgotten: the stop resolved, and the program exited with 0', async () => {
    const { container, role, since, hold, release } = cast();
    const Redis = role('Redis');
    await container.boot(role('App', { needs: [Redis] }));
    hold('-App');
    const stopped = rejection<StopError>(container.stop());
    await since();
    container.get(Redis).crash(boom);
    release('-App');
    expect((await stopped).errors).toEqual([{ service: 'Redis', error: boom }]);
    expect(container.state).toBe('failed');
  });

  it('of what starts, while its boot is taken back, counted or not, depending on who was down last', async () => {
    for (const alone of [true, false]) {
      const { container, role, since, hold, release } = cast();
      const Redis = role('Redis');
      const App = role('App', { needs: alone ? [] : [Redis] });
      await container.boot(role('Mail'));
      hold('+App');
      const booted = rejection<BootError>(container.boot(App));
      await since();
      container.get(App).crash(boom);
      const stopped = container.stop();
      release('+App');
      // whoever asked for the boot is told, and nobody else
      expect((await booted).cause).toBe(boom);
      await stopped;
      expect(container.state).toBe('stopped');
    }
  });
});

describe('stop(id)', () => {
  it('of what was being restarted did nothing, and it came back', async () => {
    const { container, role, since, clock } = cast();
    const Redis = role('Redis', { restart: steady });
    await container.boot(role('App', { needs: [Redis] }));
    container.get(Redis).crash(boom);
    await since();
    await container.stop(Redis);
    await clock.advance('1m');
    expect(await since()).toEqual([]);
  });

  it('never settled when the same was booted again meanwhile', async () => {
    const { container, role, since, hold, release } = cast();
    const Redis = role('Redis');
    const App = role('App', { needs: [Redis] });
    await container.boot(App);
    await since();
    hold('-App');
    const stopped = container.stop(Redis);
    const booted = container.boot(App);
    release('-App');
    await Promise.all([stopped, booted]);
    expect(await since()).toEqual(['-App', '-Redis', '+Redis', '+App']);
  });
});

describe('boot()', () => {
  it('of what was being restarted resolved before it was back', async () => {
    const { container, role, since, clock } = cast();
    const Redis = role('Redis', { restart: steady });
    const redis = await container.boot(Redis);
    redis.crash(boom);
    await since();
    let over = false;
    const booted = container.boot(Redis).then(() => (over = true));
    await since();
    expect(over).toBe(false);
    await clock.advance(100);
    await booted;
    expect(redis.state).toBe('running');
  });
});
