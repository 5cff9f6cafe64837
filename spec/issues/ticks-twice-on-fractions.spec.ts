import { expect, it } from 'vitest';
import { theatre } from '../lifecycle/support.js';

// A tick came twice, or an interval late, where a division was off by a rounding.
it.each([0.1, 0.3, 1 / 3, 7.7])('ticks(%d) comes once on each point of its grid', async (interval) => {
  const { actor, clock } = theatre();
  const a = actor('A');
  await a.start();
  let count = 0;
  a.addTask(async () => {
    for await (const _ of a.ticks(interval)) count += 1;
  });
  await clock.advance(interval * 300.5);
  expect(count).toBe(300);
  await a.stop();
});

it('a body that takes exactly one interval misses no tick', async () => {
  const { actor, clock } = theatre();
  const a = actor('A');
  await a.start();
  const seen: number[] = [];
  a.addTask(async () => {
    for await (const _ of a.ticks(100)) {
      seen.push(clock.now());
      await a.sleep(100);
    }
  });
  await clock.advance(500);
  expect(seen).toEqual([100, 200, 300, 400, 500]);
  await a.stop();
});
