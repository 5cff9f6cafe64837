import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Keepalive, watchOf } from '../../lib/threads/keepalive.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A thread that answers while `lives`. */
function watched(options = {}) {
  const thread = { lives: true, asked: 0, blocked: [] as number[] };
  const keepalive: Keepalive = new Keepalive(
    watchOf(options),
    () => {
      thread.asked += 1;
      if (thread.lives) keepalive.alive();
    },
    (ms) => {
      thread.blocked.push(ms);
    },
  );
  keepalive.start();
  return { thread, keepalive };
}

describe('a keepalive', () => {
  it('asks every second, and calls a thread blocked that owes it answers for five', () => {
    const { thread } = watched();
    vi.advanceTimersByTime(60_000);
    expect(thread).toEqual({ lives: true, asked: 60, blocked: [] });
    thread.lives = false;
    vi.advanceTimersByTime(5_999);
    expect(thread.blocked).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(thread.blocked).toEqual([5_000]);
  });

  it('says so once, and asks no more', () => {
    const { thread } = watched({ every: 10, timeout: 20 });
    thread.lives = false;
    vi.advanceTimersByTime(1_000);
    expect(thread.blocked).toEqual([20]);
    expect(thread.asked).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgives what was answered in time, and any other sign of life', () => {
    const { thread, keepalive } = watched({ every: 10, timeout: 30 });
    thread.lives = false;
    for (let n = 0; n < 20; n += 1) {
      vi.advanceTimersByTime(25);
      keepalive.alive();
    }
    expect(thread.blocked).toEqual([]);
  });

  it('reads what has arrived while our own loop was blocked before it judges', () => {
    const { thread, keepalive } = watched({ every: 10, timeout: 10 });
    thread.lives = false;
    vi.advanceTimersByTime(10);
    vi.advanceTimersToNextTimer(); // it is due to judge ...
    keepalive.alive(); // ... when the answer that came meanwhile is read
    vi.advanceTimersByTime(5);
    expect(thread.blocked).toEqual([]);
  });

  it('that is to ask once a month does not ask all the time', () => {
    const { thread } = watched({ every: '30d', timeout: '60d' });
    vi.advanceTimersByTime(24 * 86_400_000);
    expect(thread.asked).toBe(0);
    vi.advanceTimersByTime(6 * 86_400_000);
    expect(thread.asked).toBe(1);
  });

  it('starts once, and can be stopped', () => {
    const { thread, keepalive } = watched();
    keepalive.start();
    vi.advanceTimersByTime(1_000);
    expect(thread.asked).toBe(1);
    keepalive.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
