import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket, rateLimit, type RateLimitOptions } from '../../lib/tools/rate-limit.js';
import type { Duration } from '../../lib/base/duration.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';

function limited(limit: number, per: Duration, options: RateLimitOptions = {}) {
  const clock = new FakeClock();
  const bucket = rateLimit(limit, per, { clock, ...options });
  const served: string[] = [];
  /** Waits in line, and notes when it was served. */
  const acquire = (name: string, tokens = 1, signal?: AbortSignal) =>
    bucket.acquire(tokens, signal).then(() => served.push(`${name} at ${String(clock.now())}`));
  return { clock, bucket, served, acquire };
}

describe('rateLimit', () => {
  it('starts full, then pours no more than flows in', () => {
    const { clock, bucket } = limited(2, '1s');
    expect([bucket.pour(), bucket.pour(), bucket.pour(), bucket.tokens]).toEqual([true, true, false, 0]);
    clock.block(499);
    expect([bucket.ready, bucket.pour()]).toEqual([false, false]);
    clock.block(1);
    expect([bucket.ready, bucket.pour(), bucket.pour()]).toEqual([true, true, false]);
  });

  it('pours several at once, all or none', () => {
    const { clock, bucket } = limited(10, '1s');
    expect([bucket.pour(7), bucket.pour(4), bucket.tokens]).toEqual([true, false, 3]);
    clock.block(100);
    expect([bucket.tokens, bucket.pour(4)]).toEqual([4, true]);
  });

  it('says how long to wait', () => {
    const { bucket } = limited(10, '1s');
    expect(bucket.expectedTime(10)).toBe(0);
    bucket.pour(10);
    expect([bucket.expectedTime(), bucket.expectedTime(10)]).toEqual([100, 1000]);
  });

  it('holds no more than its capacity', () => {
    const { clock, bucket } = limited(10, '1s', { capacity: 1 });
    clock.block('1h');
    expect([bucket.tokens, bucket.pour(), bucket.pour()]).toEqual([1, true, false]);
    clock.block(100);
    expect(bucket.pour()).toBe(true);
  });

  it('limits to less than one over the period', () => {
    const { clock, bucket } = limited(0.5, '1s');
    expect([bucket.capacity, bucket.pour(), bucket.expectedTime()]).toEqual([1, true, 2000]);
    clock.block('2s');
    expect(bucket.pour()).toBe(true);
  });

  it('serves those who wait in their order, each as soon as its tokens are there', async () => {
    const { clock, bucket, served, acquire } = limited(2, '1s');
    const all = Promise.all([acquire('a', 2), acquire('b'), acquire('c', 2), acquire('d')]);
    await clock.advance('10s');
    await all;
    expect(served).toEqual(['a at 0', 'b at 500', 'c at 1500', 'd at 2000']);
    expect(bucket.tokens).toBe(2);
  });

  it('keeps the tokens for those who wait', async () => {
    const { clock, bucket, served, acquire } = limited(2, '1s');
    bucket.pour(2);
    const waiting = acquire('patient', 2);
    await clock.advance(500);
    expect([bucket.tokens, bucket.ready, bucket.pour()]).toEqual([1, false, false]);
    await clock.advance(500);
    await waiting;
    expect(served).toEqual(['patient at 1000']);
  });

  it('runs a timer only while somebody waits', async () => {
    const { clock, bucket, acquire } = limited(1, '1s');
    bucket.pour();
    bucket.pour();
    expect(clock.sleepers).toBe(0);
    const waiting = Promise.all([acquire('a'), acquire('b')]);
    expect(clock.sleepers).toBe(1);
    await clock.advance('2s');
    await waiting;
    expect(clock.sleepers).toBe(0);
  });

  it('lets anybody give up, who has then taken nothing', async () => {
    const { clock, bucket, served, acquire } = limited(2, '1s');
    bucket.pour(2);
    const controller = new AbortController();
    const greedy = acquire('greedy', 2, controller.signal);
    const modest = acquire('modest', 1);
    await clock.advance(600);
    controller.abort('enough');
    await expect(greedy).rejects.toBe('enough');
    await modest;
    expect([served, clock.sleepers]).toEqual([['modest at 600'], 0]);
    await expect(bucket.acquire(1, controller.signal)).rejects.toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it.each<[make: () => unknown, kind: typeof Error, message: string]>([
    [() => rateLimit(0, '1s'), RangeError, 'limit must be more than 0 and finite, not 0'],
    [() => rateLimit(Infinity, '1s'), RangeError, 'limit must be more than 0 and finite, not Infinity'],
    [() => rateLimit('100/m' as never), TypeError, 'limit must be a number, not 100/m'],
    [() => rateLimit(1, 'soon'), TypeError, "per cannot be 'soon'"],
    [() => rateLimit(1, 0), RangeError, 'per must be more than 0 and finite, not 0'],
    [() => rateLimit(1, 1, { capacity: 0.5 }), RangeError, 'capacity must be at least 1, not 0.5'],
    [() => new Bucket(1).pour(0), RangeError, 'tokens must be more than 0 and finite, not 0'],
    [() => new Bucket(2).pour(3), RangeError, 'the bucket holds at most 2 tokens, so 3 will never be there'],
    [() => new Bucket(2).expectedTime(3), RangeError, 'the bucket holds at most 2 tokens, so 3 will never be there'],
  ])('refuses %s', (make, kind, message) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });

  it('refuses to wait for what will never be there', async () => {
    await expect(new Bucket(2).acquire(3)).rejects.toThrow('the bucket holds at most 2 tokens');
  });

  it('never pours more than its capacity and what flowed in since, and serves a waiter at the very instant it computed', async () => {
    const steps = fc.array(fc.record({ wait: fc.nat(700), tokens: fc.integer({ min: 1, max: 5 }) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 5, max: 20 }),
        async (list, limit, capacity) => {
          const clock = new FakeClock();
          const bucket = rateLimit(limit, '1s', { capacity, clock });
          const poured: { at: number; tokens: number }[] = [];
          for (const { wait, tokens } of list) {
            clock.block(wait);
            if (bucket.pour(tokens)) poured.push({ at: clock.now(), tokens });
          }
          for (const [index, { at }] of poured.entries()) {
            let sum = 0;
            for (const later of poured.slice(index)) {
              sum += later.tokens;
              expect(sum).toBeLessThanOrEqual(capacity + ((later.at - at) * limit) / 1000 + 1e-6);
            }
          }
          const due = clock.now() + bucket.expectedTime(5);
          let servedAt: number | undefined;
          const waiting = bucket.acquire(5).then(() => {
            servedAt = clock.now();
          });
          await clock.advance('1m');
          await waiting;
          expect(servedAt).toBeCloseTo(due, 6);
        },
      ),
      { numRuns: 50 },
    );
  });
});
