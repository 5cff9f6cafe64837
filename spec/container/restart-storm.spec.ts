/** Ten thousand crashes in a row, on the real clock: they leave nothing behind, and the event loop gets its turns. */
import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { boom, heapUsed, turn, watchTurns } from '../support.js';

const CRASHES = 10_000;
const WARM_UP = 1_000;
const HEAP = 2 * 2 ** 20;
const BUSY = 50;

async function storm(crashes: number, next: () => void, done: () => number): Promise<void> {
  const goal = done() + crashes;
  while (done() < goal) {
    next();
    await turn();
  }
}

it('of a service that runs', async () => {
  const container = new Container();
  @service({ restart: { backoff: false, maxRestarts: Infinity } })
  class Redis extends Service {
    override async onStart() {
      await Promise.resolve();
    }
  }
  @service({ inject: [Redis] })
  class App extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
    override async onStart() {
      await Promise.resolve();
    }
  }
  const app = await container.boot(App);
  const { redis } = app;
  const crash = (): void => {
    if (redis.state === 'running' && app.state === 'running') redis.crash(boom);
  };
  const restarts = (): number => app.restartCount;
  await storm(WARM_UP, crash, restarts);
  const before = await heapUsed();
  const watch = watchTurns();
  await storm(CRASHES, crash, restarts);
  watch.end();
  expect((await heapUsed()) - before).toBeLessThan(HEAP);
  expect(watch.worst).toBeLessThan(BUSY);
  expect(redis.restartCount).toBe(app.restartCount);
  await container.stop();
}, 60_000);

it('of a service that cannot start', async () => {
  const container = new Container();
  let starts = 0;
  let broken = false;
  @service({ restart: { backoff: false, maxRestarts: Infinity } })
  class Redis extends Service {
    override async onStart() {
      starts += 1;
      await Promise.resolve();
      if (broken) throw boom;
    }
  }
  @service({ inject: [Redis] })
  class App extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
  }
  const { redis } = await container.boot(App);
  broken = true;
  redis.crash(boom);
  const nothing = (): void => undefined;
  await storm(WARM_UP, nothing, () => starts);
  const before = await heapUsed();
  const watch = watchTurns();
  await storm(CRASHES, nothing, () => starts);
  watch.end();
  // it goes on meanwhile
  expect((await heapUsed()) - before).toBeLessThan(HEAP);
  expect(watch.worst).toBeLessThan(BUSY);
  expect(watch.turns).toBeGreaterThan(CRASHES / 20);
  broken = false;
  await turn();
  await container.stop();
  expect(container.state).toBe('stopped');
}, 60_000);
