import { describe, expect, it } from 'vitest';
import { Service, StopError, service, task } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, troupe } from './support.js';

const boom = new Error('boom');
const never = () => new Promise<never>(() => undefined);

describe('stop()', () => {
  it('stops what runs, in reverse', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const Cache = player('Cache', { needs: [Redis] });
    const App = player('App', { needs: [Cache, Redis] });
    const { container } = stage();
    await container.boot(App);
    since();
    expect(await container.stop()).toBeUndefined();
    expect(since()).toEqual(['-App', '-Cache', '-Redis']);
    expect(container.state).toBe('stopped');
  });

  it('tries everything, then rejects with StopError if anything failed', async () => {
    const worse = new Error('worse');
    const { player, since } = troupe();
    const Redis = player('Redis', { onStop: () => Promise.reject(worse) });
    const Cache = player('Cache', { needs: [Redis] });
    const App = player('App', { needs: [Cache], onStop: () => Promise.reject(boom) });
    const { container } = stage();
    await container.boot(App);
    since();
    const error = await rejection<StopError>(container.stop());
    expect(error).toBeInstanceOf(StopError);
    expect(since()).toEqual(['-App', '-Cache', '-Redis']);
    expect(error).toMatchObject({
      name: 'StopError',
      code: 'ERR_MODE_STOP',
      path: ['App'],
      errors: [
        { service: 'App', error: boom },
        { service: 'Redis', error: worse },
      ],
      abandoned: [],
      message:
        'Not everything stopped cleanly:\n  - App: boom\n  - Redis: worse\n  → Everything else was stopped; see `errors` for what each service met.',
    });
    expect(error.cause).toBe(boom);
    expect(container.state).toBe('failed');
  });

  it('collects every error of one service: onStop, a release, a child, onShutdown', async () => {
    class Child extends Service {
      override onStop() {
        throw new Error('child');
      }
    }
    @service()
    class Bad extends Service {
      override onStart() {
        this.addDependency(new Child());
        this.defer(() => {
          throw new Error('release');
        });
      }
      override onStop() {
        throw new Error('onStop');
      }
      override onShutdown() {
        throw new Error('onShutdown');
      }
    }
    const { container } = stage();
    await container.boot(Bad);
    const error = await rejection<StopError>(container.stop());
    expect(error.errors.map((one) => `${one.service}: ${(one.error as Error).message}`)).toEqual([
      'Bad: onStop',
      'Child: child',
      'Bad: release',
      'Bad: onShutdown',
    ]);
  });

  it('is over at once when everything stops at once', async () => {
    @service()
    class Quick {
      onStop() {}
    }
    const { container } = stage();
    await container.boot(Quick);
    const stopping = container.stop();
    expect(container.state).toBe('stopped');
    await stopping;
  });
});

describe('what does not stop in time', () => {
  function program(options: { stopTimeout?: string } = {}) {
    const { player, ...rest } = troupe();
    const Redis = player('Redis');
    const Stuck = player('Stuck', { needs: [Redis], onStop: never, ...options });
    const App = player('App', { needs: [Stuck] });
    return { App, Stuck, Redis, player, ...rest, ...stage() };
  }

  it('is abandoned after its stopTimeout, named with what it was waiting on, and everything it depends on is still stopped', async () => {
    const { App, container, clock, since } = program({ stopTimeout: '5s' });
    const abandoned = recordHistory(container, { types: ['abandoned'] });
    await container.boot(App);
    since();
    const stopping = rejection<StopError>(container.stop());
    await clock.advance('4.9s');
    expect(since()).toEqual(['-App', '-Stuck']);
    await clock.advance('0.1s');
    const error = await stopping;
    expect(since()).toEqual(['-Redis']);
    expect(error).toMatchObject({
      code: 'ERR_MODE_STOP',
      path: ['Stuck'],
      errors: [],
      abandoned: [{ service: 'Stuck', waitingOn: ['onStop'] }],
      message:
        'Not everything stopped cleanly:\n  - Stuck was abandoned, waiting on onStop\n' +
        '  → Let what is named settle when its signal aborts, or give it more time with `stopTimeout` or `stop({ timeout })`.',
    });
    expect(abandoned.events).toMatchObject([
      { type: 'abandoned', service: 'Stuck', waitingOn: ['onStop'], at: expect.any(Date) },
    ]);
    expect(container.state).toBe('failed');
  });

  it('after 60 s unless something else was said', async () => {
    const { App, container, clock } = program();
    await container.boot(App);
    const stopping = rejection(container.stop());
    await clock.advance('59.9s');
    expect(container.state).toBe('stopping');
    await clock.advance('0.1s');
    await stopping;
  });

  it('hears so: the signal of its onStop aborts', async () => {
    const { player } = troupe();
    let signal!: AbortSignal;
    const Stuck = player('Stuck', { stopTimeout: '5s', onStop: (given) => ((signal = given), never()) });
    const { container, clock } = stage();
    await container.boot(Stuck);
    const stopping = rejection(container.stop());
    await clock.advance('4.9s');
    expect(signal.aborted).toBe(false);
    await clock.advance('0.1s');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({
      code: 'ERR_MODE_STOP_TIMEOUT',
      message: expect.stringContaining('Stuck did not stop within 5s: it was waiting on onStop'),
    });
    await stopping;
  });

  it('and settles when it hears so is still abandoned: its time was over', async () => {
    const { player } = troupe();
    const Slow = player('Slow', {
      stopTimeout: '5s',
      onStop: (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    const { container, clock } = stage();
    await container.boot(Slow);
    const stopping = rejection<StopError>(container.stop());
    await clock.advance('5s');
    expect((await stopping).abandoned).toEqual([{ service: 'Slow', waitingOn: ['onStop'] }]);
  });

  it.each<[string, new () => object, string[]]>([
    [
      'onStop',
      class {
        onStop() {
          return never();
        }
      },
      ['onStop'],
    ],
    [
      'onShutdown',
      class {
        onShutdown() {
          return never();
        }
      },
      ['onShutdown'],
    ],
    ['a task', withTask(), ['task listen']],
    [
      'two added tasks',
      class extends Service {
        override onStarted() {
          this.addTask(never, { name: 'one' });
          this.addTask(never, { name: 'two' });
        }
      },
      ['task one', 'task two'],
    ],
    [
      'a hold',
      class extends Service {
        override onStarted() {
          this.holdShutdown();
        }
      },
      ['a hold on its shutdown'],
    ],
    [
      'a release',
      class extends Service {
        override onStarted() {
          this.defer(never);
        }
      },
      ['the release of what it uses'],
    ],
    [
      'a child',
      class extends Service {
        override onStart() {
          this.addDependency(new StuckChild());
        }
      },
      ['StuckChild: onStop'],
    ],
  ])('is named with what it was waiting on: %s', async (_, cls, waitingOn) => {
    service({ name: 'Stuck', stopTimeout: '1s' })(cls);
    const { container, clock } = stage();
    await container.boot(cls);
    const stopping = rejection<StopError>(container.stop());
    await clock.advance('1s');
    expect((await stopping).abandoned).toEqual([{ service: 'Stuck', waitingOn }]);
    expect(container.state).toBe('failed');
  });

  it('each service has its own time, from the moment it begins to stop', async () => {
    const { player, hold, release } = troupe();
    const Redis = player('Redis', { stopTimeout: '10s' });
    const App = player('App', { needs: [Redis], stopTimeout: '10s' });
    const { container, clock } = stage();
    await container.boot(App);
    hold('-Redis', '-App');
    const stopping = container.stop();
    await clock.advance('9s');
    release('-App');
    await clock.advance('9s');
    release('-Redis');
    await stopping;
    expect(container.state).toBe('stopped');
  });

  it('an error that it throws later is a warning', async () => {
    const { player } = troupe();
    let fail!: (error: unknown) => void;
    const Stuck = player('Stuck', { stopTimeout: '1s', onStop: () => new Promise((_, reject) => (fail = reject)) });
    const { container, clock } = stage();
    const warnings = recordHistory(container, { types: ['warning'] });
    await container.boot(Stuck);
    const stopping = rejection(container.stop());
    await clock.advance('1s');
    await stopping;
    fail(boom);
    await settle();
    expect(warnings.list).toEqual(['warning: Stuck failed after it was abandoned (boom)']);
  });
});

describe('stop({ timeout }) is one budget for the whole shutdown', () => {
  it('what is not down by then is abandoned, and everything it depends on still gets its turn', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const Cache = player('Cache', { needs: [Redis], onStop: never });
    const App = player('App', { needs: [Cache] });
    const { container, clock } = stage();
    await container.boot(App);
    since();
    const stopping = rejection<StopError>(container.stop({ timeout: '2s' }));
    await clock.advance('2s');
    const error = await stopping;
    expect(since()).toEqual(['-App', '-Cache', '-Redis']);
    expect(error.abandoned).toEqual([{ service: 'Cache', waitingOn: ['onStop'] }]);
    expect(error.errors).toEqual([]);
  });

  it('not one for each service', async () => {
    const { player } = troupe();
    const stuck = (name: string, ...needs: never[]) => player(name, { needs, onStop: never });
    const App = stuck('App', stuck('Cache', stuck('Redis') as never) as never);
    const { container, clock } = stage();
    await container.boot(App);
    const stopping = rejection<StopError>(container.stop({ timeout: '2s' }));
    await clock.advance('2.5s');
    expect((await stopping).abandoned.map(({ service: name }) => name)).toEqual(['App', 'Cache', 'Redis']);
  });

  it('what is down in time is not in it', async () => {
    const { player } = troupe();
    const App = player('App', { needs: [player('Redis')] });
    const { container } = stage();
    await container.boot(App);
    await container.stop({ timeout: '2s' });
    expect(container.state).toBe('stopped');
  });

  it('the tightest of several counts', async () => {
    const { player } = troupe();
    const Stuck = player('Stuck', { onStop: never });
    const { container, clock } = stage();
    await container.boot(Stuck);
    const stops = [
      container.stop(),
      container.stop({ timeout: '10s' }),
      container.stop({ timeout: '2s' }),
      container.stop({ timeout: '20s' }),
    ].map((stop) => rejection(stop));
    await clock.advance('2s');
    expect(new Set(await Promise.all(stops)).size).toBe(1);
  });

  it('of nothing gives up at once whatever is not down', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const Stuck = player('Stuck', { needs: [Redis], onStop: never });
    const { container, clock } = stage();
    await container.boot(Stuck);
    since();
    const stopping = rejection<StopError>(container.stop({ timeout: 0 }));
    await clock.advance(0);
    expect((await stopping).abandoned).toMatchObject([{ service: 'Stuck', waitingOn: ['onStop'] }]);
    expect(since()).toEqual(['-Stuck', '-Redis']);
  });

  it('of a boot that is rolled back', async () => {
    const { player } = troupe();
    const Stuck = player('Stuck', { onStart: never });
    const { container, clock } = stage();
    const booting = rejection(container.boot(Stuck));
    await settle();
    const stopping = rejection<StopError>(container.stop({ timeout: '2s' }));
    await clock.advance('2s');
    expect((await stopping).abandoned).toEqual([{ service: 'Stuck', waitingOn: ['onStart'] }]);
    expect(await booting).toMatchObject({
      code: 'ERR_MODE_BOOT',
      cause: { code: 'ERR_MODE_BOOT_ABORTED' },
      errors: [{ code: 'ERR_MODE_STOP' }],
    });
  });
});

describe('stop(id)', () => {
  // App → Web → Redis, Jobs → Redis, Clock
  function program() {
    const { player, ...rest } = troupe();
    const Redis = player('Redis');
    const Clock = player('Clock');
    const Web = player('Web', { needs: [Redis] });
    const Jobs = player('Jobs', { needs: [Redis, Clock] });
    const App = player('App', { needs: [Web, Jobs] });
    return { App, Web, Jobs, Redis, Clock, player, ...rest, ...stage() };
  }

  it('stops its running dependents first, in reverse, and nothing else', async () => {
    const { App, Redis, container, since } = program();
    await container.boot(App);
    since();
    await container.stop(Redis);
    expect(since()).toEqual(['-App', '-Jobs', '-Web', '-Redis']);
    expect(container.state).toBe('running');
    await container.stop();
    expect(since()).toEqual(['-Clock']);
  });

  it('as parallel as the graph allows', async () => {
    const { App, Redis, container, hold, release, since } = program();
    await container.boot(App);
    since();
    hold('-Web', '-Jobs');
    const stopping = container.stop(Redis);
    await settle();
    expect(since()).toEqual(['-App', '-Jobs', '-Web']);
    release('-Web');
    await settle();
    expect(since()).toEqual([]);
    release('-Jobs');
    await stopping;
    expect(since()).toEqual(['-Redis']);
  });

  it('of one that nothing depends on', async () => {
    const { App, container, since } = program();
    await container.boot(App);
    since();
    await container.stop(App);
    expect(since()).toEqual(['-App']);
  });

  it('takes a token', async () => {
    const { player, since } = troupe();
    const { container } = stage();
    container.bind('store').to(player('Redis'));
    await container.boot('store');
    await container.stop('store');
    expect(since()).toEqual(['+Redis', '-Redis']);
  });

  it('of one that does not run does nothing', async () => {
    const { App, Redis, container, since } = program();
    await container.boot(App);
    await container.stop(Redis);
    since();
    await container.stop(Redis);
    expect(since()).toEqual([]);
  });

  it('of one that was never booted does nothing', async () => {
    const { container, player, Redis } = program();
    await container.boot(Redis);
    await container.stop(player('Unknown'));
    expect(container.state).toBe('running');
  });

  it('of something that is no service says so, with the nearest names', async () => {
    const { container, App } = program();
    await container.boot(App);
    expect(await rejection(container.stop('Rediss'))).toMatchObject({
      code: 'ERR_MODE_UNKNOWN',
      message:
        'Rediss is no service of this container; did you mean Redis?\n  → Give the class or the token that it was booted by.',
      path: ['Rediss'],
    });
  });

  it('rejects with what went wrong, after everything was tried', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const Bad = player('Bad', { needs: [Redis], onStop: () => Promise.reject(boom) });
    const App = player('App', { needs: [Bad] });
    const { container } = stage();
    await container.boot(App);
    since();
    expect(await rejection(container.stop(Redis))).toMatchObject({
      code: 'ERR_MODE_STOP',
      errors: [{ service: 'Bad', error: boom }],
    });
    expect(since()).toEqual(['-App', '-Bad', '-Redis']);
    expect(container.state).toBe('running');
  });

  it('boot() starts it again, and what went with it', async () => {
    const { App, Redis, container, since } = program();
    const app = await container.boot(App);
    await container.stop(Redis);
    since();
    expect(await container.boot(App)).toBe(app);
    expect(since()).toEqual(['+Redis', '+Web', '+Jobs', '+App']);
    await container.stop();
  });

  it('while it is starting gives its boot up', async () => {
    const { App, Redis, container, hold, release, since } = program();
    hold('+Redis');
    const booting = rejection(container.boot(App));
    await settle();
    const stopping = container.stop(Redis);
    release('+Redis');
    await stopping;
    expect(await booting).toMatchObject({
      code: 'ERR_MODE_BOOT',
      service: 'Redis',
      cause: { code: 'ERR_MODE_BOOT_ABORTED' },
    });
    expect(since()).toEqual(['+Redis', '+Clock', '-Clock', '-Redis']);
  });
});

class StuckChild extends Service {
  override onStop() {
    return never();
  }
}

function withTask(): new () => object {
  class Stuck extends Service {
    @task()
    listen() {
      return never();
    }
  }
  return Stuck;
}
