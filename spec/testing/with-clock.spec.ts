import { describe, expect, it } from 'vitest';
import { Service, timer } from '../../lib/index.js';
import { FakeClock, withClock } from '../../lib/testing/index.js';

class Poller extends Service {
  polls = 0;

  @timer('1s')
  poll(): void {
    this.polls += 1;
  }
}

describe('withClock', () => {
  it('gives a service that lives outside any container its clock', async () => {
    const clock = new FakeClock();
    const poller = withClock(new Poller(), clock);
    await poller.start();
    await clock.advance('1m');
    expect(poller.polls).toBe(60);
    await poller.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('gives it to its children too, whenever they come', async () => {
    const clock = new FakeClock();
    const parent = new Poller();
    const [early, late] = [parent.addDependency(new Poller()), new Poller()];
    withClock(parent, clock);
    parent.addDependency(late);
    await parent.start();
    await clock.advance('2s');
    expect([parent, early, late].map(({ polls }) => polls)).toEqual([2, 2, 2]);
    await parent.stop();
  });

  it('holds timeouts in its hands too', async () => {
    class Stuck extends Service {
      override onStart(): Promise<never> {
        return new Promise(() => undefined);
      }
    }
    const clock = new FakeClock();
    const stuck = withClock(new Stuck(), clock);
    const started = stuck.start().catch((error: unknown) => error);
    await clock.advance('61s');
    expect(await started).toMatchObject({ code: 'ERR_MODE_START_TIMEOUT' });
  });

  it('is refused for one that runs, which has begun to go by another', async () => {
    const poller = new Poller();
    await poller.start();
    expect(() => withClock(poller, new FakeClock())).toThrow(
      'Poller is running, so it goes by another clock already\n  → Call withClock() before its start().',
    );
    await poller.stop();
    const clock = new FakeClock();
    await withClock(poller, clock).start();
    await clock.advance('2s');
    expect(poller.polls).toBe(2);
    await poller.stop();
  });
});
