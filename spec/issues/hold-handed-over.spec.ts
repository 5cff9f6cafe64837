import { expect, it } from 'vitest';
import { statusOf, theatre } from '../lifecycle/support.js';

// The stop went on once the first hold was released, though another one had been taken in the same breath.
it('a hold that is taken as another one is released keeps the stop waiting', async () => {
  const { actor } = theatre();
  const a = actor('A');
  await a.start();
  const one = a.holdShutdown();
  const stopped = a.stop();
  one.release();
  const two = a.holdShutdown();
  expect(await statusOf(stopped)).toBe('pending');
  two.release();
  await stopped;
});
