import { describe, expect, it } from 'vitest';
import type { OnError } from '../../lib/declare/definition.js';
import { TaskRun } from '../../lib/run/task.js';
import type { FakeClock } from '../../lib/testing/index.js';
import { fakeRun } from './support.js';

const boom = new Error('boom');

function started(call: (signal: AbortSignal, clock: FakeClock) => unknown, onError: OnError = 'crash') {
  const run = fakeRun();
  const task = new TaskRun(run.host, { name: 'listen', onError }, (signal) => call(signal, run.clock));
  task.start();
  return { ...run, task };
}

describe('a task', () => {
  it('is called once, with the signal of the run', async () => {
    const signals: AbortSignal[] = [];
    const { task, history, host } = started((signal) => signals.push(signal));
    task.start();
    await task.done;
    expect(signals).toEqual([host.signal]);
    expect(history.list).toEqual(['Cache.listen: begin', 'Cache.listen: end']);
    expect(task.running).toBe(false);
  });

  it('is over when its promise is', async () => {
    const { task, clock, history } = started(
      (_, time) => new Promise((resolve) => void time.setTimer(500, () => resolve(1))),
    );
    await clock.advance(499);
    expect(task.running).toBe(true);
    await clock.advance(1);
    await task.done;
    expect(history.events.at(-1)).toMatchObject({
      type: 'task',
      service: 'Cache',
      name: 'listen',
      what: 'end',
      run: 1,
      ms: 500,
    });
  });

  it('takes a thenable that is no promise', async () => {
    const { task, history } = started(
      () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(boom) }),
      'log',
    );
    await task.done;
    expect(history.list).toEqual(['Cache.listen: begin', 'Cache.listen: error (boom)']);
  });
});

describe('an error of a task', () => {
  it.each([
    [
      'thrown',
      () => {
        throw boom;
      },
    ],
    ['rejected with', () => Promise.reject(boom)],
  ])('%s crashes the service', async (_, call) => {
    const { task, history, crashes } = started(call);
    await task.done;
    expect(crashes).toEqual([boom]);
    expect(history.list).toEqual(['Cache.listen: begin', 'Cache.listen: error (boom)']);
  });

  it('is only reported with `log`', async () => {
    const { task, history, crashes } = started(() => Promise.reject(boom), 'log');
    await task.done;
    expect(crashes).toEqual([]);
    expect(history.list).toEqual(['Cache.listen: begin', 'Cache.listen: error (boom)']);
  });

  it('is given to a function', async () => {
    const seen: unknown[] = [];
    const { task, crashes } = started(
      () => Promise.reject(boom),
      (error) => seen.push(error),
    );
    await task.done;
    expect([seen, crashes]).toEqual([[boom], []]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('worse');
      },
    ],
    ['rejects', () => Promise.reject(new Error('worse'))],
  ])('crashes the service when that function %s', async (_, onError: () => unknown) => {
    const { task, crashes } = started(() => Promise.reject(boom), onError);
    await task.done;
    await Promise.resolve();
    expect(crashes).toEqual([new Error('worse')]);
  });

  it('can be `undefined` and is still one', async () => {
    const { task, crashes } = started(() => Promise.reject(undefined));
    await task.done;
    expect(crashes).toEqual([undefined]);
  });
});

describe('the end of the run', () => {
  const abortError = new DOMException('The operation was aborted', 'AbortError');
  it.each([
    ['the reason of the signal', (signal: AbortSignal): unknown => signal.reason],
    ['an AbortError', () => abortError],
  ])('that comes back as %s is no error', async (_, echo) => {
    const { task, history, crashes, end } = started(
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(echo(signal)))),
    );
    end();
    await task.done;
    expect(crashes).toEqual([]);
    expect(history.list).toEqual(['Cache.listen: begin', 'Cache.listen: end']);
  });

  it('does not hide another error', async () => {
    const { task, crashes, end } = started(
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(boom))),
    );
    end();
    await task.done;
    expect(crashes).toEqual([boom]);
  });

  it('has not come while an AbortError is thrown before it', async () => {
    const { task, crashes } = started(() => Promise.reject(abortError));
    await task.done;
    expect(crashes).toEqual([abortError]);
  });
});

describe('a task that is retried', () => {
  it('waits twice as long each time, at most 30 s', async () => {
    const calls: number[] = [];
    const { clock, task } = started((_, time) => {
      calls.push(time.now());
      throw boom;
    }, 'retry');
    await clock.advance('90s');
    expect(calls.map((at, index) => at - (calls[index - 1] ?? 0))).toEqual([
      0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000,
    ]);
    expect(task.running).toBe(true);
  });

  it('waits a short time again after a healthy minute', async () => {
    const calls: number[] = [];
    const { clock } = started((_, time) => {
      calls.push(time.now());
      if (calls.length < 4) throw boom;
      return new Promise((_resolve, reject) => void time.setTimer(60_000, () => reject(boom)));
    }, 'retry');
    await clock.advance('60.8s');
    expect(calls).toEqual([0, 100, 300, 700, 60_800]);
  });

  it('counts its runs and is over once it returns', async () => {
    let calls = 0;
    const { clock, task, history } = started(() => {
      calls += 1;
      if (calls < 3) throw boom;
    }, 'retry');
    await clock.advance('1s');
    await task.done;
    expect(history.events.map((event) => 'run' in event && event.run)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(history.list.slice(-3)).toEqual(['Cache.listen: error (boom)', 'Cache.listen: begin', 'Cache.listen: end']);
  });

  it('is over at once when the run ends while it waits', async () => {
    const { clock, task, end } = started(() => Promise.reject(boom), 'retry');
    await clock.waitForSleepers(1);
    end();
    await task.done;
    expect(clock.sleepers).toBe(0);
  });

  it('is not over while its next call still runs when the run ends', async () => {
    let calls = 0;
    const { clock, task, end } = started((_, time) => {
      calls += 1;
      return calls === 1
        ? Promise.reject(boom)
        : new Promise((resolve) => {
            time.setTimer(1000, () => {
              resolve(1);
            });
          });
    }, 'retry');
    await clock.advance(100);
    end();
    expect([calls, task.running]).toEqual([2, true]);
    await clock.advance(1000);
    expect(task.running).toBe(false);
  });

  it('is not retried once the run has ended', async () => {
    const { clock, task, end } = started(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(boom))),
      'retry',
    );
    end();
    await task.done;
    expect(clock.sleepers).toBe(0);
  });
});
