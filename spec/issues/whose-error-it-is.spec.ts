import { expect, it } from 'vitest';
import { Service, timer } from '../../lib/index.js';
import type { OnError } from '../../lib/declare/definition.js';
import { FakeClock, withClock } from '../../lib/testing/index.js';
import { boom } from '../lifecycle/support.js';

const heard: unknown[] = [];

const note = ((error: unknown, poller: Poller) => {
  heard.push(error);
  poller.failures += 1;
}) as OnError;

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
