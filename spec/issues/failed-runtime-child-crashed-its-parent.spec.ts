import { expect, it } from 'vitest';
import { boom, reject, rejection, theatre } from '../lifecycle/support.js';

// A child that failed in onStarted had succeeded in onStart, and was taken for one that crashed while it ran.
it('a child that cannot start at run time leaves its parent alone, whichever hook it was', async () => {
  const { actor } = theatre();
  const parent = actor('parent');
  await parent.start();
  const child = actor('child', { onStarted: reject() });
  expect(await rejection(parent.addRuntimeDependency(child))).toBe(boom);
  expect([child.state, parent.state]).toEqual(['crashed', 'running']);
});
