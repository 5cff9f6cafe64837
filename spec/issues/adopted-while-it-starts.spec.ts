import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { gate, rejection, settle } from '../lifecycle/support.js';

class Child extends Service {
  constructor(private readonly settled: () => Promise<void>) {
    super();
  }
  override onStart() {
    return this.settled();
  }
}

/** A parent whose child starts by itself at first, and is adopted in the middle of that. */
function parentOf(wait: () => Promise<void>) {
  @service()
  class Parent extends Service {
    override async onStart() {
      const child = new Child(wait);
      const started = child.start();
      this.addDependency(child);
      await started;
    }
  }
  return Parent;
}

// The deadline of the child was watched by the one clock and forgotten by the other: later deadlines were never looked at.
it('a child that is adopted while it starts leaves the timeouts of others alone', async () => {
  @service({ startTimeout: '1s' })
  class Slow extends Service {
    override onStart() {
      return gate().promise;
    }
  }
  const clock = new FakeClock();
  const container = new Container({ clock });
  const { wait, resolve } = gate();
  const booted = container.boot(parentOf(wait));
  await settle();
  resolve();
  await booted;
  const failed = rejection(container.boot(Slow));
  await clock.advance('10s');
  expect((await failed).message).toContain('Slow did not start within 1s');
  await container.stop();
  expect(clock.sleepers).toBe(0);
});

// The timer stayed set for the whole minute of its startTimeout.
it('… and no timer behind that keeps the process alive', async () => {
  const before = timers();
  const container = new Container();
  const { wait, resolve } = gate();
  const booted = container.boot(parentOf(wait));
  await settle();
  resolve();
  await booted;
  await container.stop();
  await settle();
  expect(timers()).toBe(before);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
