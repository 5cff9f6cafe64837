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
  expect((await restarted).code).toBe('ERR_MODE_BOOT');
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

// A few microtasks lay between the end of the wait and the boot, and a stop that takes no time fits into them.
it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
  'nor do several boots that wait for one to be taken back, %i microtasks before everything is stopped',
  async (count) => {
    @service()
    class Redis {
      onStart() {}
    }
    @service({ dependsOn: [Redis] })
    class App {
      onStart(signal: AbortSignal): Promise<void> {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      }
    }
    const container = new Container();
    await container.boot(Redis);
    const app = container.boot(App);
    await settle();
    const stopped = container.stop(Redis);
    // they have to wait until what was started for the app is down again
    const boots = [container.boot(Redis), container.boot(Redis), container.boot(Redis)];
    for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
    await container.stop();
    expect(container.state).toBe('stopped');
    await Promise.allSettled([app, stopped, ...boots]);
    expect(container.state).toBe('stopped');
  },
);
