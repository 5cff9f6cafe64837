import { expect, it } from 'vitest';
import { OneForOneSupervisor, type Service } from '../../lib/index.js';
import { boom, rejection, theatre } from '../lifecycle/support.js';

/** A service whose first stop fails. */
function failing() {
  const stage = theatre();
  let stops = 0;
  const a = stage.actor('A', {
    onStop() {
      stops += 1;
      if (stops === 1) throw boom;
    },
  });
  return { ...stage, a };
}

// It stayed down, where one in a container comes back.
it.each<[string, (a: Service) => Promise<unknown>]>([
  ['by itself', (a) => a.start()],
  ['of a supervisor', (a) => new OneForOneSupervisor(a).start()],
])('a service %s runs again after a restart whose stop failed, which is told then', async (_, start) => {
  const { a } = failing();
  await start(a);
  expect(await rejection(a.restart())).toBe(boom);
  expect([a.state, a.restartCount]).toEqual(['running', 1]);
  await a.stop();
});
