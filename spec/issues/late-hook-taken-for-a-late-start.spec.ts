import { expect, it } from 'vitest';
import { gate, reject, rejection, settle, theatre } from '../lifecycle/support.js';

// Any hook that came too late got the onStop of an onStart that had come too late.
it.each(['onFirstStart', 'onShutdown'] as const)(
  '%s that settles after it was given up leads to no onStop',
  async (hook) => {
    const { actor, clock, log } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { startTimeout: 100, stopTimeout: 100, [hook]: wait, onStart: reject() });
    const failed = rejection(a.start());
    await clock.advance('2s');
    await failed;
    resolve();
    await settle();
    expect(log).not.toContain('A.onStop');
  },
);
