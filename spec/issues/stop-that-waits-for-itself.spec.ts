import { expect, it } from 'vitest';
import type { ModeError, Service } from '../../lib/index.js';
import { rejection, settle, theatre } from '../lifecycle/support.js';

const HINT =
  'A task or hook that awaits a stop() or restart() of its own service or container waits for itself: call it without await.';

// The task was blamed for not settling, which it could not.
it('a task that awaits the stop of its own service is told so', async () => {
  const { actor, clock } = theatre();
  const a = actor('A', { stopTimeout: '5s' });
  await a.start();
  a.addTask(() => a.stop());
  await clock.advance('5s');
  expect((a.crashReason as ModeError).message).toContain(HINT);
});

it('… and so is a hook', async () => {
  const { actor, clock } = theatre();
  const a = actor('A', {
    stopTimeout: '5s',
    onStart(this: Service) {
      return this.restart();
    },
  });
  const failed = rejection(a.start());
  await clock.advance('5s');
  expect((await failed).message).toContain(HINT);
});

it('without await, either works', async () => {
  const { actor } = theatre();
  const a = actor('A');
  await a.start();
  a.addTask(() => void a.restart());
  await settle();
  expect([a.state, a.restartCount]).toEqual(['running', 1]);
  a.addTask(() => void a.stop());
  await settle();
  expect(a.state).toBe('stopped');
});
