import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerSchedule } from '../../lib/run/timer.js';
import { fakeRun } from './support.js';

/** What one run does: keep the program busy, then wait. Now and then something else stalls the program. */
const scenario = fc.record({
  interval: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0.1, max: 50, noNaN: true })),
  immediate: fc.boolean(),
  jitter: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  runs: fc.array(
    fc.record({ busy: fc.constantFrom(0, 0, 1, 7.5, 130), wait: fc.constantFrom(undefined, 0, 3, 20.25, 300) }),
    { minLength: 1 },
  ),
  steps: fc.array(
    fc.oneof(
      fc.record({ advance: fc.double({ min: 0, max: 100, noNaN: true }) }),
      fc.record({ stall: fc.double({ min: 0, max: 500, noNaN: true }) }),
    ),
    { maxLength: 20 },
  ),
});

it('never overlaps, never runs early, and accounts for every tick', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ interval, immediate, jitter, runs, steps }) => {
      const { clock, host } = fakeRun();
      const origin = clock.now();
      const begun: number[] = [];
      let going = 0;
      let over = false;
      const call = (): unknown => {
        going += 1;
        expect(going).toBe(1);
        const { busy, wait } = (over ? undefined : runs[begun.length % runs.length]) ?? { busy: 0, wait: undefined };
        begun.push(clock.now());
        clock.block(busy);
        if (wait === undefined) {
          going -= 1;
          return undefined;
        }
        return new Promise<void>((resolve) => {
          clock.setTimer(wait, () => {
            going -= 1;
            resolve();
          });
        });
      };
      const timer = new TimerSchedule(
        host,
        { name: 'refresh', interval, immediate, jitter: jitter * interval, onError: 'crash' },
        call,
      );
      timer.start();
      for (const step of steps) {
        if ('stall' in step) clock.block(step.stall);
        else await clock.advance(step.advance);
      }
      // What is overdue by now gets its turn, and takes no more time.
      over = true;
      await clock.advance(0);

      // Every tick but the one that is waited for is a run or a skip.
      const { runs: made, skipped } = timer.status();
      const dealtWith = made + skipped - (immediate ? 1 : 0);
      const at = (tick: number): number => origin + tick * interval;
      expect(made).toBe(begun.length);
      expect(at(dealtWith)).toBeLessThanOrEqual(clock.now());
      expect(at(dealtWith + 1) + (jitter > 0 ? interval : 0)).toBeGreaterThan(clock.now());

      // Run n is at the earliest for tick n, and no two runs are for the same tick.
      const ticks = begun.slice(immediate ? 1 : 0).map((time) => lastTick(time, at));
      expect(ticks.every((tick, index) => tick > (ticks[index - 1] ?? 0))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

function lastTick(time: number, at: (tick: number) => number): number {
  let tick = 0;
  while (at(tick + 1) <= time) tick += 1;
  return tick;
}
