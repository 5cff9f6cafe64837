import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { boom, rejection } from '../lifecycle/support.js';

/** A class that has all hooks and extends nothing. */
function plain(log: string[], broken?: string) {
  const step = (hook: string): void => {
    log.push(hook);
    if (hook === broken) throw boom;
  };
  @service()
  class Plain {
    onFirstStart(): void {
      step('onFirstStart');
    }
    onRestart(): void {
      step('onRestart');
    }
    async onStart(signal: AbortSignal): Promise<void> {
      await Promise.resolve();
      expect(signal.aborted).toBe(false);
      step('onStart');
    }
    onStarted(): void {
      step('onStarted');
    }
    onStop(): void {
      step('onStop');
    }
    onShutdown(): void {
      step('onShutdown');
    }
  }
  return Plain;
}

describe('a class that extends nothing', () => {
  it('has the same hooks in the same order', async () => {
    const log: string[] = [];
    const container = new Container({ clock: new FakeClock() });
    const history = recordHistory(container);
    const Plain = plain(log);
    await container.boot(Plain);
    await container.restart(Plain);
    await container.stop();
    expect(log).toEqual([
      'onFirstStart',
      'onStart',
      'onStarted',
      'onStop',
      'onShutdown',
      'onRestart',
      'onStart',
      'onStarted',
      'onStop',
      'onShutdown',
    ]);
    expect(history.list).toEqual([
      'container: idle→starting',
      'Plain: idle→starting',
      'Plain: starting→running',
      'container: starting→running',
      'Plain: running→stopping',
      'Plain: stopping→stopped',
      'Plain: stopped→starting',
      'Plain: starting→running',
      'container: running→stopping',
      'Plain: running→stopping',
      'Plain: stopping→stopped',
      'container: stopping→stopped',
    ]);
  });

  it.each([
    ['onFirstStart', ['onFirstStart', 'onShutdown']],
    ['onStart', ['onFirstStart', 'onStart', 'onShutdown']],
    ['onStarted', ['onFirstStart', 'onStart', 'onStarted', 'onStop', 'onShutdown']],
  ])('goes down the same way when its %s fails', async (broken, expected) => {
    const log: string[] = [];
    const container = new Container();
    const error = await rejection(container.boot(plain(log, broken)));
    expect([error.code, error.cause, log, container.state]).toEqual(['ERR_MODE_BOOT', boom, expected, 'failed']);
  });

  it('may have its hooks as fields', async () => {
    const log: string[] = [];
    @service()
    class Fielded {
      onStart = (): void => void log.push('onStart');
      onStop = (): void => void log.push('onStop');
    }
    const container = new Container();
    await container.boot(Fielded);
    await container.stop();
    expect(log).toEqual(['onStart', 'onStop']);
  });

  it('with none of the hooks is there, and its dependents wait for what it needs', async () => {
    const log: string[] = [];
    @service()
    class Redis extends Service {
      override onStart(): void {
        log.push('Redis');
      }
    }
    @service()
    class Repository {
      constructor(readonly redis: Redis) {
        log.push('Repository');
      }
    }
    @service()
    class App extends Service {
      constructor(readonly repository: Repository) {
        super();
      }
      override onStart(): void {
        log.push('App');
      }
    }
    const app = await new Container().boot(App);
    expect(log).toEqual(['Redis', 'Repository', 'App']);
    expect(app.repository.redis.state).toBe('running');
  });
});

describe('a service of a container', () => {
  @service()
  class Redis extends Service {}
  @service()
  class App extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
  }

  it('starts by itself together with what it needs, and stops after what needs it', async () => {
    const container = new Container();
    const app = container.get(App);
    const history = recordHistory(container, { types: ['service'] });
    await app.start();
    await app.redis.stop();
    expect(history.list).toEqual([
      'Redis: idle→starting',
      'Redis: starting→running',
      'App: idle→starting',
      'App: starting→running',
      'App: running→stopping',
      'App: stopping→stopped',
      'Redis: running→stopping',
      'Redis: stopping→stopped',
    ]);
    expect(container.state).toBe('running');
    await container.stop();
  });

  it('restarts by itself, and what needs it comes back after it', async () => {
    const container = new Container();
    const app = await container.boot(App);
    const history = recordHistory(container, { types: ['service'] });
    await app.redis.restart();
    expect(history.list).toEqual([
      'App: running→stopping',
      'App: stopping→stopped',
      'Redis: running→stopping',
      'Redis: stopping→stopped',
      'Redis: stopped→starting',
      'Redis: starting→running',
      'App: stopped→starting',
      'App: starting→running',
    ]);
    expect([app.restartCount, app.redis.restartCount]).toEqual([1, 1]);
    await container.stop();
  });

  it('is disposed of by itself', async () => {
    const container = new Container();
    const app = await container.boot(App);
    await app[Symbol.asyncDispose]();
    expect([app.state, app.redis.state, container.state]).toEqual(['stopped', 'running', 'running']);
    await container.stop();
  });
});
