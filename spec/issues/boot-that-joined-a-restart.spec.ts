import { expect, it } from 'vitest';
import { Container, service, Service, type BootError } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { boom, gate, rejection } from '../lifecycle/support.js';

// All that it waited for came up in the very moment in which something else ended the program, and nobody answered it.
it('a boot that waits for a restart is answered, whatever becomes of that', async () => {
  const { wait, resolve } = gate();
  @service()
  class Redis extends Service {
    override onStop(): Promise<void> {
      return wait();
    }
  }
  let starts = 0;
  @service()
  class App extends Service {
    constructor(readonly redis: Redis) {
      super();
    }
    override onStart(): void {
      starts += 1;
      if (starts > 1) throw boom;
    }
  }
  const container = new Container({ clock: new FakeClock() });
  await container.boot(App);
  const restarted = rejection(container.restart(Redis));
  const booted = rejection<BootError>(container.boot(Redis));
  resolve();
  const { code, service: name, cause } = await booted;
  expect([code, name, cause]).toEqual(['ERR_MODE_BOOT', 'App', boom]);
  expect((await restarted).code).toBe('ERR_MODE_RESTART_ABORTED');
  expect(container.state).toBe('failed');
});

it('so is one whose last service is up when a listener stops everything', async () => {
  @service()
  class Redis extends Service {}
  const container = new Container({ clock: new FakeClock() });
  container.on((event) => {
    if (event.type === 'service' && event.to === 'running') void container.stop();
  });
  expect((await rejection(container.boot(Redis))).code).toBe('ERR_MODE_BOOT');
  expect(container.state).toBe('stopped');
});
