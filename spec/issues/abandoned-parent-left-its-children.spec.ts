import { expect, it } from 'vitest';
import type { StopError } from '../../lib/index.js';
import { rejection, theatre } from '../lifecycle/support.js';

const never = (): Promise<never> => new Promise(() => undefined);

// The child that was at it went on stopping, with its timer; those after it had their turn when the parent was down.
it('children of a service that is abandoned are abandoned with it, in their order', async () => {
  const { actor, clock, since } = theatre();
  const parent = actor('parent', { stopTimeout: 100, only: ['onShutdown'] });
  const children = ['one', 'two', 'three'].map((name) =>
    parent.addDependency(actor(name, { stopTimeout: '1h', only: [], onStop: never })),
  );
  await parent.start();
  const stopped = rejection<StopError>(parent.stop());
  await clock.advance(100);
  expect((await stopped).abandoned).toEqual([{ service: 'parent', waitingOn: ['three: onStop'] }]);
  expect(since()).toEqual(['three.onStop', 'two.onStop', 'one.onStop', 'parent.onShutdown']);
  expect([children.map(({ state }) => state), clock.sleepers]).toEqual([['crashed', 'crashed', 'crashed'], 0]);
});
