import { describe, expect, it } from 'vitest';
import { Service, StopError, type ModeError } from '../../lib/index.js';
import { boom, gate, rejection, settle, statusOf, theatre } from './support.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** Waits for the signal, and then gives up. */
const heed = (signal: AbortSignal): Promise<never> =>
  new Promise((_, give) => {
    signal.addEventListener('abort', () => {
      give(signal.reason);
    });
  });

describe('startTimeout', () => {
  it('gives up a start whose hook heeds its signal, at once', async () => {
    const { actor, clock, log, states } = theatre();
    const a = actor('A', { startTimeout: '5s', onStart: heed });
    const failed = rejection<ModeError>(a.start());
    await clock.advance(4999);
    expect(states.list).toEqual(['A: idle→starting']);
    await clock.advance(1);
    const error = await failed;
    expect([error.code, error.path, error.message]).toEqual([
      'ERR_MODE_START_TIMEOUT',
      ['A'],
      'A did not start within 5s: it was waiting on onStart\n' +
        '  → Let onStart settle (what never ends belongs into a @task()), or allow more with @service({ startTimeout }).',
    ]);
    expect([a.state, a.crashReason, clock.now(), clock.sleepers]).toEqual(['crashed', error, 5000, 0]);
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown']);
  });

  it('leaves a hook behind that ignores its signal, a second later', async () => {
    const { actor, clock, log, events } = theatre();
    const a = actor('A', { startTimeout: '5s', onStart: never });
    const failed = rejection<ModeError>(a.start());
    await clock.advance(5999);
    expect([a.state, log]).toEqual(['stopping', ['A.onFirstStart', 'A.onStart']]);
    await clock.advance(1);
    expect((await failed).code).toBe('ERR_MODE_START_TIMEOUT');
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown']);
    expect(events.list.filter((line) => line.includes('abandoned'))).toEqual(['A: abandoned, waiting on onStart']);
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('waits for such a hook no longer than the service may take to stop', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { startTimeout: '5s', stopTimeout: 200, onStart: never });
    const failed = rejection<ModeError>(a.start());
    await clock.advance(5199);
    expect(a.state).toBe('stopping');
    await clock.advance(1);
    expect((await failed).code).toBe('ERR_MODE_START_TIMEOUT');
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('is 60 s unless something else was said', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { onStart: heed });
    const failed = rejection<ModeError>(a.start());
    await clock.advance('59.999s');
    expect(a.state).toBe('starting');
    await clock.advance(1);
    expect((await failed).message).toContain('A did not start within 1m:');
  });

  it('counts from the start to the end of onStarted', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', {
      startTimeout: 100,
      async onFirstStart(this: Service) {
        await this.sleep(60);
      },
      async onStarted(this: Service) {
        await this.sleep(60);
      },
    });
    const failed = rejection<ModeError>(a.start());
    await clock.advance(100);
    expect((await failed).message).toContain('it was waiting on onStarted');
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it.each<[string, object]>([
    ['onFirstStart', { onFirstStart: never }],
    ['onStart', { onStart: never }],
    ['onStarted', { onStarted: never }],
    [
      'B: onStart',
      {
        onStart(this: Service) {
          this.addDependency(new Stuck());
        },
      },
    ],
  ])('says that it was waiting on %s', async (waitingOn, hooks) => {
    const { actor, clock, events } = theatre();
    const a = actor('A', { startTimeout: 100, ...hooks });
    const failed = rejection<ModeError>(a.start());
    await clock.advance(100);
    await clock.advance('2m');
    expect((await failed).message).toContain(`it was waiting on ${waitingOn}\n`);
    expect(events.list.find((line) => line.startsWith('A: abandoned'))).toBe(`A: abandoned, waiting on ${waitingOn}`);
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('says that it was waiting on onRestart', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { startTimeout: 100, onRestart: never });
    await a.start();
    await a.stop();
    const failed = rejection<ModeError>(a.start());
    await clock.advance(1100);
    expect((await failed).message).toContain('it was waiting on onRestart\n');
  });

  it('is not for what runs', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { startTimeout: 100 });
    await a.start();
    expect(clock.sleepers).toBe(0);
    await clock.advance('1h');
    expect(a.state).toBe('running');
  });

  it('begins anew with each start', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', {
      startTimeout: 100,
      async onStart(this: Service) {
        await this.sleep(99);
      },
    });
    for (let start = 0; start < 3; start += 1) {
      const started = a.start();
      await clock.advance(99);
      await started;
      await a.stop();
    }
    expect([a.state, a.restartCount]).toEqual(['stopped', 2]);
  });
});

class Stuck extends Service {
  override get label(): string {
    return 'B';
  }
  override onStart(): Promise<void> {
    return never();
  }
}
Object.defineProperty(Stuck, 'name', { value: 'B' });

describe('a start that succeeds after it was given up', () => {
  it('gets its onStop, with a signal that says that there is no grace', async () => {
    const { actor, clock, log } = theatre();
    const { wait, resolve } = gate();
    const signals: AbortSignal[] = [];
    const a = actor('A', { startTimeout: 100, onStart: wait, onStop: (signal) => void signals.push(signal) });
    const failed = rejection(a.start());
    await clock.advance(1100);
    await failed;
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown']);
    resolve();
    await settle();
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown', 'A.onStop']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(a.state).toBe('crashed');
  });

  it('tells what that onStop throws', async () => {
    const { actor, clock, events } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { startTimeout: 100, onStart: wait, onStop: () => Promise.reject(boom) });
    const failed = rejection(a.start());
    await clock.advance(1100);
    await failed;
    events.clear();
    resolve();
    await settle();
    expect(events.list).toEqual(['warning: A failed to stop after a start that came too late (boom)']);
  });

  it('cannot keep what it acquires: that is released at once', async () => {
    const { actor, clock, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', {
      startTimeout: 100,
      async onStart(this: Service) {
        await wait();
        this.defer(() => log.push('A released'));
      },
    });
    const failed = rejection(a.start());
    await clock.advance(1100);
    await failed;
    resolve();
    await settle();
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown', 'A released']);
  });

  it('gets none where it fails after all', async () => {
    const { actor, clock, log, events } = theatre();
    const { wait, reject: give } = gate();
    const a = actor('A', { startTimeout: 100, onStart: wait });
    const failed = rejection(a.start());
    await clock.advance(1100);
    await failed;
    events.clear();
    give(boom);
    await settle();
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onShutdown']);
    expect(events.list).toEqual(['warning: A failed after it was abandoned (boom)']);
  });

  it('gets none where it was another hook that came too late', async () => {
    for (const hook of ['onFirstStart', 'onShutdown'] as const) {
      const { actor, clock, log } = theatre();
      const { wait, resolve } = gate();
      const a = actor('A', { startTimeout: 100, stopTimeout: 100, [hook]: wait, onStart: () => Promise.reject(boom) });
      const failed = rejection(a.start());
      await clock.advance(1100);
      await failed;
      resolve();
      await settle();
      expect(log.filter((line) => line === 'A.onStop')).toEqual([]);
      expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
    }
  });
});

describe('stopTimeout', () => {
  it('abandons a hook that ignores its signal, and goes on without it', async () => {
    const { actor, clock, since, events } = theatre();
    const a = actor('A', { stopTimeout: '5s', onStop: never });
    await a.start();
    since();
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(4999);
    expect(since()).toEqual(['A.onStop']);
    await clock.advance(1);
    const error = await stopped;
    expect(since()).toEqual(['A.onShutdown']);
    expect([error.code, error.errors, error.abandoned]).toEqual([
      'ERR_MODE_STOP',
      [],
      [{ service: 'A', waitingOn: ['onStop'] }],
    ]);
    expect((a.crashReason as ModeError).code).toBe('ERR_MODE_STOP_TIMEOUT');
    expect((a.crashReason as ModeError).message).toBe(
      'A did not stop within 5s: it was waiting on onStop\n' +
        '  → Let it settle when its signal aborts, or allow more with @service({ stopTimeout }). ' +
        'A task or hook that awaits a stop() or restart() of its own service or container waits for itself: call it without await.',
    );
    expect(events.list.slice(-2)).toEqual([
      'A: abandoned, waiting on onStop',
      expect.stringMatching(/^A: stopping→crashed \(ModeError: A did not stop within 5s/),
    ]);
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('is 60 s unless something else was said', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { onStop: never });
    await a.start();
    const stopped = a.stop();
    const failed = rejection(stopped);
    await clock.advance('59.999s');
    expect(await statusOf(stopped)).toBe('pending');
    await clock.advance(1);
    expect((await failed).code).toBe('ERR_MODE_STOP');
  });

  it('counts from the stop to the end of onShutdown', async () => {
    const { actor, clock } = theatre();
    const linger = (): Promise<void> =>
      new Promise((resolve) => {
        clock.setTimer(60, resolve);
      });
    const a = actor('A', { stopTimeout: 100, onStop: linger, onShutdown: linger });
    await a.start();
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(100);
    expect((await stopped).abandoned).toEqual([{ service: 'A', waitingOn: ['onShutdown'] }]);
  });

  it.each<[string, string[], object]>([
    ['onStop', ['onStop'], { onStop: never }],
    ['onShutdown', ['onShutdown'], { onShutdown: never }],
    [
      'a hold',
      ['a hold on its shutdown'],
      {
        onStart(this: Service) {
          this.holdShutdown();
        },
      },
    ],
    [
      'two holds',
      ['2 holds on its shutdown'],
      {
        onStart(this: Service) {
          this.holdShutdown();
          this.holdShutdown();
        },
      },
    ],
    [
      'tasks',
      ['task listen', 'task read'],
      {
        onStart(this: Service) {
          this.addTask(never, { name: 'listen' });
          this.addTask(never, { name: 'read' });
          this.addTask(() => this.waitUntilStopped(), { name: 'obedient' });
        },
      },
    ],
    [
      'a release',
      ['the release of what it uses'],
      {
        onStart(this: Service) {
          this.defer(never);
        },
      },
    ],
  ])('names %s', async (_, waitingOn, hooks) => {
    const { actor, clock } = theatre();
    const a = actor('A', { stopTimeout: 100, ...hooks });
    await a.start();
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(100);
    expect((await stopped).abandoned).toEqual([{ service: 'A', waitingOn }]);
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('names what a child waits on', async () => {
    const { actor, clock, since } = theatre();
    const child = actor('child', { stopTimeout: '1h', onStop: never });
    const a = actor('A', { stopTimeout: 100 });
    a.addDependency(child);
    await a.start();
    since();
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(100);
    expect((await stopped).abandoned).toEqual([{ service: 'A', waitingOn: ['child: onStop'] }]);
    expect(since()).toEqual(['A.onStop', 'child.onStop', 'child.onShutdown', 'A.onShutdown']);
    expect([a.state, child.state, clock.sleepers]).toEqual(['crashed', 'crashed', 0]);
  });

  it('leaves nothing undone: children, releases and onShutdown have their turn, but are not waited for', async () => {
    const { actor, clock, since, log } = theatre();
    const child = actor('child', { onStop: never });
    const a = actor('A', {
      stopTimeout: 100,
      onStart(this: Service) {
        this.addDependency(child);
        this.defer(() => log.push('A released the first'));
        this.defer(() => {
          log.push('A releases the second');
          return never();
        });
      },
      onStop: never,
    });
    await a.start();
    since();
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(100);
    await stopped;
    expect(since()).toEqual([
      'A.onStop',
      'child.onStop',
      'child.onShutdown',
      'A releases the second',
      'A released the first',
      'A.onShutdown',
    ]);
    expect([a.state, child.state, clock.sleepers]).toEqual(['crashed', 'crashed', 0]);
  });

  it('does not stand in the way of another start', async () => {
    const { actor, clock, since } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { stopTimeout: 100, onStop: wait });
    await a.start();
    const stopped = rejection(a.stop());
    await clock.advance(100);
    await stopped;
    since();
    await a.start();
    resolve();
    await settle();
    expect([since(), a.state, a.crashReason]).toEqual([
      ['A.onRestart', 'A.onStart', 'A.onStarted'],
      'running',
      undefined,
    ]);
  });

  it('begins when a start that is under way is ended', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { startTimeout: '1h', stopTimeout: 100, onStart: never });
    const failed = rejection(a.start());
    await clock.advance('1m');
    const stopped = rejection<StopError>(a.stop());
    await clock.advance(100);
    // the hook is left behind, and the way down has its own time
    expect((await stopped).abandoned).toEqual([{ service: 'A', waitingOn: ['onStart'] }]);
    await failed;
    expect([a.state, (a.crashReason as ModeError).code, clock.sleepers]).toEqual([
      'crashed',
      'ERR_MODE_STOP_TIMEOUT',
      0,
    ]);
  });

  it('has nothing to do with a service that stops in time', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', {
      stopTimeout: 100,
      onStop: () =>
        new Promise<void>((resolve) => {
          clock.setTimer(99, resolve);
        }),
    });
    await a.start();
    const stopped = a.stop();
    await clock.advance(99);
    await stopped;
    await clock.advance('1h');
    expect([a.state, clock.sleepers]).toEqual(['stopped', 0]);
  });
});
