import { ServiceThread } from 'mode-ts/threads';
import { expect, it } from 'vitest';
import { noThreadIsLeft } from './support.js';

it('fifty threads, one after another, leave nothing behind', { timeout: 180_000 }, async () => {
  const module = new URL('./fixtures/idle.mjs', import.meta.url);
  const held = (): string[] => process.getActiveResourcesInfo().sort();
  const listeners = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const thread = new ServiceThread({ module, export: 'Idle', keepalive: { every: '1ms', timeout: '10s' } });
  await thread.start();
  await thread.stop();
  await noThreadIsLeft();
  const before = { held: held(), listeners: listeners() };
  for (let n = 0; n < 50; n += 1) {
    await thread.start();
    await thread.stop();
  }
  await noThreadIsLeft();
  expect({ held: held(), listeners: listeners() }).toEqual(before);
  expect(thread.restartCount).toBe(50);
});
