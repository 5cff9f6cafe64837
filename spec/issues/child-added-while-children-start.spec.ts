import { expect, it } from 'vitest';
import { theatre } from '../lifecycle/support.js';

// Children were counted before the first of them started, and one that came later never did.
it('a child that another child adds is started too', async () => {
  const { actor } = theatre();
  const late = actor('late');
  const parent = actor('parent');
  parent.addDependency(actor('early', { onStart: () => void parent.addRuntimeDependency(late) }));
  await parent.start();
  expect(late.state).toBe('running');
});
