import { expect, it } from 'vitest';
import { gate, rejection, theatre } from '../lifecycle/support.js';

// The refused call took the pending promise with it, which then never settled.
it('a start() that is refused does not take the answer away from the one before it', async () => {
  const { actor } = theatre();
  const { wait, resolve } = gate();
  const a = actor('A', { onStart: wait });
  const first = rejection(a.start());
  const stopped = a.stop();
  expect((await rejection(a.start())).code).toBe('ERR_MODE_STOPPING');
  resolve();
  await stopped;
  expect((await first).code).toBe('ERR_MODE_STOPPED');
});
