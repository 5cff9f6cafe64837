/** `startRetry`: a start that fails or times out is tried again, after its way down. */
import { describe, expect, it } from 'vitest';
import { BootError, RestartLimitError, service, type LifecycleEvent } from '../../lib/index.js';
import { atOnce, boom, cast, settle } from './cast.js';
import { rejection, thrown } from './support.js';

/** An `onStart` that fails so many times. */
function failing(times: number): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new Error(`failure ${String(times - left)}`);
  };
}

const steady = { attempts: 5, backoff: { jitter: 0 } };

/** The retries that were told. */
function retries({ events }: { events: readonly LifecycleEvent[] }): unknown[] {
  return events.flatMap((event) =>
    event.type === 'retry' ? [[event.service, event.attempt, event.delayMs, String(event.error)]] : [],
  );
}

describe('what may be given', () => {
  it.each([[-1], [1.5], [NaN], ['5'], [null], [true], [{ attempts: '5' }], [{ attempt: 5 }], [{ backoff: true }]])(
    '%j is refused where it is declared',
    (startRetry) => {
      const error = thrown(() => service({ startRetry: startRetry as never })(class Db {}));
      expect(error.message).toContain('startRetry of Db');
    },
  );

  it('the same for a resource', () => {
    const { container } = cast();
    const error = thrown(() => {
      container.resource('pool', { start: () => 1, startRetry: -1 });
    });
    expect(error.message).toBe('startRetry of pool must be a whole number from 0, or Infinity, not -1');
  });
});

describe('a start that fails', () => {
  it('is tried again with growing delays, and what depends on it starts when it is up', async () => {
    const { container, role, clock, log, history } = cast();
    const Db = role('Db', { startRetry: steady, onStart: failing(3) });
    const booted = container.boot(role('App', { needs: [Db] }));
    await settle();
    expect(log).toEqual(['starting', '+Db']);
    await clock.advance(100);
    await clock.advance(200);
    await clock.advance(400);
    await booted;
    expect(log).toEqual(['starting', '+Db', '+Db', '+Db', '+Db', '+App', 'running']);
    expect(retries(history)).toEqual([
      ['Db', 1, 100, 'Error: failure 1'],
      ['Db', 2, 200, 'Error: failure 2'],
      ['Db', 3, 400, 'Error: failure 3'],
    ]);
  });

  it('is that of the same instance: each attempt after the first is a restart of it', async () => {
    const { container, role, clock } = cast();
    const Db = role('Db', { startRetry: steady, onStart: failing(2) });
    const booted = container.boot(Db);
    await clock.advance(1000);
    expect(await booted).toMatchObject({ state: 'running', restartCount: 2 });
    expect(container.health().services).toMatchObject([{ restarts: 2 }]);
  });

  it('startRetry: 2 is two attempts after the first; the error of the last one ends the boot', async () => {
    const { container, role, clock, history, since } = cast();
    const Redis = role('Redis');
    const failed = rejection<BootError>(
      container.boot(role('Db', { needs: [Redis], startRetry: 2, onStart: failing(9) })),
    );
    await clock.advance(10_000);
    const error = await failed;
    expect(error).toBeInstanceOf(BootError);
    expect([error.service, String(error.cause), error.errors]).toEqual(['Db', 'Error: failure 3', []]);
    expect(await since()).toEqual(['starting', '+Redis', '+Db', '+Db', '+Db', 'stopping', '-Redis', 'failed']);
    expect(retries(history).length).toBe(2);
  });

  it('startRetry: 0 is none', async () => {
    const { container, role, since } = cast();
    await rejection(container.boot(role('Db', { startRetry: 0, onStart: failing(9) })));
    expect(await since()).toEqual(['starting', '+Db', 'stopping', 'failed']);
  });

  it('backoff: false tries again at once', async () => {
    const { container, role, clock } = cast();
    await container.boot(role('Db', { startRetry: { attempts: 3, backoff: false }, onStart: failing(3) }));
    expect(clock.now()).toBe(0);
  });

  it('after its way down: what it has acquired is released before the next attempt', async () => {
    const { container, role, clock, log } = cast();
    const Db = role('Db', {
      startRetry: steady,
      onStart(this: { defer(release: () => void): void }) {
        this.defer(() => void log.push('released'));
        if (log.filter((line) => line === '+Db').length < 2) throw boom;
      },
    });
    const booted = container.boot(Db);
    await clock.advance(100);
    await booted;
    expect(log).toEqual(['starting', '+Db', 'released', '+Db', 'running']);
  });

  it('one that times out is one that fails, and each attempt has its own time', async () => {
    const { container, role, clock, history } = cast();
    let attempts = 0;
    const Db = role('Db', {
      startTimeout: '5s',
      startRetry: { attempts: 1, backoff: false },
      onStart: (signal) => {
        attempts += 1;
        if (attempts === 1) {
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(boom);
            });
          });
        }
        return new Promise<void>((resolve) => void clock.setTimer(4000, resolve));
      },
    });
    const booted = container.boot(Db);
    await clock.advance('5s');
    expect(retries(history)).toMatchObject([['Db', 1, 0, expect.stringContaining('did not start within 5s')]]);
    await clock.advance('4s');
    await booted;
  });

  it('so is one that cannot be made', async () => {
    const { container, clock } = cast();
    let made = 0;
    @service({ startRetry: 1 })
    class Db {
      constructor() {
        made += 1;
        if (made === 1) throw boom;
      }
    }
    const booted = container.boot(Db);
    await clock.advance(200);
    expect([await booted, made]).toEqual([expect.any(Db), 2]);
  });

  it('so is a crash before it is up', async () => {
    const { container, role } = cast();
    let attempts = 0;
    const Db = role('Db', {
      startRetry: { attempts: 1, backoff: false },
      onStart(this: { crash(error: unknown): void }) {
        attempts += 1;
        if (attempts === 1) this.crash(undefined);
      },
    } as never);
    await container.boot(Db);
    expect([container.state, attempts]).toEqual(['running', 2]);
  });

  it('begins to count anew once it was up', async () => {
    const { container, role, clock, history } = cast();
    let broken = true;
    const Db = role('Db', {
      startRetry: { attempts: 2, backoff: { jitter: 0 } },
      restart: atOnce,
      onStart: () => {
        if (broken) throw boom;
      },
    });
    const booted = container.boot(Db);
    await clock.advance(100);
    broken = false;
    await clock.advance(200);
    await booted;
    broken = true;
    container.get(Db).crash(boom);
    await clock.advance(100);
    broken = false;
    await clock.advance(200);
    expect(retries(history)).toEqual([
      ['Db', 1, 100, 'Error: boom'],
      ['Db', 2, 200, 'Error: boom'],
      ['Db', 1, 100, 'Error: boom'],
      ['Db', 2, 200, 'Error: boom'],
    ]);
    expect(container.state).toBe('running');
  });

  it('during a restart: only when no attempt is left it is one more crash', async () => {
    const { container, role, since, history } = cast();
    const onStart = { fails: false };
    const Db = role('Db', {
      startRetry: { attempts: 1, backoff: false },
      restart: { ...atOnce, maxRestarts: 2 },
      onStart: () => {
        if (onStart.fails) throw boom;
      },
    });
    await container.boot(Db);
    await since();
    onStart.fails = true;
    container.get(Db).crash(boom);
    expect(await since()).toEqual(['Db!1 +0ms', '-Db', '+Db', '+Db', 'Db!2 +0ms', '+Db', '+Db', 'stopping', 'failed']);
    const last = history.events.at(-1) as { error?: unknown };
    expect(last.error).toBeInstanceOf(RestartLimitError);
  });

  it('while it waits, it takes no slot of concurrency', async () => {
    const { container, role, clock, log } = cast({ concurrency: 1 });
    const booted = container.boot([role('Db', { startRetry: steady, onStart: failing(1) }), role('Mail')]);
    await settle();
    expect(log).toEqual(['starting', '+Db', '+Mail']);
    await clock.advance(100);
    await booted;
  });

  it('of a resource it is the same', async () => {
    const { container, clock, history } = cast();
    const attempt = failing(2);
    container.resource('pool', { start: () => (attempt(), 'a pool'), startRetry: steady });
    const booted = container.boot('pool');
    await clock.advance(300);
    expect([await booted, retries(history).length]).toEqual(['a pool', 2]);
  });
});

describe('the waiting ends at once', () => {
  const never = { attempts: Infinity, backoff: { initial: '1h', max: '1h' } };

  it('with a stop, and the boot says that it was stopped', async () => {
    const { container, role, clock, since } = cast();
    const failed = rejection<BootError>(container.boot(role('Db', { startRetry: never, onStart: failing(9) })));
    await settle();
    await container.stop();
    expect(await failed).toMatchObject({ service: 'Db', cause: { code: 'ERR_MODE_BOOT_ABORTED' } });
    expect(await since()).toEqual(['starting', '+Db', 'stopping', 'stopped']);
    expect(clock.pending()).toEqual([]);
  });

  it('with an aborted boot', async () => {
    const { container, role, clock } = cast();
    const controller = new AbortController();
    const Db = role('Db', { startRetry: never, onStart: failing(9) });
    const failed = rejection<BootError>(container.boot(Db, { signal: controller.signal }));
    await settle();
    controller.abort(boom);
    expect(await failed).toMatchObject({ service: 'Db', cause: boom });
    expect([container.state, clock.pending()]).toEqual(['failed', []]);
  });

  it('with a boot that fails of something else', async () => {
    const { container, role, clock } = cast();
    const Db = role('Db', { startRetry: never, onStart: failing(9) });
    const slow = role('Slow', {
      onStart: () => new Promise((_, reject) => void clock.setTimer(500, () => reject(boom))),
    });
    const failed = rejection<BootError>(container.boot([Db, slow]));
    await clock.advance(500);
    expect(await failed).toMatchObject({ service: 'Slow', cause: boom });
    expect(clock.pending()).toEqual([]);
  });

  it('with stop(id), after which it can be booted again, with all its attempts', async () => {
    const { container, role, clock } = cast();
    const Db = role('Db', { startRetry: { attempts: 1, backoff: { jitter: 0 } }, onStart: failing(2) });
    await container.boot(role('App'));
    const failed = rejection(container.boot(Db));
    await settle();
    await container.stop(Db);
    await failed;
    const booted = container.boot(Db);
    await clock.advance(100);
    expect((await booted) as object).toMatchObject({ state: 'running' });
  });

  it('with restart(id), which tries at once', async () => {
    const { container, role } = cast();
    const Db = role('Db', { startRetry: never, onStart: failing(1) });
    const booted = container.boot(Db);
    await settle();
    await container.restart(Db);
    await booted;
    expect(container.state).toBe('running');
  });
});
