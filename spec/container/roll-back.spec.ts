/**
 * A start that fails, times out or is aborted rolls back: whatever had started, the half-started service included, is stopped
 * in reverse, and `BootError` names the service, the path to it, the cause and anything that went wrong on the way back.
 */
import { describe, expect, it } from 'vitest';
import { BootError, Service, service, type ModeError } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, troupe } from './support.js';

const boom = new Error('boom');

/** `App` needs `Cache`, which needs `Redis`; `Files` is beside it, and `Late` behind it. */
function program(
  cache: { onStart?: (signal: AbortSignal) => unknown; startTimeout?: string; stopTimeout?: string } = {},
) {
  const { player, ...rest } = troupe();
  const Redis = player('Redis');
  const Files = player('Files');
  const Cache = player('Cache', { needs: [Redis], ...cache });
  const Late = player('Late', { needs: [Cache] });
  const App = player('App', { needs: [Files, Late] });
  return { App, Cache, Redis, Files, player, ...rest, ...stage() };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('a start that fails', () => {
  it('stops what had started in reverse, and starts nothing more', async () => {
    const { App, container, since } = program({ onStart: () => Promise.reject(boom) });
    await rejection(container.boot(App));
    // the half-started Cache has no -Cache: onStop runs exactly when onStart had succeeded
    expect(since()).toEqual(['+Files', '+Redis', '+Cache', '-Files', '-Redis']);
    expect(container.state).toBe('failed');
  });

  it('takes the half-started service down the only way there is', async () => {
    const { player } = troupe();
    const log: string[] = [];
    @service()
    class Half extends Service {
      override onStart() {
        this.defer(() => log.push('released'));
        throw boom;
      }
      override onStop() {
        log.push('onStop');
      }
      override onShutdown() {
        log.push('onShutdown');
      }
    }
    const { container, history } = stage();
    await rejection(container.boot(player('App', { needs: [Half] })));
    expect(log).toEqual(['released', 'onShutdown']);
    expect(history.list).toEqual([
      'Half: idle→starting',
      'Half: starting→stopping (boom)',
      'Half: stopping→crashed (boom)',
    ]);
  });

  it('rejects with a BootError that names the service, the path to it and the cause', async () => {
    const { App, container } = program({ onStart: () => Promise.reject(boom) });
    const error = await rejection<BootError>(container.boot(App));
    expect(error).toBeInstanceOf(BootError);
    expect(error).toMatchObject({
      name: 'BootError',
      code: 'ERR_MODE_BOOT',
      service: 'Cache',
      path: ['App', 'Late', 'Cache'],
      errors: [],
      message:
        'Cache could not be started (App → Late → Cache): boom\n  → Everything that had started was stopped again; see the cause for what Cache met.',
    });
    expect(error.cause).toBe(boom);
  });

  it.each<[string, object]>([
    [
      'the constructor',
      class {
        constructor() {
          throw boom;
        }
        onStart() {}
      },
    ],
    [
      'onFirstStart',
      class {
        onFirstStart() {
          throw boom;
        }
      },
    ],
    [
      'onStart',
      class {
        onStart() {
          throw boom;
        }
      },
    ],
    [
      'onStart, later',
      class {
        async onStart() {
          await settle();
          throw boom;
        }
      },
    ],
    [
      'onStarted',
      class {
        onStarted() {
          throw boom;
        }
      },
    ],
    [
      'onStarted, later',
      class {
        async onStarted() {
          await settle();
          throw boom;
        }
      },
    ],
    [
      'a child',
      class extends Service {
        override onStart() {
          this.addDependency(
            new (class extends Service {
              override onStart() {
                throw boom;
              }
            })(),
          );
        }
      },
    ],
  ])('in %s', async (_, cls) => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    service({ name: 'Bad', dependsOn: [Redis] })(cls as new () => object);
    const { container } = stage();
    const error = await rejection<BootError>(container.boot(player('App', { needs: [cls as never] })));
    expect([error.service, error.path, error.cause]).toEqual(['Bad', ['App', 'Bad'], boom]);
    expect(since()).toEqual(['+Redis', '-Redis']);
    expect(container.state).toBe('failed');
  });

  it('in a task before anybody depends on it', async () => {
    const { player, since } = troupe();
    class Bad extends Service {
      override onStart() {
        this.addTask(() => {
          throw boom;
        });
      }
    }
    service()(Bad);
    const { container } = stage();
    const error = await rejection<BootError>(container.boot(player('App', { needs: [Bad] })));
    expect([error.service, error.cause]).toEqual(['Bad', boom]);
    expect(since()).toEqual([]);
  });

  it.each([[undefined], [null], ['a string'], [42]])('by throwing %j', async (thrown) => {
    const { App, container } = program({ onStart: () => Promise.reject(thrown) });
    const error = await rejection<BootError>(container.boot(App));
    expect(error.cause).toBe(thrown);
    expect(error.message).toContain(`Cache could not be started (App → Late → Cache): ${String(thrown)}\n`);
  });

  it('does not wait for the way down of the failed service before it stops the others', async () => {
    const { player, hold, since } = troupe();
    let letGo!: () => void;
    class Slow {
      onStart() {
        throw boom;
      }
      onShutdown() {
        return new Promise<void>((resolve) => (letGo = resolve));
      }
    }
    service()(Slow);
    const { container } = stage();
    hold('-Quick');
    const booting = rejection(container.boot([player('Quick'), Slow]));
    await settle();
    expect(since()).toEqual(['+Quick', '-Quick']);
    expect(container.state).toBe('stopping');
    letGo();
    await settle();
    expect(container.state).toBe('stopping');
    void booting;
  });

  it('waits for what is still starting: that is given up, and stopped once it has settled', async () => {
    const { App, container, hold, release, since, player } = program({ onStart: () => Promise.reject(boom) });
    let signal: AbortSignal | undefined;
    const Slow = player('Slow', { onStart: (given) => (signal = given) && undefined });
    hold('+Slow', '+Files');
    let over = false;
    const booting = rejection(container.boot([Slow, App])).then(() => (over = true));
    await settle();
    expect([over, container.state]).toEqual([false, 'stopping']);
    expect(since()).toEqual(['+Slow', '+Files', '+Redis', '+Cache', '-Redis']);
    release('+Slow');
    release('+Files');
    await booting;
    expect(since()).toEqual(['-Slow', '-Files']);
    expect(signal?.aborted).toBe(true);
  });
});

describe('a start that times out', () => {
  it('is given up: its signal aborts, what had started is stopped, the cause says so', async () => {
    let reason: unknown;
    const { App, container, clock, since } = program({
      startTimeout: '5s',
      onStart: (signal) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        return untilAborted(signal);
      },
    });
    const booting = rejection<BootError>(container.boot(App));
    await clock.advance('5s');
    const error = await booting;
    expect(error).toMatchObject({
      service: 'Cache',
      path: ['App', 'Late', 'Cache'],
      cause: { code: 'ERR_MODE_START_TIMEOUT' },
      errors: [],
      message:
        'Cache could not be started (App → Late → Cache): Cache did not start within 5s: it was waiting on onStart\n' +
        '  → Let onStart settle (what never ends belongs into a @task()), or allow more with @service({ startTimeout }).',
    });
    expect(reason).toBe(error.cause);
    expect(since()).toEqual(['+Files', '+Redis', '+Cache', '-Files', '-Redis']);
    expect(container.state).toBe('failed');
  });

  it('after 60 s unless something else was said', async () => {
    const { App, container, clock } = program({ onStart: untilAborted });
    const booting = rejection<BootError>(container.boot(App));
    await clock.advance('59.9s');
    expect(container.state).toBe('starting');
    await clock.advance('0.1s');
    expect((await booting).message).toContain('Cache did not start within 1m');
  });

  it('each service has its own time, from the moment it starts', async () => {
    const { player, hold, release, since } = troupe();
    const Redis = player('Redis', { startTimeout: '10s' });
    const Cache = player('Cache', { needs: [Redis], startTimeout: '10s' });
    const { container, clock } = stage();
    hold('+Redis', '+Cache');
    const booting = container.boot(Cache);
    await clock.advance('9s');
    release('+Redis');
    await clock.advance('9s');
    release('+Cache');
    await booting;
    expect(since()).toEqual(['+Redis', '+Cache']);
  });

  it('onStarted counts', async () => {
    class Slow {
      onStarted() {
        return new Promise(() => undefined);
      }
    }
    service({ startTimeout: '1s' })(Slow);
    const { container, clock } = stage();
    const booting = rejection<BootError>(container.boot(Slow));
    await clock.advance('2s');
    expect((await booting).message).toContain('Slow did not start within 1s: it was waiting on onStarted');
  });

  it('is abandoned when it does not notice that its signal aborts, named with what it was waiting on', async () => {
    const { App, container, clock, since } = program({
      startTimeout: '5s',
      onStart: () => new Promise(() => undefined),
    });
    const abandoned = recordHistory(container, { types: ['abandoned'] });
    const booting = rejection<BootError>(container.boot(App));
    await clock.advance('6s');
    const error = await booting;
    expect(error.cause).toMatchObject({ code: 'ERR_MODE_START_TIMEOUT' });
    expect(error.errors).toMatchObject([
      { code: 'ERR_MODE_STOP', abandoned: [{ service: 'Cache', waitingOn: ['onStart'] }] },
    ]);
    expect(abandoned.list).toEqual(['Cache: abandoned, waiting on onStart']);
    expect(since()).toEqual(['+Files', '+Redis', '+Cache', '-Files', '-Redis']);
  });

  it('and succeeds after all: what it acquired is released', async () => {
    let succeed!: () => void;
    const log: string[] = [];
    class Late {
      onStart() {
        return new Promise<void>((resolve) => (succeed = resolve));
      }
      onStop(signal: AbortSignal) {
        log.push(`onStop, aborted: ${String(signal.aborted)}`);
      }
    }
    service({ startTimeout: '1s' })(Late);
    const { container, clock } = stage();
    const booting = rejection(container.boot(Late));
    await clock.advance('5s');
    await booting;
    expect(log).toEqual([]);
    succeed();
    await settle();
    expect(log).toEqual(['onStop, aborted: true']);
  });
});

describe('a start that is aborted: boot(root, { signal })', () => {
  const reason = new Error('enough');

  it('rolls back, with the reason as the cause', async () => {
    const controller = new AbortController();
    const { App, container, since } = program({ onStart: untilAborted });
    const booting = rejection<BootError>(container.boot(App, { signal: controller.signal }));
    await settle();
    controller.abort(reason);
    const error = await booting;
    expect(error).toMatchObject({
      code: 'ERR_MODE_BOOT',
      service: 'Cache',
      path: ['App', 'Late', 'Cache'],
      errors: [],
    });
    expect(error.cause).toBe(reason);
    expect(since()).toEqual(['+Files', '+Redis', '+Cache', '-Files', '-Redis']);
    expect(container.state).toBe('failed');
  });

  it('AbortSignal.abort(): nothing is started or made at all', async () => {
    const { container, history } = stage();
    const made: string[] = [];
    class App {
      constructor() {
        made.push('App');
      }
      onStart() {}
    }
    service()(App);
    const error = await rejection<BootError>(container.boot(App, { signal: AbortSignal.abort(reason) }));
    expect(error).toMatchObject({ code: 'ERR_MODE_BOOT', service: 'App', path: ['App'], cause: reason });
    expect([...made, ...history.list]).toEqual([]);
    expect(container.state).toBe('failed');
    await container.boot(App);
    expect(container.state).toBe('running');
  });

  it('AbortSignal.timeout() and the like: its own reason', async () => {
    const { App, container } = program({ onStart: untilAborted });
    const controller = new AbortController();
    const booting = rejection<BootError>(container.boot(App, { signal: controller.signal }));
    await settle();
    controller.abort();
    expect(((await booting).cause as Error).name).toBe('AbortError');
  });

  it('after the boot is over does nothing', async () => {
    const controller = new AbortController();
    const { App, container, since } = program();
    await container.boot(App, { signal: controller.signal });
    since();
    controller.abort(reason);
    await settle();
    expect(since()).toEqual([]);
    expect(container.state).toBe('running');
  });

  it('in the moment the boot is over does nothing', async () => {
    const controller = new AbortController();
    const { container } = stage();
    const { player, since } = troupe();
    container.on((event) => {
      if (event.type === 'container' && event.to === 'running') controller.abort(reason);
    });
    await container.boot(player('App'), { signal: controller.signal });
    await settle();
    expect(since()).toEqual(['+App']);
    expect(container.state).toBe('running');
  });

  it('of a boot that adds to what runs leaves the rest running', async () => {
    const controller = new AbortController();
    const { player, since } = troupe();
    const { container } = stage();
    await container.boot(player('Redis'));
    const booting = rejection<BootError>(
      container.boot(player('Slow', { onStart: untilAborted }), { signal: controller.signal }),
    );
    await settle();
    controller.abort(reason);
    expect((await booting).cause).toBe(reason);
    expect(container.state).toBe('running');
    expect(since()).toEqual(['+Redis', '+Slow']);
  });

  it('of boot() without a root', async () => {
    const { container } = stage();
    const { player } = troupe();
    container.bind('slow').to(player('Slow', { onStart: untilAborted }));
    const controller = new AbortController();
    const booting = rejection<BootError>(container.boot({ signal: controller.signal }));
    await settle();
    controller.abort(reason);
    expect((await booting).service).toBe('Slow');
  });
});

describe('what goes wrong on the way back', () => {
  it('is in `errors`, and in the message; everything else is still stopped', async () => {
    const worse = new Error('worse');
    const { player, since } = troupe();
    const Redis = player('Redis', { onStop: () => Promise.reject(worse) });
    const Files = player('Files');
    const App = player('App', { needs: [Files, Redis], onStart: () => Promise.reject(boom) });
    const { container } = stage();
    const error = await rejection<BootError>(container.boot(App));
    expect(error.cause).toBe(boom);
    expect(error.errors).toEqual([worse]);
    expect(error.message).toBe(
      'App could not be started (App): boom; on the way back: worse\n  → Everything that had started was stopped again; see the cause for what App met.',
    );
    expect(since()).toEqual(['+Files', '+Redis', '+App', '-Redis', '-Files']);
  });

  it('what does not stop in time is abandoned, named, and what it depends on is still stopped', async () => {
    const { player, since } = troupe();
    const Redis = player('Redis');
    const Stuck = player('Stuck', { needs: [Redis], stopTimeout: '2s', onStop: () => new Promise(() => undefined) });
    const App = player('App', { needs: [Stuck], onStart: () => Promise.reject(boom) });
    const { container, clock } = stage();
    const booting = rejection<BootError>(container.boot(App));
    await clock.advance('2s');
    const error = await booting;
    expect(error.cause).toBe(boom);
    expect(error.errors.map((one) => (one as ModeError).code)).toEqual(['ERR_MODE_STOP']);
    expect(error.errors).toMatchObject([{ abandoned: [{ service: 'Stuck', waitingOn: ['onStop'] }] }]);
    expect(since()).toEqual(['+Redis', '+Stuck', '+App', '-Stuck', '-Redis']);
  });

  it('another service that fails to start meanwhile', async () => {
    const other = new Error('other');
    const { player, hold, release } = troupe();
    const A = player('A', { onStart: () => Promise.reject(boom) });
    const B = player('B', { onStart: () => Promise.reject(other) });
    const { container } = stage();
    hold('+B');
    const booting = rejection<BootError>(container.boot([A, B]));
    await settle();
    release('+B');
    const error = await booting;
    expect([error.service, error.cause, error.errors]).toEqual(['A', boom, [other]]);
  });
});
