import { describe, expect, it } from 'vitest';
import { Container, rateLimit, Service, service, task, timer, type Bucket } from '../../lib/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { FakeClock, withClock } from '../../lib/testing/index.js';

/** How long it takes to pour twice from a bucket of one token in a second, on this clock. */
async function waited(bucket: Bucket, clock: FakeClock): Promise<number> {
  const since = clock.now();
  await bucket.acquire();
  const second = bucket.acquire().then(() => clock.now() - since);
  await clock.advance('1m');
  return second;
}

describe('the clock of a service', () => {
  it('is that of its container', async () => {
    const clock = new FakeClock();
    @service()
    class A extends Service {}
    expect(new A().clock).toBe(systemClock);
    expect((await new Container({ clock }).boot(A)).clock).toBe(clock);
    expect((await new Container().boot(A)).clock).toBe(systemClock);
  });
});

describe('a rate limit goes by the clock of the service', () => {
  it('that has it as a field, from the first token on', async () => {
    let count = 0;
    @service()
    class App extends Service {
      readonly #limit = rateLimit(10, '1s');
      @task()
      async work() {
        while (!this.shouldStop) {
          await this.#limit.acquire(1, this.signal);
          count += 1;
        }
      }
    }
    const clock = new FakeClock();
    const container = new Container({ clock });
    await container.boot(App);
    await clock.advance('10s');
    expect(count).toBe(110);
    await container.stop();
  });

  it('that makes it in a hook, a task or a timer, and the class need not extend anything', async () => {
    const made: Bucket[] = [];
    const make = () => {
      made.push(rateLimit(1));
    };
    @service()
    class Plain {
      limit = make();
      onFirstStart() {
        make();
      }
      onStart() {
        make();
      }
      @task()
      work() {
        make();
      }
      @timer('1s', { immediate: true })
      tick() {
        make();
      }
    }
    const clock = new FakeClock();
    const container = new Container({ clock });
    await container.boot(Plain);
    await container.stop();
    expect(made).toHaveLength(5);
    for (const bucket of made) expect(await waited(bucket, clock)).toBe(1_000);
  });

  it('that was made by hand, whenever it is given its clock', async () => {
    class Poller extends Service {
      limit = rateLimit(1);
    }
    const [adopted, standing, child] = [new Poller(), new Poller(), new Poller()];
    const parent = new Service();
    parent.addDependency(child);
    const clock = new FakeClock();
    const container = new Container({ clock });
    container.adopt(adopted);
    // poured from before: what flows in is counted on
    adopted.limit.pour();
    await container.boot();
    expect(adopted.limit.expectedTime()).toBeGreaterThan(500);
    await clock.advance('1s');
    withClock(standing, clock);
    withClock(parent, clock);
    for (const { limit } of [adopted, standing, child]) expect(await waited(limit, clock)).toBe(1_000);
  });

  it('and outside of services by the real one, as it does where its own clock is given', async () => {
    const clock = new FakeClock();
    const container = new Container({ clock });
    @service()
    class A extends Service {
      limit = rateLimit(1, '1s', { clock: systemClock });
    }
    const real = [(await container.boot(A)).limit, rateLimit(1)];
    new A();
    await Promise.resolve();
    real.push(rateLimit(1));
    for (const bucket of real) bucket.pour();
    await clock.advance('1h');
    expect(real.map(({ ready }) => ready)).toEqual([false, false, false]);
  });
});
