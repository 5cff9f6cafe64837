import { afterEach, describe, expect, it, vi } from 'vitest';
import { afterTurn, nextTurn, recentMicros, systemClock } from '../../lib/base/clock.js';
import { Container, Service, service } from '../../lib/index.js';
import { Deadlines, type Timed } from '../../lib/lifecycle/deadlines.js';
import { FakeClock } from '../../lib/testing/index.js';
import { turn } from '../support.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the recent time', () => {
  it('is read again whenever the wall clock has moved by a millisecond', () => {
    vi.useFakeTimers();
    const first = recentMicros(systemClock);
    vi.advanceTimersByTime(1);
    expect(recentMicros(systemClock) - first).toBe(1_000);
    vi.advanceTimersByTime(2_500);
    expect(recentMicros(systemClock) - first).toBe(2_501_000);
  });

  it('is not read twice in one millisecond', () => {
    vi.useFakeTimers();
    recentMicros(systemClock);
    const read = vi.spyOn(performance, 'now');
    expect(recentMicros(systemClock)).toBe(recentMicros(systemClock));
    expect(read).not.toHaveBeenCalled();
  });

  it('is that of any other clock at any time', async () => {
    const clock = new FakeClock();
    await clock.advance(0.25);
    expect(recentMicros(clock)).toBe(250);
    await clock.advance(0.5);
    expect(recentMicros(clock)).toBe(750);
  });

  it('is a whole number', () => {
    expect(recentMicros({ ...systemClock, now: () => 1.23456 })).toBe(1_235);
  });
});

describe('after the turn', () => {
  it('comes after every promise, where time is real', async () => {
    const order: string[] = [];
    const over = new Promise<void>((resolve) => {
      afterTurn(systemClock, () => {
        order.push('after');
        resolve();
      });
    });
    await Promise.resolve();
    await Promise.resolve();
    order.push('promises');
    await over;
    expect(order).toEqual(['promises', 'after']);
  });

  it('comes although the timers are those of a test runner', async () => {
    vi.useFakeTimers();
    await new Promise<void>((resolve) => {
      afterTurn(systemClock, resolve);
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('needs no timer of a clock in whose hands time is', async () => {
    const clock = new FakeClock();
    const order: string[] = [];
    afterTurn(clock, () => order.push('after'));
    order.push('now');
    await Promise.resolve();
    expect(order).toEqual(['now', 'after']);
    expect(clock.sleepers).toBe(0);
  });
});

describe('fake timers of a test runner', () => {
  const real = performance.now.bind(performance);
  /** As sinon and jest replace them by default. */
  const all: Parameters<typeof vi.useFakeTimers>[0] = {
    toFake: [
      'queueMicrotask',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'Date',
      'performance',
      'hrtime',
    ],
  };

  it('are what the system clock goes by while they are there, and no longer', () => {
    systemClock.now();
    vi.useFakeTimers();
    const before = systemClock.now();
    vi.advanceTimersByTime(5_000);
    expect(systemClock.now() - before).toBe(5_000);
    vi.useRealTimers();
    const now = systemClock.now();
    expect([now >= real() - 1_000, now <= real()]).toEqual([true, true]);
  });

  it.each([[0], [10]])('do not keep a timer of %i ms from being cleared that was set before they came', async (ms) => {
    let fired = 0;
    const handle = systemClock.setTimer(ms, () => (fired += 1));
    vi.useFakeTimers();
    systemClock.clearTimer(handle);
    vi.useRealTimers();
    await passes(ms + 5);
    expect(fired).toBe(0);
  });

  it.each([[0], [10]])('leave a timer of %i ms behind that can be cleared after they have gone', (ms) => {
    vi.useFakeTimers();
    const handle = systemClock.setTimer(ms, () => undefined);
    vi.useRealTimers();
    expect(() => {
      systemClock.clearTimer(handle);
    }).not.toThrow();
  });

  it('change nothing for a deadline that comes after one they took with them', async () => {
    const deadlines = new Deadlines(systemClock);
    const expired: string[] = [];
    const timed = (name: string, deadline: number): Timed => ({
      deadline,
      watcher: undefined,
      expired: () => expired.push(name),
    });
    vi.useFakeTimers();
    deadlines.watch(timed('faked', -1));
    await new Promise<void>(nextTurn);
    vi.useRealTimers();
    deadlines.watch(timed('real', -5));
    await passes(60);
    expect(expired).toContain('real');
  });

  it('change nothing for what was loaded while they were there', async () => {
    vi.useFakeTimers(all);
    vi.resetModules();
    const core = await import('../../lib/index.js');
    const testing = await import('../../lib/testing/index.js');
    const clock = new testing.FakeClock();
    for (const _ of ['while they are there', 'and after that']) {
      const container = new core.Container({ clock });
      await container.boot(container.adopt(new core.Service()));
      await clock.advance('1s');
      await container.stop();
      vi.useRealTimers();
    }
    // a deadline hangs on a turn of the real event loop
    class Stuck extends core.Service {
      override onStart() {
        return new Promise<void>(() => undefined);
      }
    }
    core.service({ startTimeout: 10, stopTimeout: 10 })(Stuck);
    await expect(new core.Container().boot(Stuck)).rejects.toThrow('Stuck did not start within 10ms');
  });

  it('do not hold up a container that uses another one', async () => {
    vi.useFakeTimers(all);
    class Parents extends Service {}
    class Childs extends Service {
      constructor(readonly above: Parents) {
        super();
      }
    }
    const parent = new Container();
    parent.bind(Parents).toSelf();
    const child = new Container({ parent });
    service({ inject: [Parents] })(Childs);
    await parent.boot();
    await child.boot(Childs);
    await parent.stop();
    expect(child.state).toBe('stopped');
  });
});

/** Real time passes. */
async function passes(ms: number): Promise<void> {
  for (const since = performance.now(); performance.now() - since < ms;) await turn();
}
