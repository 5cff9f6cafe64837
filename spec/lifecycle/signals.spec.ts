import { describe, expect, it } from 'vitest';
import { ModeError, Service } from '../../lib/index.js';
import { boom, fail, gate, rejection, settle, theatre } from './support.js';

describe('the signal of a run', () => {
  it('aborts when the run ends by a stop, before onStop is called', async () => {
    const { actor } = theatre();
    const seen: unknown[] = [];
    const a = actor('A', {
      onStop(this: Service) {
        seen.push(this.signal.aborted, this.shouldStop, this.state);
      },
    });
    await a.start();
    const { signal } = a;
    expect(signal.aborted).toBe(false);
    await a.stop();
    expect(seen).toEqual([true, true, 'stopping']);
    expect(signal.aborted).toBe(true);
  });

  it('has a reason that says who was stopped, and that platform code knows for an abort', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    await a.stop();
    const reason = a.signal.reason as ModeError;
    expect(ModeError.is(reason)).toBe(true);
    expect([reason.code, reason.name, reason.path, reason.message]).toEqual([
      'ERR_MODE_STOPPED',
      'AbortError',
      ['A'],
      'A was stopped\n  → Start it again when it is needed.',
    ]);
  });

  it('has the error for its reason where that ended the run', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    a.crash(boom);
    expect([a.signal.aborted, a.signal.reason]).toEqual([true, boom]);
  });

  it('has the error of a failed start for its reason', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStart: fail() });
    const { signal } = a;
    await rejection(a.start());
    expect([signal.aborted, signal.reason, a.signal]).toEqual([true, boom, signal]);
  });

  it('is the same one all through a run, and before the first one that of the run to come', async () => {
    const { actor } = theatre();
    const seen: AbortSignal[] = [];
    const look = function (this: Service): void {
      seen.push(this.signal);
    };
    const a = actor('A', { onFirstStart: look, onStart: look, onStarted: look, onStop: look, onShutdown: look });
    seen.push(a.signal);
    await a.start();
    await a.stop();
    seen.push(a.signal);
    expect([new Set(seen).size, seen.length]).toEqual([1, 7]);
  });

  it('is a new one after a restart', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    const first = a.signal;
    await a.restart();
    expect([first.aborted, a.signal.aborted, a.signal === first]).toEqual([true, false, false]);
  });

  it('is not aborted after a crash that came before the first start', async () => {
    const { actor } = theatre();
    const a = actor('A');
    const early = a.signal;
    a.crash(boom);
    expect([early.aborted, early.reason]).toEqual([true, boom]);
    await a.start();
    expect([a.signal.aborted, a.state]).toEqual([false, 'running']);
  });

  it('can be asked for first when the run is over', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    await a.stop();
    expect(a.signal.aborted).toBe(true);
  });

  it('may be listened to by somebody who stops the service', async () => {
    const { actor, since } = theatre();
    const a = actor('A');
    await a.start();
    since();
    a.signal.addEventListener('abort', () => void a.stop());
    await a.stop();
    expect([since(), a.state]).toEqual([['A.onStop', 'A.onShutdown'], 'stopped']);
  });
});

describe("onStart's signal", () => {
  /** A service whose onStart keeps its signal and waits. */
  function starting(stage = theatre()) {
    const held = gate();
    const signals: AbortSignal[] = [];
    const a = stage.actor('A', {
      startTimeout: '5s',
      onStart(signal) {
        signals.push(signal);
        return held.wait();
      },
    });
    return { ...stage, a, held, signals };
  }

  it('aborts when a stop gives the start up, with the reason of the run', async () => {
    const { a, held, signals } = starting();
    const started = a.start();
    void a.stop();
    expect(signals.map(({ aborted, reason }) => [aborted, reason === a.signal.reason])).toEqual([[true, true]]);
    held.resolve();
    await rejection(started);
  });

  it('aborts when a crash ends the start', async () => {
    const { a, held, signals } = starting();
    const started = a.start();
    a.crash(boom);
    expect(signals.map(({ reason }): unknown => reason)).toEqual([boom]);
    held.resolve();
    await rejection(started);
  });

  it('aborts when the time for the start is over', async () => {
    const { a, clock, held, signals } = starting();
    const started = a.start();
    const failed = rejection(started);
    await clock.advance(4999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals.map(({ aborted, reason }) => [aborted, (reason as ModeError).code])).toEqual([
      [true, 'ERR_MODE_START_TIMEOUT'],
    ]);
    held.resolve();
    expect(await failed).toBe(signals[0]?.reason);
  });

  it('aborts when a later step of the start fails', async () => {
    const { actor } = theatre();
    const signals: AbortSignal[] = [];
    const a = actor('A', { onStart: (signal) => void signals.push(signal), onStarted: fail() });
    await rejection(a.start());
    expect(signals.map(({ aborted, reason }): unknown[] => [aborted, reason])).toEqual([[true, boom]]);
  });

  it('never aborts once the service runs: what was opened with it stays open', async () => {
    const { a, held, signals } = starting();
    const started = a.start();
    held.resolve();
    await started;
    await a.stop();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is a new one at each start', async () => {
    const { a, held, signals } = starting();
    held.resolve();
    await a.start();
    await a.restart();
    expect(new Set(signals).size).toBe(2);
  });
});

describe("onStop's signal", () => {
  it('aborts when grace is over, which is after `stopTimeout`', async () => {
    const { actor, clock } = theatre();
    const signals: AbortSignal[] = [];
    const a = actor('A', {
      stopTimeout: '5s',
      onStop(signal) {
        signals.push(signal);
        return new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
        });
      },
    });
    await a.start();
    const stopped = rejection<ModeError>(a.stop());
    await clock.advance(4999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(1);
    expect(signals.map(({ aborted, reason }) => [aborted, (reason as ModeError).code])).toEqual([
      [true, 'ERR_MODE_STOP_TIMEOUT'],
    ]);
    await stopped;
    expect(clock.sleepers).toBe(0);
  });

  it('has not aborted while there is grace, though the run has ended', async () => {
    const { actor } = theatre();
    const seen: boolean[] = [];
    const a = actor('A', {
      onStop(this: Service, signal) {
        seen.push(signal.aborted, this.signal.aborted);
      },
    });
    await a.start();
    await a.stop();
    await a.start();
    a.crash(boom);
    await a.stop();
    expect(seen).toEqual([false, true, false, true]);
  });
});

describe('a hook gets its signal', () => {
  const aborted = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      signal?.addEventListener('abort', () => {
        resolve();
      });
    });

  class Parameter extends Service {
    override onStart(signal: AbortSignal): Promise<void> {
      return aborted(signal);
    }
  }
  class Default extends Service {
    override onStart(signal = new AbortController().signal): Promise<void> {
      return aborted(signal);
    }
  }
  class Rest extends Service {
    override onStart(...signals: AbortSignal[]): Promise<void> {
      return aborted(signals[0]);
    }
  }
  class Arguments extends Service {
    override onStart(): Promise<void> {
      return aborted(arguments[0] as AbortSignal);
    }
  }
  class TakenApart extends Service {
    override onStart({ reason, addEventListener }: AbortSignal): Promise<void> {
      expect([reason, typeof addEventListener]).toEqual([undefined, 'function']);
      return Promise.resolve();
    }
  }
  class Field extends Service {
    override onStart = (signal: AbortSignal): Promise<void> => aborted(signal);
  }

  it.each([[Parameter], [Default], [Rest], [Arguments], [TakenApart], [Field]])('%o', async (cls) => {
    const { place } = theatre();
    const a = place(new cls());
    const started = rejection(a.start());
    await a.stop();
    expect((await started).code).toBe('ERR_MODE_STOPPED');
  });
});
