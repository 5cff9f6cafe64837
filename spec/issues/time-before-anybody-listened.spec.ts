import { expect, it } from 'vitest';
import { Container, service, Service, type LifecycleEvent } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';

// A listener that came late was told that the state which ended had taken as long as the clock had run.
it('an event says how long a state took only where that is known', async () => {
  @service()
  class Redis extends Service {}
  const clock = new FakeClock();
  const container = new Container({ clock });
  await clock.advance('1h');
  await container.boot(Redis);
  await clock.advance('1m');
  const seen: LifecycleEvent[] = [];
  const end = container.on((event) => seen.push(event));
  await container.restart(Redis);
  await clock.advance('5s');
  await container.restart(Redis);
  end();
  expect(seen.flatMap((event) => (event.type === 'service' ? [[event.from, event.ms]] : []))).toEqual([
    ['running', undefined],
    ['stopping', 0],
    ['stopped', 0],
    ['starting', 0],
    ['running', 5000],
    ['stopping', 0],
    ['stopped', 0],
    ['starting', 0],
  ]);
});
