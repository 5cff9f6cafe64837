import { expect, it } from 'vitest';
import { Container } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { gate, rejection, settle } from '../lifecycle/support.js';

// The value of a start that had been given up took the place of the one in use, which then was never released.
it('a resource whose first start comes too late keeps the value of its second, and releases both', async () => {
  const clock = new FakeClock();
  const container = new Container({ clock });
  const { wait, resolve } = gate();
  const released: string[] = [];
  let starts = 0;
  container.resource('pool', {
    startTimeout: 100,
    async start() {
      starts += 1;
      const value = `pool ${String(starts)}`;
      if (starts === 1) await wait();
      return value;
    },
    stop: (value) => released.push(value),
  });
  const failed = rejection(container.boot('pool'));
  await clock.advance(1100);
  expect((await failed).code).toBe('ERR_MODE_BOOT');
  expect(await container.boot('pool')).toBe('pool 2');
  resolve();
  await settle();
  expect([container.get('pool'), released]).toEqual(['pool 2', []]);
  await container.stop();
  expect(released).toEqual(['pool 2', 'pool 1']);
});
