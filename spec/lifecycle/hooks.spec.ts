import { describe, expect, it } from 'vitest';
import { Service, type Hooks } from '../../lib/index.js';
import { boom, fail, gate, reject, rejection, settle, statusOf, theatre } from './support.js';

describe('the hooks of a service are called in this order', () => {
  it('on its first start', async () => {
    const { actor, log } = theatre();
    await actor('A').start();
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStarted']);
  });

  it('on a stop', async () => {
    const { actor, since } = theatre();
    const a = actor('A');
    await a.start();
    since();
    await a.stop();
    expect(since()).toEqual(['A.onStop', 'A.onShutdown']);
  });

  it('on every later start, which is a restart', async () => {
    const { actor, since } = theatre();
    const a = actor('A');
    await a.start();
    await a.stop();
    since();
    await a.start();
    expect([since(), a.restartCount]).toEqual([['A.onRestart', 'A.onStart', 'A.onStarted'], 1]);
    await a.restart();
    expect(since()).toEqual(['A.onStop', 'A.onShutdown', 'A.onRestart', 'A.onStart', 'A.onStarted']);
    expect(a.restartCount).toBe(2);
  });

  it('on a crash, which takes the same way down as a stop', async () => {
    const { actor, since, states } = theatre();
    const a = actor('A');
    await a.start();
    since();
    a.crash(boom);
    await a.stop();
    expect(since()).toEqual(['A.onStop', 'A.onShutdown']);
    expect(states.list).toEqual([
      'A: idle→starting',
      'A: starting→running',
      'A: running→stopping (boom)',
      'A: stopping→crashed (boom)',
    ]);
  });

  it('with everything that is asynchronous waited for', async () => {
    const { actor, log } = theatre();
    const gates = { onFirstStart: gate(), onStart: gate(), onStarted: gate(), onStop: gate(), onShutdown: gate() };
    const a = actor('A', {
      onFirstStart: gates.onFirstStart.wait,
      onStart: gates.onStart.wait,
      onStarted: gates.onStarted.wait,
      onStop: gates.onStop.wait,
      onShutdown: gates.onShutdown.wait,
    });
    const seen: unknown[] = [];
    const step = async (hook: keyof typeof gates): Promise<void> => {
      await settle();
      seen.push([log.at(-1), a.state]);
      gates[hook].resolve();
    };
    const started = a.start();
    await step('onFirstStart');
    await step('onStart');
    await step('onStarted');
    await started;
    const stopped = a.stop();
    await step('onStop');
    await step('onShutdown');
    await stopped;
    expect(seen).toEqual([
      ['A.onFirstStart', 'starting'],
      ['A.onStart', 'starting'],
      ['A.onStarted', 'running'],
      ['A.onStop', 'stopping'],
      ['A.onShutdown', 'stopping'],
    ]);
    expect(a.state).toBe('stopped');
  });

  it('with everything of a run in its place', async () => {
    const { actor, log } = theatre();
    const child = actor('child');
    const a = actor('A', {
      onStart(this: Service) {
        this.addDependency(child);
        this.defer(() => log.push('A released the first'));
        this.defer(() => log.push('A released the second'));
        this.signal.addEventListener('abort', () => log.push('A signal'));
        this.addTask(
          async (signal) => {
            log.push('A task');
            await this.waitUntilStopped();
            log.push(`A task ends, aborted ${String(signal.aborted)}`);
          },
          { name: 'listen' },
        );
      },
    });
    await a.start();
    const hold = a.holdShutdown();
    const stopped = a.stop();
    await settle();
    log.push('the hold is released');
    hold.release();
    await stopped;
    expect(log).toEqual([
      'A.onFirstStart',
      'A.onStart',
      'A task',
      'child.onFirstStart',
      'child.onStart',
      'child.onStarted',
      'A.onStarted',
      'A signal',
      'A.onStop',
      'child.onStop',
      'child.onShutdown',
      'A task ends, aborted true',
      'the hold is released',
      'A released the second',
      'A released the first',
      'A.onShutdown',
    ]);
  });
});

describe('a start that fails takes the way down', () => {
  it.each<[keyof Hooks, string[]]>([
    ['onFirstStart', ['A.onFirstStart', 'A.onShutdown']],
    ['onStart', ['A.onFirstStart', 'A.onStart', 'A.onShutdown']],
    ['onStarted', ['A.onFirstStart', 'A.onStart', 'A.onStarted', 'A.onStop', 'A.onShutdown']],
  ])('from %s, which throws', async (hook, expected) => {
    for (const failing of [fail(), reject()]) {
      const { actor, log, states } = theatre();
      const a = actor('A', { [hook]: failing });
      expect(await rejection(a.start())).toBe(boom);
      expect(log).toEqual(expected);
      expect([a.state, a.crashReason, a.crashed]).toEqual(['crashed', boom, true]);
      expect(states.list.at(-1)).toBe('A: stopping→crashed (boom)');
    }
  });

  it('from onRestart, which throws', async () => {
    const { actor, since } = theatre();
    const a = actor('A', { onRestart: fail() });
    await a.start();
    await a.stop();
    since();
    expect(await rejection(a.start())).toBe(boom);
    expect(since()).toEqual(['A.onRestart', 'A.onShutdown']);
    expect([a.state, a.restartCount]).toEqual(['crashed', 1]);
  });

  it('and the next one is a restart', async () => {
    const { actor, since } = theatre();
    let broken = true;
    const a = actor('A', {
      onStart() {
        if (broken) throw boom;
      },
    });
    await rejection(a.start());
    since();
    broken = false;
    await a.start();
    expect(since()).toEqual(['A.onRestart', 'A.onStart', 'A.onStarted']);
    expect([a.state, a.crashReason, a.restartCount]).toEqual(['running', undefined, 1]);
  });

  it('releasing what it had acquired', async () => {
    const { actor, log } = theatre();
    const a = actor('A', {
      onStart(this: Service) {
        this.defer(() => log.push('A released'));
        throw boom;
      },
    });
    await rejection(a.start());
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A released', 'A.onShutdown']);
  });

  it('and its own error is what start() rejects with, whatever goes wrong on the way', async () => {
    const { actor, log } = theatre();
    const a = actor('A', { onStarted: fail(), onStop: fail(new Error('worse')), onShutdown: fail(new Error('worst')) });
    expect(await rejection(a.start())).toBe(boom);
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStarted', 'A.onStop', 'A.onShutdown']);
    expect(a.crashReason).toBe(boom);
  });

  it('even where the error is nothing at all', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStart: () => Promise.reject() });
    expect(await rejection(a.start())).toBe(undefined);
    expect([a.state, a.crashed, a.crashReason]).toEqual(['crashed', true, undefined]);
  });
});

describe('onStop is called exactly when onStart has succeeded, onShutdown on every way down', () => {
  it('of a stop that comes while onFirstStart runs', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { onFirstStart: wait });
    const started = a.start();
    const stopped = a.stop();
    resolve();
    expect((await rejection(started)).code).toBe('ERR_MODE_STOPPED');
    await stopped;
    expect([log, a.state]).toEqual([['A.onFirstStart', 'A.onShutdown'], 'stopped']);
  });

  it('of a stop that comes while onStart runs, which then succeeds', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { onStart: wait });
    const started = a.start();
    await settle();
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    resolve();
    expect((await rejection(started)).code).toBe('ERR_MODE_STOPPED');
    await stopped;
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStop', 'A.onShutdown']);
    expect([a.state, a.crashReason]).toEqual(['stopped', undefined]);
  });

  it('of a stop that comes while onStart runs, which gives up at its signal', async () => {
    const { actor, log } = theatre();
    const a = actor('A', {
      onStart: (signal) =>
        new Promise((_, give) => {
          signal.addEventListener('abort', () => {
            give(signal.reason);
          });
        }),
    });
    const started = a.start();
    const stopped = a.stop();
    await rejection(started);
    await stopped;
    expect([log, a.state]).toEqual([['A.onFirstStart', 'A.onStart', 'A.onShutdown'], 'stopped']);
  });

  it('of a stop that comes while onStart runs, which fails by itself', async () => {
    const { actor, log } = theatre();
    const failing = gate();
    const a = actor('A', { onStart: failing.wait });
    const started = a.start();
    const stopped = a.stop();
    failing.reject(boom);
    expect(await rejection(stopped)).toBe(boom);
    expect(await rejection(started)).toBe(boom);
    expect([log, a.state, a.crashReason]).toEqual([['A.onFirstStart', 'A.onStart', 'A.onShutdown'], 'crashed', boom]);
  });

  it('of a crash that comes while onStart runs', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { onStart: wait });
    const started = a.start();
    a.crash(boom);
    resolve();
    expect(await rejection(started)).toBe(boom);
    expect([log, a.state]).toEqual([['A.onFirstStart', 'A.onStart', 'A.onStop', 'A.onShutdown'], 'crashed']);
  });

  it('of a stop that comes while onStarted runs', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { onStarted: wait });
    const started = a.start();
    expect([a.state, await statusOf(started)]).toEqual(['running', 'pending']);
    const stopped = a.stop();
    resolve();
    expect((await rejection(started)).code).toBe('ERR_MODE_STOPPED');
    await stopped;
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStarted', 'A.onStop', 'A.onShutdown']);
    expect(a.state).toBe('stopped');
  });

  it('of a stop that a hook of the start asks for itself', async () => {
    const { actor, log } = theatre();
    const a = actor('A', {
      onStarted(this: Service) {
        void this.stop();
      },
    });
    expect((await rejection(a.start())).code).toBe('ERR_MODE_STOPPED');
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStarted', 'A.onStop', 'A.onShutdown']);
    expect(a.state).toBe('stopped');
  });

  it('of a service that has no onStart, where there is nothing to fail', async () => {
    const { actor, log } = theatre();
    const a = actor('A', { only: ['onStop', 'onShutdown'] });
    await a.start();
    await a.stop();
    expect(log).toEqual(['A.onStop', 'A.onShutdown']);
  });

  it('but not of one that has no onStart and did not get that far', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { only: ['onStop', 'onShutdown'], onFirstStart: wait });
    const started = a.start();
    const stopped = a.stop();
    resolve();
    await rejection(started);
    await stopped;
    expect(log).toEqual(['A.onFirstStart', 'A.onShutdown']);
  });

  it('never of a service that was not started', async () => {
    const { actor, log, states } = theatre();
    const a = actor('A');
    await a.stop();
    expect([log, states.list, a.state]).toEqual([[], [], 'idle']);
  });

  it('once, however often it is stopped', async () => {
    const { actor, since } = theatre();
    const a = actor('A');
    await a.start();
    since();
    await Promise.all([a.stop(), a.stop(), a.stop()]);
    await a.stop();
    a.crash(boom);
    await a.stop();
    expect([since(), a.state]).toEqual([['A.onStop', 'A.onShutdown'], 'stopped']);
  });
});

describe('a way down on which something throws', () => {
  it('is taken to its end, and stop() rejects', async () => {
    const { actor, since } = theatre();
    const a = actor('A', { onStop: reject() });
    await a.start();
    since();
    expect(await rejection(a.stop())).toBe(boom);
    expect(since()).toEqual(['A.onStop', 'A.onShutdown']);
    expect([a.state, a.crashReason]).toEqual(['crashed', boom]);
  });

  it('tells all of several errors', async () => {
    const { actor } = theatre();
    const worse = new Error('worse');
    const a = actor('A', { onStop: fail(), onShutdown: reject(worse) });
    await a.start();
    const error = await rejection<{ code: string; errors: unknown }>(a.stop());
    expect([error.code, error.errors]).toEqual([
      'ERR_MODE_STOP',
      [
        { service: 'A', error: boom },
        { service: 'A', error: worse },
      ],
    ]);
    expect(a.crashReason).toBe(boom);
  });

  it('keeps the reason of a crash', async () => {
    const { actor } = theatre();
    const worse = new Error('worse');
    const a = actor('A', { onStop: reject(worse) });
    await a.start();
    a.crash(boom);
    expect(await rejection(a.stop())).toBe(worse);
    expect([a.state, a.crashReason]).toEqual(['crashed', boom]);
  });

  it('can be followed by another start', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStop: fail() });
    await a.start();
    await rejection(a.stop());
    await a.start();
    expect([a.state, a.crashReason, a.restartCount]).toEqual(['running', undefined, 1]);
  });
});

describe('hooks', () => {
  it('can be fields', async () => {
    const { place } = theatre();
    const log: string[] = [];
    class Fielded extends Service {
      override onStart = (): void => void log.push('onStart');
      override onStop = async (): Promise<void> => {
        await Promise.resolve();
        log.push('onStop');
      };
    }
    const a = place(new Fielded());
    await a.start();
    await a.stop();
    expect(log).toEqual(['onStart', 'onStop']);
  });

  it('are inherited', async () => {
    const { place } = theatre();
    const log: string[] = [];
    class Base extends Service {
      override onStart(): void {
        log.push('Base.onStart');
      }
      override onStop(): void {
        log.push('Base.onStop');
      }
    }
    class Derived extends Base {
      override onStart(): void {
        super.onStart();
        log.push('Derived.onStart');
      }
    }
    const a = place(new Derived());
    await a.start();
    await a.stop();
    expect(log).toEqual(['Base.onStart', 'Derived.onStart', 'Base.onStop']);
  });

  it('can return a thenable that is no promise', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStart: () => ({ then: (_: unknown, give: (error: unknown) => void) => give(boom) }) });
    expect(await rejection(a.start())).toBe(boom);
  });

  it.each(['onFirstStart', 'onRestart', 'onStart', 'onStarted', 'onStop', 'onShutdown'] as const)(
    'may be missing, all but %s',
    async (hook) => {
      const { actor, log } = theatre();
      const a = actor('A', { only: [hook] });
      await a.start();
      await a.restart();
      await a.stop();
      const once = hook === 'onFirstStart' || hook === 'onRestart';
      expect([log, a.state]).toEqual([once ? [`A.${hook}`] : [`A.${hook}`, `A.${hook}`], 'stopped']);
    },
  );

  it('that are all synchronous leave nothing to wait for', () => {
    const { actor } = theatre();
    const a = actor('A');
    void a.start();
    expect(a.state).toBe('running');
    void a.stop();
    expect(a.state).toBe('stopped');
  });
});
