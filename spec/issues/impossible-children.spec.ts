import { expect, it } from 'vitest';
import { Container, service, Service } from '../../lib/index.js';
import { theatre, thrown } from '../lifecycle/support.js';

// The first two ended in a loop without end, the third in a container that never stopped.
it('a service cannot be its own child, or its grandchild', () => {
  const { actor } = theatre();
  const [a, b, c] = [actor('A'), actor('B'), actor('C')];
  expect(thrown(() => a.addDependency(a)).code).toBe('ERR_MODE_CYCLE');
  a.addDependency(b);
  b.addDependency(c);
  expect(thrown(() => c.addDependency(a)).code).toBe('ERR_MODE_CYCLE');
  expect(c.beacon.depth).toBe(2);
});

it('a service of a container cannot be a child', async () => {
  @service()
  class Redis extends Service {}
  const container = new Container();
  const redis = await container.boot(Redis);
  expect(thrown(() => theatre().actor('A').addDependency(redis)).code).toBe('ERR_MODE_OWNED');
  await container.stop();
  expect(container.state).toBe('stopped');
});
