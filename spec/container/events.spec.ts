/**
 * `on(listener)`: every lifecycle event as a typed, sealed union, until the returned function is called; a listener's error never
 * disturbs the lifecycle and comes back as a `warning` event. The core never logs by itself.
 */
import { describe, expect, it, vi } from 'vitest';
import { Container, Service, service, task, timer, type LifecycleEvent } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, troupe } from './support.js';

const boom = new Error('boom');

describe('on()', () => {
  it('is called with every event, until the returned function is called', async () => {
    const { player } = troupe();
    const { container } = stage();
    const seen: string[] = [];
    const off = container.on((event) => void seen.push(event.type));
    await container.boot(player('A'));
    expect(seen).toEqual(['container', 'service', 'service', 'container']);
    off();
    off();
    await container.stop();
    expect(seen).toHaveLength(4);
  });

  it('the same function twice is called twice, and each has its own end', async () => {
    const { container } = stage();
    let calls = 0;
    const listener = () => void (calls += 1);
    const off = container.on(listener);
    container.on(listener);
    await container.boot();
    expect(calls).toBe(4);
    off();
    await container.stop();
    expect(calls).toBe(6);
  });

  it('a listener that is added or ended by an event is no problem', async () => {
    const { container } = stage();
    const seen: string[] = [];
    const off = container.on(() => {
      off();
      seen.push('first');
      container.on((event) => void seen.push(event.type));
    });
    await container.boot();
    expect(seen).toEqual(['first', 'container']);
  });
});

describe('every event has its time, of the wall clock, and says what happened', () => {
  it('container and service', async () => {
    const { player, hold, release } = troupe();
    const { container, clock } = stage();
    const { events } = recordHistory(container);
    hold('+A', '-A');
    const booting = container.boot(player('A'));
    await clock.advance('2s');
    release('+A');
    await booting;
    await clock.advance('5s');
    const stopping = container.stop();
    await clock.advance('1s');
    release('-A');
    await stopping;
    const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n));
    expect(events).toMatchObject([
      { type: 'container', from: 'idle', to: 'starting', at: second(0) },
      { type: 'service', id: 'A', name: 'A', from: 'idle', to: 'starting', at: second(0) },
      { type: 'service', id: 'A', name: 'A', from: 'starting', to: 'running', ms: 2000, at: second(2) },
      { type: 'container', from: 'starting', to: 'running', at: second(2) },
      { type: 'container', from: 'running', to: 'stopping', at: second(7) },
      { type: 'service', id: 'A', name: 'A', from: 'running', to: 'stopping', ms: 5000, at: second(7) },
      { type: 'service', id: 'A', name: 'A', from: 'stopping', to: 'stopped', ms: 1000, at: second(8) },
      { type: 'container', from: 'stopping', to: 'stopped', at: second(8) },
    ]);
    expect(events.every((event) => !('error' in event))).toBe(true);
  });

  it('task and timer: begin, end, skip, error', async () => {
    @service()
    class Cache extends Service {
      @task({ onError: 'log' })
      listen() {
        throw boom;
      }
      @timer('1s')
      async refresh() {
        await this.sleep('1.5s');
      }
    }
    const { container, clock } = stage();
    const { events } = recordHistory(container, { types: ['task', 'timer'] });
    await container.boot(Cache);
    await clock.advance('2.6s');
    const both = { service: 'Cache', at: expect.any(Date) };
    expect(events).toMatchObject([
      { ...both, type: 'task', name: 'listen', what: 'begin' },
      { ...both, type: 'task', name: 'listen', what: 'error', ms: 0, error: boom },
      { ...both, type: 'timer', name: 'refresh', what: 'begin' },
      { ...both, type: 'timer', name: 'refresh', what: 'skip' },
      { ...both, type: 'timer', name: 'refresh', what: 'end', ms: 1500 },
    ]);
    await container.stop();
  });

  it('restart', async () => {
    @service({ restart: { backoff: false } })
    class Cache extends Service {}
    const { container } = stage();
    const { events } = recordHistory(container, { types: ['restart'] });
    (await container.boot(Cache)).crash(boom);
    await settle();
    expect(events).toMatchObject([
      {
        type: 'restart',
        service: 'Cache',
        attempt: 1,
        delayMs: 0,
        scope: 'dependents',
        error: boom,
        at: expect.any(Date),
      },
    ]);
    await container.stop();
  });

  it('a failed boot: the error of the service and of the container', async () => {
    const { player } = troupe();
    const { container } = stage();
    const history = recordHistory(container);
    await rejection(container.boot(player('Bad', { onStart: () => Promise.reject(boom) })));
    expect(history.list).toEqual([
      'container: idle→starting',
      'Bad: idle→starting',
      'Bad: starting→stopping (boom)',
      'container: starting→stopping (boom)',
      'Bad: stopping→crashed (boom)',
      'container: stopping→failed (boom)',
    ]);
  });

  it('has unique ids where names repeat', async () => {
    const { player } = troupe();
    const { container, history } = stage();
    await container.boot(player('App', { needs: [player('Cache'), player('Cache')] }));
    const ids = history.events.map((event) => (event as Extract<LifecycleEvent, { type: 'service' }>).id);
    expect([...new Set(ids)]).toEqual(['Cache', 'Cache#2', 'App']);
    await container.stop();
  });
});

describe("a listener's error", () => {
  it('never disturbs the lifecycle, and comes back as a warning event', async () => {
    const { player, since } = troupe();
    const { container } = stage();
    container.on((event) => {
      if (event.type === 'service') throw boom;
    });
    const warnings = recordHistory(container, { types: ['warning'] });
    await container.boot(player('A'));
    await container.stop();
    expect(since()).toEqual(['+A', '-A']);
    expect(warnings.list).toEqual(
      Array.from({ length: 4 }, () => 'warning: A listener of container.on() threw (boom)'),
    );
    expect(warnings.events[0]).toMatchObject({ type: 'warning', error: boom, at: expect.any(Date) });
  });

  it('that it throws at the warning as well ends there', async () => {
    const { container } = stage();
    container.on(() => {
      throw boom;
    });
    await container.boot();
    expect(container.state).toBe('running');
  });

  it('of an asynchronous listener as well', async () => {
    const { container } = stage();
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- TypeScript lets it pass without the linter
    container.on(async (event) => {
      await settle();
      if (event.type !== 'warning') throw boom;
    });
    const warnings = recordHistory(container, { types: ['warning'] });
    await container.boot();
    await settle();
    await settle();
    expect(warnings.list).toEqual(
      Array.from({ length: 2 }, () => 'warning: A listener of container.on() threw (boom)'),
    );
  });

  it('does not keep other listeners from being called', async () => {
    const { container } = stage();
    container.on(() => {
      throw boom;
    });
    const history = recordHistory(container, { types: ['container'] });
    await container.boot();
    expect(history.list).toEqual(['container: idle→starting', 'container: starting→running']);
  });
});

describe('a listener that calls the container', () => {
  it('may stop it in the middle of its start', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    let stopping: Promise<void> | undefined;
    container.on((event) => {
      if (event.type === 'service' && event.name === 'Redis' && event.to === 'running') stopping ??= container.stop();
    });
    expect(await rejection(container.boot(App))).toMatchObject({ code: 'ERR_MODE_BOOT' });
    await stopping;
    expect(since()).toEqual(['+Redis', '-Redis']);
    expect(container.state).toBe('stopped');
  });

  it('may boot it again when it has stopped', async () => {
    const { player, since } = troupe();
    const App = player('App');
    const { container } = stage();
    let again: Promise<unknown> | undefined;
    container.on((event) => {
      if (event.type === 'container' && event.to === 'stopped') again ??= container.boot(App);
    });
    await container.boot(App);
    await container.stop();
    await again;
    expect(container.state).toBe('running');
    expect(since()).toEqual(['+App', '-App', '+App']);
  });
});

describe('the core', () => {
  it('never logs by itself', async () => {
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) => vi.spyOn(console, method));
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const { player } = troupe();
    const container = new Container();
    const Bad = player('Bad', { onStop: () => Promise.reject(boom) });
    await container.boot(Bad);
    await rejection(container.stop());
    await rejection(container.boot(player('Worse', { onStart: () => Promise.reject(boom) })));
    expect([...spies, ...written].map(({ mock }) => mock.calls)).toEqual([...spies, ...written].map(() => []));
    vi.restoreAllMocks();
  });
});
