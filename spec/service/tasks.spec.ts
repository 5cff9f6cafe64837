import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, service, task, timer } from '../../lib/index.js';
import { lifecycleOf } from '../../lib/lifecycle/lifecycle.js';
import { FakeClock, recordHistory, withClock } from '../../lib/testing/index.js';
import { boom, fail, gate, reject, rejection, settle, statusOf, theatre, thrown } from '../lifecycle/support.js';

async function running() {
  const stage = theatre();
  const a = stage.actor('A', { only: [] });
  await a.start();
  stage.events.clear();
  return { ...stage, a };
}

describe('addTask()', () => {
  it('calls a function with the signal of the run', async () => {
    const { a, events } = await running();
    const signals: AbortSignal[] = [];
    a.addTask((signal) => void signals.push(signal), { name: 'look' });
    expect(signals).toEqual([a.signal]);
    expect(events.list).toEqual(['A.look: begin', 'A.look: end']);
  });

  it('takes a promise of something that is under way', async () => {
    const { a, events } = await running();
    const { promise, resolve } = gate();
    a.addTask(promise, { name: 'upload' });
    resolve();
    await settle();
    expect([events.list, a.state]).toEqual([['A.upload: begin', 'A.upload: end'], 'running']);
  });

  it('is called after the function, or task', async () => {
    const { a, events } = await running();
    a.addTask(function listen() {
      return 1;
    });
    a.addTask(() => 2);
    a.addTask(Promise.resolve(3));
    await settle();
    expect(events.list.filter((line) => line.endsWith('begin'))).toEqual([
      'A.listen: begin',
      'A.task: begin',
      'A.task: begin',
    ]);
  });

  it.each<[string, (a: Service) => void]>([
    ['throws', (a) => a.addTask(fail())],
    ['rejects', (a) => a.addTask(reject())],
    ['is a promise that rejects', (a) => a.addTask(Promise.reject(boom))],
    [
      'is a thenable that rejects',
      (a) => a.addTask({ then: (_: unknown, give: (error: unknown) => void) => give(boom) } as never),
    ],
  ])('crashes the service where it %s', async (_, add) => {
    const { a } = await running();
    add(a);
    await settle();
    expect([a.state, a.crashReason]).toEqual(['crashed', boom]);
  });

  it('fails the start where it is of onStart', async () => {
    const { actor, log } = theatre();
    const a = actor('A', {
      only: ['onStop', 'onShutdown'],
      onStart(this: Service) {
        this.addTask(fail());
      },
    });
    expect(await rejection(a.start())).toBe(boom);
    expect([log, a.state]).toEqual([['A.onStart', 'A.onStop', 'A.onShutdown'], 'crashed']);
  });

  it('is waited for by a stop', async () => {
    const { a } = await running();
    const { wait, resolve } = gate();
    a.addTask(wait);
    const stopped = a.stop();
    expect([await statusOf(stopped), a.state]).toEqual(['pending', 'stopping']);
    resolve();
    await stopped;
    expect(a.state).toBe('stopped');
  });

  it('may end with what its signal aborts with, which is no error', async () => {
    const { a } = await running();
    a.addTask(
      (signal) =>
        new Promise((_, give) => {
          signal.addEventListener('abort', () => {
            give(signal.reason);
          });
        }),
    );
    await a.stop();
    expect(a.state).toBe('stopped');
  });

  it('that fails while the service stops is an error of the stop', async () => {
    const { a } = await running();
    a.addTask(async (signal) => {
      await a.waitUntilStopped();
      expect(signal.aborted).toBe(true);
      throw boom;
    });
    expect(await rejection(a.stop())).toBe(boom);
    expect([a.state, a.crashReason]).toEqual(['crashed', boom]);
  });

  it('may add another one while the service stops, which is waited for as well', async () => {
    const { a } = await running();
    const { promise, resolve } = gate();
    a.addTask(async () => {
      await a.waitUntilStopped();
      a.addTask(promise);
    });
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    resolve();
    await stopped;
  });

  it('of a promise that fails while the service stops is never lost', async () => {
    const { actor } = theatre();
    const { promise, reject: give } = gate();
    const a = actor('A', {
      onStop(this: Service) {
        this.addTask(promise);
      },
    });
    await a.start();
    const stopped = rejection(a.stop());
    give(boom);
    expect(await stopped).toBe(boom);
  });

  it('is begun by onStop as well, with a signal that has aborted, and waited for', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const log: unknown[] = [];
    const a = actor('A', {
      onStop(this: Service) {
        this.addTask(async (signal) => {
          log.push(signal.aborted);
          await wait();
          log.push('over');
        });
      },
    });
    await a.start();
    const stopped = a.stop();
    expect([await statusOf(stopped), log]).toEqual(['pending', [true]]);
    resolve();
    await stopped;
    expect(log).toEqual([true, 'over']);
  });

  it('is begun in what has crashed, and waits for what depends on it to stop', async () => {
    let called = false;
    @service()
    class Store extends Service {
      flush(): void {
        this.addTask(() => {
          called = true;
        });
      }
    }
    @service({ inject: [Store] })
    class App extends Service {
      constructor(readonly store: Store) {
        super();
      }
      override onStop(): void {
        this.store.flush();
      }
    }
    const container = new Container({ clock: new FakeClock() });
    const { store } = await container.boot(App);
    store.crash(boom);
    await settle();
    expect([called, store.state]).toEqual([true, 'crashed']);
  });

  it('is not begun by an onStart that was given up', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    let called = false;
    const a = actor('A', {
      async onStart(this: Service) {
        await wait();
        this.addTask(() => {
          called = true;
        });
      },
    });
    const started = rejection(a.start());
    const stopped = a.stop();
    resolve();
    await stopped;
    expect([called, a.state, (await started).code]).toEqual([false, 'stopped', 'ERR_MODE_STOPPED']);
  });

  it('needs a run', () => {
    const { actor } = theatre();
    const a = actor('A');
    expect(thrown(() => a.addTask(() => 1)).message).toBe(
      'A is idle, so addTask() has no run to belong to\n  → Call addTask() from onStart or later, while the service runs.',
    );
  });

  it('keeps nothing of those that are over', async () => {
    const { a } = await running();
    for (let index = 0; index < 1000; index += 1) a.addTask(index % 2 === 0 ? () => index : Promise.resolve(index));
    a.addTask(() => a.waitUntilStopped(), { name: 'listen' });
    await settle();
    expect(lifecycleOf(a).run?.background.map(({ label }) => label)).toEqual(['task listen']);
    await a.stop();
    await settle();
    expect(lifecycleOf(a).run?.background).toEqual([]);
  });

  it('that outlives its run does not touch the next one', async () => {
    const { actor, clock, events } = theatre();
    const { wait, reject: give } = gate();
    const a = actor('A', { stopTimeout: 100 });
    await a.start();
    a.addTask(wait, { name: 'deaf' });
    const stopped = rejection(a.stop());
    await clock.advance(100);
    await stopped;
    await a.start();
    events.clear();
    give(boom);
    await settle();
    expect(a.state).toBe('running');
    expect(events.list).toEqual(['A.deaf: error (boom)', 'warning: A failed after its run had ended (boom)']);
  });
});

describe('Service.from()', () => {
  it('is a service with that as its one task', async () => {
    const clock = new FakeClock();
    const signals: AbortSignal[] = [];
    const listener = Service.from(
      (signal) => {
        signals.push(signal);
        return listener.waitUntilStopped();
      },
      { name: 'listener' },
    );
    withClock(listener, clock);
    expect([listener.label, listener.shortLabel, listener.beacon.name]).toEqual(['listener', 'listener', 'listener']);
    await listener.start();
    expect([listener.state, signals]).toEqual(['running', [listener.signal]]);
    await listener.stop();
    expect([listener.state, signals[0]?.aborted]).toEqual(['stopped', true]);
  });

  it('runs on when its function has returned', async () => {
    const done = Service.from(() => 1);
    await done.start();
    await settle();
    expect(done.state).toBe('running');
    await done.stop();
  });

  it('crashes when its function fails', async () => {
    const failing = Service.from(async () => {
      await settle();
      throw boom;
    });
    await failing.start();
    await settle();
    await settle();
    expect([failing.state, failing.crashReason]).toEqual(['crashed', boom]);
  });

  it('is called after its function, or Service', () => {
    expect(Service.from(function poll() {}).label).toBe('poll');
    expect(Service.from(() => 1).label).toBe('Service');
    const named = (): void => undefined;
    expect(Service.from(named).label).toBe('named');
  });

  it('can be a child', async () => {
    const { actor, log } = theatre();
    const parent = actor('parent');
    parent.addDependency(Service.from(() => log.push('child runs'), { name: 'child' }));
    await parent.start();
    expect(log).toContain('child runs');
    await parent.stop();
  });

  it('calls it once the service runs', async () => {
    const states: unknown[] = [];
    const child = Service.from(() => states.push(child.state, child.started), { name: 'child' });
    await child.start();
    expect(states).toEqual(['running', true]);
    await child.stop();
  });

  it('calls it again at each start', async () => {
    let runs = 0;
    const counted = Service.from(() => {
      runs += 1;
    });
    await counted.start();
    await counted.restart();
    expect(runs).toBe(2);
    await counted.stop();
  });
});

/** What runs in the background of some class, declared in both ways. */
function declared(log: string[]) {
  class Plain {
    @task()
    async listen(signal: AbortSignal): Promise<void> {
      log.push('listen');
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
      log.push('listen ends');
    }

    @timer('1s')
    tick(): void {
      log.push('tick');
    }

    @crontab('* * * * *', { timezone: 'UTC' })
    report(): void {
      log.push('report');
    }
  }
  class OfService extends Service {
    @task()
    async listen(signal: AbortSignal): Promise<void> {
      log.push('listen');
      await this.waitUntilStopped();
      log.push(`listen ends${signal.aborted ? '' : ' without its signal'}`);
    }

    @timer('1s')
    tick(): void {
      log.push('tick');
    }

    @crontab('* * * * *', { timezone: 'UTC' })
    report(): void {
      log.push('report');
    }
  }
  return { Plain, OfService };
}

describe('tasks, timers and crontabs that were declared', () => {
  it.each(['Plain', 'OfService'] as const)(
    'on a class (%s) run while the service runs in a container',
    async (which) => {
      const log: string[] = [];
      const cls = declared(log)[which];
      const clock = new FakeClock({ start: '2026-01-01T00:00:58.300Z' });
      const container = new Container({ clock });
      container.bind(cls).toSelf();
      service()(cls);
      const history = recordHistory(container, { types: ['task', 'timer'] });
      await container.boot(cls);
      expect(log).toEqual(['listen']);
      await clock.advance('2.5s');
      expect(log).toEqual(['listen', 'tick', 'report', 'tick']);
      expect(container.timers().map(({ name, kind, runs }) => [name, kind, runs])).toEqual([
        ['tick', 'timer', 2],
        ['report', 'crontab', 1],
      ]);
      await container.stop();
      expect(log.at(-1)).toBe('listen ends');
      await clock.advance('5m');
      expect([log.length, clock.sleepers]).toEqual([5, 0]);
      expect(history.list.filter((line) => line.includes('listen'))).toEqual([
        `${which}.listen: begin`,
        `${which}.listen: end`,
      ]);
    },
  );

  it('begin once the service runs, after its children and before onStarted', async () => {
    const { place, actor } = theatre();
    const log: string[] = [];
    class Early extends Service {
      override onInitDependencies(): Iterable<object> {
        return [actor('child', { onStarted: () => log.push('child.onStarted') })];
      }
      override onStart(): void {
        log.push(`onStart: ${this.state}`);
      }
      override onStarted(): void {
        log.push(`onStarted: ${this.state}`);
      }
      @task()
      listen(): void {
        log.push(`listen: ${this.state}`);
      }
    }
    await place(new Early()).start();
    expect(log).toEqual(['onStart: starting', 'child.onStarted', 'listen: running', 'onStarted: running']);
  });

  it('run outside a container too, and again after a restart', async () => {
    const log: string[] = [];
    const { OfService } = declared(log);
    const clock = new FakeClock({ start: '2026-01-01T00:00:00Z' });
    const a = withClock(new OfService(), clock);
    await a.start();
    await clock.advance('1s');
    await a.restart();
    await clock.advance('1s');
    await a.stop();
    expect(log).toEqual(['listen', 'tick', 'listen ends', 'listen', 'tick', 'listen ends']);
    expect(clock.sleepers).toBe(0);
  });

  it('end with a crash', async () => {
    const log: string[] = [];
    const { OfService } = declared(log);
    const clock = new FakeClock();
    const a = withClock(new OfService(), clock);
    await a.start();
    a.crash(boom);
    await a.stop();
    await clock.advance('5m');
    expect([log, clock.sleepers]).toEqual([['listen', 'listen ends'], 0]);
  });

  it('do not begin where one before them fails at once', async () => {
    const { place } = theatre();
    const log: string[] = [];
    class Failing extends Service {
      @task()
      bad(): void {
        throw boom;
      }
      @task()
      good(): void {
        log.push('good');
      }
      @timer('1s', { immediate: true })
      tick(): void {
        log.push('tick');
      }
    }
    const a = place(new Failing());
    expect(await rejection(a.start())).toBe(boom);
    expect([log, a.state, a.crashReason]).toEqual([[], 'crashed', boom]);
  });
});
