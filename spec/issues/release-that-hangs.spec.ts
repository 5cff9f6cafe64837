import { expect, it } from 'vitest';
import { rejection, theatre } from '../lifecycle/support.js';

const never = (): Promise<never> => new Promise(() => undefined);

// One release that never settled kept all the others from being made, although the stop had given it up.
it('what is left to release is released when the time is over', async () => {
  const { actor, clock } = theatre();
  const log: string[] = [];
  const a = actor('A', { stopTimeout: 100 });
  await a.start();
  a.defer(() => log.push('first'));
  a.defer(() => {
    log.push('second');
    return never();
  });
  a.defer(() => {
    log.push('third');
    return never();
  });
  const stopped = rejection(a.stop());
  await clock.advance(100);
  await stopped;
  expect(log).toEqual(['third', 'second', 'first']);
});
