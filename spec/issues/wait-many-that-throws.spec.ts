import { expect, it } from 'vitest';
import { boom, fail, gate, rejection, settle, theatre } from '../lifecycle/support.js';

// A function that threw at once left the promises before it to nobody, and a rejection of theirs ended the process.
it('waitMany() answers for all that it was given, also where one throws at once', async () => {
  const { actor } = theatre();
  const a = actor('A');
  await a.start();
  const { promise, reject } = gate();
  expect(await rejection(a.waitMany([promise, fail()]))).toBe(boom);
  reject(new Error('heard by nobody'));
  await settle();
});
