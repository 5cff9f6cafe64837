import { expect, it } from 'vitest';
import { Container, service, Service, type StopError } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { boom, rejection } from '../lifecycle/support.js';

const never = (): Promise<never> => new Promise(() => undefined);

// It waits for its dependents to go down, which looked like something to be given up.
it('a crashed service does not go down before its dependents when the budget of a stop is spent', async () => {
  const log: string[] = [];
  @service()
  class Redis extends Service {
    override onStop(): void {
      log.push('Redis.onStop');
    }
  }
  @service()
  class App extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
    override onStop(): Promise<void> {
      log.push('App.onStop');
      return never();
    }
    override onShutdown(): void {
      log.push('App.onShutdown');
    }
  }
  const clock = new FakeClock();
  const container = new Container({ clock });
  const { redis } = await container.boot(App);
  const stopped = rejection<StopError>(container.stop({ timeout: 100 }));
  redis.crash(boom);
  await clock.advance(100);
  expect((await stopped).abandoned).toEqual([{ service: 'App', waitingOn: ['onStop'] }]);
  expect([log, clock.sleepers]).toEqual([['App.onStop', 'App.onShutdown', 'Redis.onStop'], 0]);
});
