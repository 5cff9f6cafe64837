import { expect, it } from 'vitest';
import { gate, rejection, theatre } from '../lifecycle/support.js';

// Without an onStart there is nothing that could fail, but a service that was stopped before its turn did not start either.
it('a service without onStart that is stopped in onFirstStart gets no onStop', async () => {
  const { actor, log } = theatre();
  const { wait, resolve } = gate();
  const a = actor('A', { only: ['onStop', 'onShutdown'], onFirstStart: wait });
  const started = rejection(a.start());
  const stopped = a.stop();
  resolve();
  await Promise.all([started, stopped]);
  expect(log).toEqual(['A.onFirstStart', 'A.onShutdown']);
});
