import { expect, it } from 'vitest';
import { Container, service, Service } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { gate, rejection, settle } from '../lifecycle/support.js';

// Both waited for something to go down, and then booted a container that had been stopped meanwhile.
it('a restart of what is being stopped does not bring a container back that was stopped meanwhile', async () => {
  const { wait, resolve } = gate();
  @service()
  class Redis extends Service {
    override onStop(): Promise<void> {
      return wait();
    }
  }
  const container = new Container({ clock: new FakeClock() });
  await container.boot(Redis);
  const one = container.stop(Redis);
  const restarted = rejection(container.restart(Redis));
  const all = container.stop();
  resolve();
  await Promise.all([one, all]);
  expect((await restarted).code).toBe('ERR_MODE_RESTART_ABORTED');
  expect(container.state).toBe('stopped');
});

it('nor does a boot that waits for another one to be taken back', async () => {
  const { wait, resolve } = gate();
  @service()
  class First extends Service {}
  @service()
  class Second extends Service {
    override onStarted(): Promise<void> {
      return wait();
    }
  }
  const container = new Container({ clock: new FakeClock() });
  await container.boot(First);
  const controller = new AbortController();
  const given = rejection(container.boot(Second, { signal: controller.signal }));
  await settle();
  controller.abort(new Error('given up'));
  const waiting = rejection(container.boot(Second));
  const all = container.stop();
  resolve();
  await all;
  expect((await given).code).toBe('ERR_MODE_BOOT');
  expect((await waiting).code).toBe('ERR_MODE_STOPPING');
  await settle();
  expect(container.state).toBe('stopped');
});
