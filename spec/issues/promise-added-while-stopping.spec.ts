import { expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { boom, gate, rejection, theatre } from '../lifecycle/support.js';

// A promise given to addTask() in a run that ends was dropped: neither waited for nor, when it failed, heard.
it('a promise that onStop adds is waited for, and its error is one of the stop', async () => {
  const { actor } = theatre();
  const { promise, reject } = gate();
  const a = actor('A', {
    onStop(this: Service) {
      this.addTask(promise);
    },
  });
  await a.start();
  const stopped = rejection(a.stop());
  expect(a.state).toBe('stopping');
  reject(boom);
  expect(await stopped).toBe(boom);
});
