import { expect, it } from 'vitest';
import type { ModeError } from '../../lib/index.js';
import { rejection, settle, theatre } from '../lifecycle/support.js';

const never = (): Promise<never> => new Promise(() => undefined);

// A child in onStarted counts as running, so nobody saw that its parent waited for it.
it('a start that waits for the onStarted of a child says so, and its end is heard there', async () => {
  const { actor, clock } = theatre();
  const parent = actor('parent', { startTimeout: 100 });
  const child = parent.addDependency(actor('child', { onStarted: never }));
  const failed = rejection<ModeError>(parent.start());
  await clock.advance(100);
  expect(child.signal.aborted).toBe(true);
  await clock.advance('2m');
  expect((await failed).message).toContain('it was waiting on child: onStarted\n');
  await settle();
  expect([parent.state, child.state, clock.sleepers]).toEqual(['crashed', 'crashed', 0]);
});
