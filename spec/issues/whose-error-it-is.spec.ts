import { expect, it } from 'vitest';
import { Service, timer } from '../../lib/index.js';
import { FakeClock, withClock } from '../../lib/testing/index.js';
import { boom } from '../lifecycle/support.js';

const heard: unknown[] = [];

const note = (error: unknown, service: object): void => {
  heard.push(error);
  if (service instanceof Poller) service.failures += 1;
};

class Poller extends Service {
  failures = 0;
  @timer('1s', { onError: note })
  poll() {
    throw boom;
  }
}

// A function that serves a whole class could not tell which of its instances had failed.
it('onError is told the error and whose it is', async () => {
  const clock = new FakeClock();
  const poller = withClock(new Poller(), clock);
  await poller.start();
  await clock.advance('2s');
  expect([heard, poller.failures]).toEqual([[boom, boom], 2]);
  await poller.stop();
});
