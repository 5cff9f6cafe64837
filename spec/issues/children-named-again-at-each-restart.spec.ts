import { expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { theatre } from '../lifecycle/support.js';

// onInitDependencies was asked at every start, and every start had one set of children more.
it('a restart has the children it had', async () => {
  const { actor } = theatre();
  const made: Service[] = [];
  const parent = actor('parent', {
    onInitDependencies() {
      const child = actor(`child ${String(made.length + 1)}`);
      made.push(child);
      return [child];
    },
  });
  await parent.start();
  await parent.restart();
  await parent.restart();
  expect([made.map(({ label }) => label), made[0]?.restartCount]).toEqual([['child 1'], 2]);
});
