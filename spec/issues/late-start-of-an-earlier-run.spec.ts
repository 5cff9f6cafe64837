import { expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { gate, rejection, settle, statusOf, theatre } from '../lifecycle/support.js';

// The onStop that a start got which came too late hit the run that had begun since, while others used it.
it('an earlier start that comes too late gets its onStop when the run that goes on since is over', async () => {
  const { actor, clock, since } = theatre();
  const { wait, resolve } = gate();
  let starts = 0;
  const a = actor('A', {
    startTimeout: 100,
    only: ['onStop', 'onShutdown'],
    onStart(this: Service) {
      starts += 1;
      return starts === 1 ? wait() : undefined;
    },
  });
  const failed = rejection(a.start());
  await clock.advance(1100);
  await failed;
  await a.start();
  since();
  resolve();
  await settle();
  expect([since(), a.state]).toEqual([[], 'running']);
  await a.stop();
  expect([since(), a.state]).toEqual([['A.onStop', 'A.onStop', 'A.onShutdown'], 'stopped']);
});

it('also when that one is nearly over: its stop waits for it', async () => {
  const { actor, clock, since } = theatre();
  const [start, shutdown, stop] = [gate(), gate(), gate()];
  let [starts, stops] = [0, 0];
  const a = actor('A', {
    startTimeout: 100,
    onStart: () => ((starts += 1) === 1 ? start.wait() : undefined),
    onStop: () => ((stops += 1) === 2 ? stop.wait() : undefined),
    onShutdown: () => (starts === 2 ? shutdown.wait() : undefined),
  });
  const failed = rejection(a.start());
  await clock.advance(1100);
  await failed;
  await a.start();
  const stopped = a.stop();
  since();
  start.resolve();
  await settle();
  shutdown.resolve();
  expect([await statusOf(stopped), since()]).toEqual(['pending', ['A.onStop']]);
  stop.resolve();
  await stopped;
});
