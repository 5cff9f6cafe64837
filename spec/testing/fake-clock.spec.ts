import { setTimeout as realSleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Alarm, type TimerHandle } from '../../lib/base/clock.js';
import { FakeClock } from '../../lib/testing/index.js';

/** A clock, and what fired on it when. */
function clockWithLog() {
  const clock = new FakeClock();
  const log: string[] = [];
  return {
    clock,
    log,
    set: (name: string, ms: number) => clock.setTimer(ms, () => log.push(`${name} at ${String(clock.now())}`)),
  };
}

describe('a FakeClock', () => {
  it('stands still', async () => {
    const clock = new FakeClock();
    await realSleep(5);
    expect([clock.now(), clock.date()]).toEqual([0, Date.parse('2026-01-01T00:00:00Z')]);
  });

  it.each([['2030-05-05T12:00:00Z'], [new Date('2030-05-05T12:00:00Z')], [Date.parse('2030-05-05T12:00:00Z')]])(
    'can start at %o',
    (start) => {
      expect(new Date(new FakeClock({ start }).date()).toISOString()).toBe('2030-05-05T12:00:00.000Z');
    },
  );

  it('cannot start at no date', () => {
    expect(() => new FakeClock({ start: 'soon' })).toThrow('A FakeClock cannot start at soon');
  });

  it('fires what is due, in order, at its time', async () => {
    const { clock, log, set } = clockWithLog();
    set('c', 300);
    set('a', 100);
    set('b', 200);
    set('b2', 200);
    await clock.advance(250);
    expect(log).toEqual(['a at 100', 'b at 200', 'b2 at 200']);
    expect([clock.now(), clock.date() - Date.parse('2026-01-01T00:00:00Z')]).toEqual([250, 250]);
    await clock.advance('50ms');
    expect(log.at(-1)).toBe('c at 300');
  });

  it('fires nothing before it is advanced, not even what is due at once', async () => {
    const { clock, log, set } = clockWithLog();
    set('now', 0);
    set('past', -5);
    await realSleep(1);
    expect(log).toEqual([]);
    await clock.advance(0);
    expect(log).toEqual(['now at 0', 'past at 0']);
  });

  it('fires what was set on the way', async () => {
    const { clock, log, set } = clockWithLog();
    clock.setTimer(100, () => {
      set('b', 50);
    });
    await clock.advance(200);
    expect(log).toEqual(['b at 150']);
  });

  it('lets promises settle between two timers, long chains of them too', async () => {
    const { clock, log, set } = clockWithLog();
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve));
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn += 1) {
        await sleep(100);
        for (let step = 0; step < 1000; step += 1) await Promise.resolve();
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`work at ${String(clock.now())}`);
      }
    };
    void work();
    set('other', 250);
    await clock.advance(300);
    expect(log).toEqual(['work at 100', 'work at 200', 'other at 250', 'work at 300']);
  });

  it('lets what is about to sleep get there first', async () => {
    const { clock, log, set } = clockWithLog();
    void Promise.resolve()
      .then(() => 'still nothing')
      .then(() => set('late', 10));
    await clock.advance(10);
    expect(log).toEqual(['late at 10']);
  });

  it('takes one advance after the other', async () => {
    const { clock, log, set } = clockWithLog();
    set('a', 100);
    set('b', 200);
    const both = [clock.advance(100).then(() => log.push('first over')), clock.advance(100)];
    await Promise.all(both);
    expect(log).toEqual(['a at 100', 'first over', 'b at 200']);
  });

  it('says what a callback throws, and goes on afterwards', async () => {
    const { clock, log, set } = clockWithLog();
    clock.setTimer(10, () => {
      throw new Error('boom');
    });
    set('next', 20);
    await expect(clock.advance(20)).rejects.toThrow('boom');
    expect(clock.now()).toBe(10);
    await clock.advance(10);
    expect(log).toEqual(['next at 20']);
  });

  it('does not hang on a timer of 0 ms that sets itself again', { timeout: 30_000 }, async () => {
    const clock = new FakeClock();
    const again = (): void => void clock.setTimer(0, again);
    again();
    await expect(clock.advance(1)).rejects.toThrow('A timer of 0 ms is set again and again');
  });

  it.each([[-1], ['soon']])('refuses to advance by %j', (duration) => {
    expect(() => new FakeClock().advance(duration)).toThrow('The time to advance by cannot be');
  });

  it('works while the test runner fakes timers of its own', async () => {
    vi.useFakeTimers();
    try {
      const { clock, log, set } = clockWithLog();
      set('a', 100);
      await clock.advance(100);
      expect(log).toEqual(['a at 100']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('clearTimer', () => {
  it('takes a timer away, once', async () => {
    const { clock, log, set } = clockWithLog();
    const b = set('b', 100);
    set('a', 100);
    set('c', 100);
    clock.clearTimer(b);
    clock.clearTimer(b);
    await clock.advance(100);
    expect(log).toEqual(['a at 100', 'c at 100']);
  });

  it('knows every timer, however they are set', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.integer({ min: 0, max: 20 }), clear: fc.boolean() })),
        async (timers) => {
          const clock = new FakeClock();
          const fired: number[] = [];
          const handles = timers.map(({ ms }, index): TimerHandle => clock.setTimer(ms, () => fired.push(index)));
          handles.forEach((handle, index) => timers[index]?.clear === true && clock.clearTimer(handle));
          const kept = timers.map(({ ms, clear }, index) => ({ ms, clear, index })).filter(({ clear }) => !clear);
          kept.sort((one, other) => one.ms - other.ms || one.index - other.index);
          expect(clock.pending()).toEqual(kept.map(({ ms }) => ms));
          await clock.advance(20);
          expect(fired).toEqual(kept.map(({ index }) => index));
        },
      ),
    );
  });
});

describe('next', () => {
  it('goes to the next timer and fires all that are due then', async () => {
    const { clock, log, set } = clockWithLog();
    set('a', 100);
    set('b', 100);
    set('c', 200);
    await clock.next();
    expect(log).toEqual(['a at 100', 'b at 100']);
    await clock.next();
    expect(log.at(-1)).toBe('c at 200');
  });

  it('is refused when nothing waits', async () => {
    await expect(new FakeClock().next()).rejects.toThrow('Nothing waits on this clock');
  });
});

describe('jump', () => {
  it('sets the wall clock alone', async () => {
    const { clock, log, set } = clockWithLog();
    const before = clock.date();
    set('a', 1000);
    clock.jump('1h');
    clock.jump(-600_000);
    expect([clock.now(), clock.date() - before]).toEqual([0, 3_000_000]);
    clock.jump('-1h');
    expect([clock.now(), clock.date() - before]).toEqual([0, -600_000]);
    await clock.advance(999);
    expect(log).toEqual([]);
    for (const bad of [NaN, -Infinity, '-soon', '--1h']) expect(() => clock.jump(bad)).toThrow(TypeError);
  });
});

describe('block', () => {
  it('makes everything late that is due meanwhile, and the rest not', async () => {
    const { clock, log, set } = clockWithLog();
    clock.setTimer(100, () => clock.block(250));
    set('a', 200);
    set('b', 300);
    set('c', 400);
    await clock.advance(400);
    expect(log).toEqual(['a at 350', 'b at 350', 'c at 400']);
  });
});

describe('sleepers', () => {
  it('are counted and listed', () => {
    const { clock, set } = clockWithLog();
    const a = set('a', 20);
    set('b', 10);
    expect([clock.sleepers, clock.pending()]).toEqual([2, [10, 20]]);
    clock.clearTimer(a);
    expect([clock.sleepers, clock.pending()]).toEqual([1, [10]]);
  });

  it('can be waited for, however long it really takes until they sleep', async () => {
    const { clock, log, set } = clockWithLog();
    void realSleep(20).then(() => {
      set('a', 10);
      set('b', 10);
    });
    await clock.waitForSleepers(2);
    await clock.advance(10);
    expect(log).toEqual(['a at 10', 'b at 10']);
    await clock.waitForSleepers(0);
  });

  it('that never come are an error which says who sleeps', async () => {
    const clock = new FakeClock({ patience: 10 });
    new Alarm(clock, 1500, () => {
      // never
    });
    await expect(clock.waitForSleepers(2)).rejects.toThrow('Waited for 2 timers, but there are 1, due in 1.5s');
  });

  it('by the hundred thousand are no problem', async () => {
    const clock = new FakeClock();
    let fired = 0;
    for (let index = 0; index < 100_000; index += 1) clock.setTimer(100_000 - index, () => (fired += 1));
    const cleared = clock.setTimer(5, () => (fired += 1));
    clock.clearTimer(cleared);
    await clock.advance(1000);
    expect([fired, clock.sleepers]).toEqual([1000, 99_000]);
  });
});
