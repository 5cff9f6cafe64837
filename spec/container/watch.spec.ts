/** Resources have what services have: `restart`, `startRetry`, `required`; `watch` reports what crashes them. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { BootError } from '../../lib/index.js';
import { atOnce, boom, cast, settle } from './cast.js';
import { rejection, thrown } from './support.js';

const POOL = Symbol('pool');

/** A container with pools that write down what happens to them. */
function pools(options: Record<string, unknown> = {}) {
  const set = cast();
  const made: EventEmitter[] = [];
  set.container.resource<EventEmitter>(POOL, {
    start: () => {
      set.log.push('+pool');
      made.push(new EventEmitter());
      return made.at(-1) as EventEmitter;
    },
    stop: () => void set.log.push('-pool'),
    watch: (pool, crash) => void pool.on('error', crash),
    ...options,
  });
  return { ...set, made, App: set.role('App', { needs: [POOL] }) };
}

describe('watch(value, crash)', () => {
  it('is a function', () => {
    expect(thrown(() => pools({ watch: true })).message).toContain('watch of resource(pool) is a function, not true');
  });

  it('is called once the resource is up, before what depends on it starts', async () => {
    const { container, App, log, since } = pools({ watch: () => void log.push('watch') });
    await container.boot(App);
    expect(await since()).toEqual(['starting', '+pool', 'watch', '+App', 'running']);
  });

  it('is not called where it does not start', async () => {
    const calls: unknown[] = [];
    const { container, App } = pools({
      start: () => Promise.reject(boom),
      watch: (value: unknown) => calls.push(value),
    });
    await rejection(container.boot(App));
    expect(calls).toEqual([]);
  });

  it.each([[boom], [undefined]])(
    'what it reports (%s) is a crash: without a restart, everything stops in order',
    async (error) => {
      const { container, App, made, since, history } = pools();
      await container.boot(App);
      await since();
      made[0]?.emit('error', error);
      expect(await since()).toEqual(['stopping', '-App', '-pool', 'failed']);
      expect(history.events.at(-1)).toMatchObject({ to: 'failed', error });
      expect(container.health().services).toContainEqual(
        expect.objectContaining({ name: 'pool', state: 'crashed', failure: error }),
      );
    },
  );

  it('with a restart it comes back, and what depends on it gets the new value', async () => {
    const { container, App, made, since } = pools({ restart: atOnce });
    await container.boot(App);
    await since();
    made[0]?.emit('error', boom);
    expect(await since()).toEqual(['pool!1 +0ms', '-App', '-pool', '+pool', '+App']);
    expect(container.get(App).needs).toEqual([made[1]]);
  });

  it('is called for each value; what an earlier one reports is ignored', async () => {
    const { container, App, made, since } = pools({ restart: atOnce });
    await container.boot(App);
    await container.restart(POOL);
    await since();
    made[0]?.emit('error', boom);
    expect(await since()).toEqual([]);
    made[1]?.emit('error', boom);
    expect((await since())[0]).toBe('pool!1 +0ms');
  });

  it('what comes after a stop is ignored', async () => {
    const { container, App, made, since } = pools();
    await container.boot(App);
    await container.stop();
    await since();
    made[0]?.emit('error', boom);
    expect([await since(), container.state]).toEqual([[], 'stopped']);
  });

  it.each([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
    [
      'reports at once',
      (_: unknown, crash: (error: unknown) => void) => {
        crash(boom);
      },
    ],
  ])('one that %s is a crash', async (_, watch) => {
    const { container, App, history } = pools({ watch });
    const failed = container.boot(App).catch((error: unknown) => error);
    await settle();
    expect(container.state).toBe('failed');
    const error = await failed;
    expect((error as BootError).cause ?? history.events.at(-1)).toBe(boom);
  });

  it('… and is answered by restart', async () => {
    let watched = 0;
    const { container, App, since } = pools({
      restart: atOnce,
      watch: () => {
        watched += 1;
        if (watched === 1) throw boom;
      },
    });
    await container.boot(App);
    expect(await since()).toEqual(['starting', '+pool', 'pool!1 +0ms', '-pool', '+pool', '+App', 'running']);
  });

  it('explain() says what becomes of it', () => {
    const { container, App } = pools({ restart: { backoff: false, maxRestarts: 1, over: '1h' } });
    container.bind(App).toSelf();
    expect(container.explain(POOL)).toBe(
      'When pool crashes, it restarts at once, at most 1 restart within 1h.\n' +
        'App, which depends on it, stops before it and comes back after it.\n' +
        'One crash more, and everything stops in order, and the container fails.',
    );
  });
});
