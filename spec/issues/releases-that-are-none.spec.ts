import { expect, it } from 'vitest';
import { theatre, thrown } from '../lifecycle/support.js';

// defer(undefined) ended the releases early: what had been acquired before it was never released.
it('what is no function is refused where it is given, and the rest is released', async () => {
  const { actor } = theatre();
  const log: string[] = [];
  const a = actor('A');
  await a.start();
  a.defer(() => log.push('released'));
  expect(
    thrown(() => {
      a.defer(undefined as never);
    }).message,
  ).toBe('defer() of A takes a function that releases, not undefined');
  expect(thrown(() => a.adopt(5, undefined as never)).message).toBe(
    'adopt() of A takes a function that releases, not undefined',
  );
  expect(thrown(() => a.use(null as never)).message).toContain('use() takes a value with [Symbol.asyncDispose]');
  await a.stop();
  expect([log, a.state]).toEqual([['released'], 'stopped']);
});
