import { afterEach, describe, expect, it, vi } from 'vitest';
import { afterTurn, recentMicros, systemClock } from '../../lib/base/clock.js';
import { FakeClock } from '../../lib/testing/index.js';

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
