import { describe, expect, it } from 'vitest';
import { Container, crontab, Service, service, task, timer } from '../../lib/index.js';
import { FakeClock, fire, leaksOf, recordHistory } from '../../lib/testing/index.js';
import { deferred, type Deferred } from '../../lib/base/async.js';

/** A service that leaves behind what it is told to, until that is released. */
async function stopped(leave: (service: Leaky, until: Deferred<void>) => unknown, fires: string[] = []) {
  const clock = new FakeClock();
  const container = new Container({ clock });
  const leaky = await container.boot(Leaky);
  const until = deferred();
  leaky.until = until.promise;
  leave(leaky, until);
  for (const name of fires) void fire(container, name);
  const stop = container.stop({ timeout: '1s' }).catch(() => undefined);
  await clock.advance('1m');
  await stop;
  const lines = leaksOf(container);
  until.resolve();
  await clock.advance('1m');
  return { lines, later: leaksOf(container) };
}

@service()
class Leaky extends Service {
  until = Promise.resolve();
  hook = '';
  @timer('1h')
  async refresh() {
    await this.until;
  }
  @crontab('0 0 1 1 *')
  async report() {
    await this.until;
  }
  override async onStop() {
    if (this.hook === 'onStop') await this.until;
  }
  override async onShutdown() {
    if (this.hook === 'onShutdown') await this.until;
  }
}

describe('leaksOf()', () => {
  it.each<[string, Parameters<typeof stopped>[0], string[], string[]?]>([
    [
      'a task',
      (leaky, { promise }) => {
        leaky.addTask(() => promise, { name: 'listen' });
      },
      ['Leaky: task listen has not ended'],
    ],
    [
      'runs of timers',
      () => undefined,
      ['Leaky: timer refresh has not ended', 'Leaky: crontab report has not ended'],
      ['Leaky.refresh', 'Leaky.report'],
    ],
    [
      'holds',
      (leaky, { promise }) => {
        for (const hold of [leaky.holdShutdown(), leaky.holdShutdown()]) void promise.then(() => hold.release());
      },
      ['Leaky: 2 holds on its shutdown'],
    ],
    [
      'releases',
      (leaky, { promise }) => {
        leaky.defer(() => promise);
      },
      ['Leaky: a release that has not ended'],
    ],
    ['a hook', (leaky) => (leaky.hook = 'onStop'), ['Leaky: onStop has not ended']],
    ['a late hook', (leaky) => (leaky.hook = 'onShutdown'), ['Leaky: onShutdown has not ended']],
    [
      'children',
      (leaky, { promise }) => {
        class Child extends Service {
          override onStop = () => promise;
        }
        void leaky.addRuntimeDependency(new Child());
      },
      ['Leaky/Child: onStop has not ended'],
    ],
  ])('has %s that a stop did not wait for, as long as they are there', async (_, leave, expected, fires) => {
    const { lines, later } = await stopped(leave, fires);
    expect(lines).toEqual(expected);
    expect(later).toEqual([]);
  });

  it('has listeners that nobody took away, but not those of recordHistory()', async () => {
    const container = new Container();
    recordHistory(container);
    const off = [container.on(() => undefined), container.on(() => undefined)];
    await container.boot(Leaky);
    await container.stop();
    expect(leaksOf(container)).toEqual(['container: 2 listeners of on()']);
    off[0]?.();
    expect(leaksOf(container)).toEqual(['container: a listener of on()']);
    off[1]?.();
    expect(leaksOf(container)).toEqual([]);
  });

  it('has what still runs', async () => {
    const parent = new Container();
    parent.bind(Leaky).toSelf();
    const child = new Container({ parent });
    @service({ inject: [Leaky] })
    class Guest extends Service {
      constructor(readonly leaky: Leaky) {
        super();
      }
    }
    await parent.boot();
    await child.boot(Guest);
    expect(leaksOf(parent)).toEqual(['Leaky: is running', 'container: a running child container']);
    expect(leaksOf(child)).toEqual(['Guest: is running']);
    await parent.stop();
    expect([leaksOf(parent), leaksOf(child)]).toEqual([[], []]);
  });

  it('has nothing of a container that never ran, nor of one that stopped in peace', async () => {
    @service()
    class Tidy extends Service {
      override onStart() {
        this.defer(() => undefined);
        this.holdShutdown().release();
        this.use({ [Symbol.asyncDispose]: () => Promise.resolve() });
      }
      @task()
      async work() {
        await this.sleep('1h');
      }
      @timer('1s')
      tick() {
        // nothing to do
      }
    }
    const clock = new FakeClock();
    const container = new Container({ clock });
    expect(leaksOf(container)).toEqual([]);
    await container.boot(Tidy);
    await clock.advance('10s');
    await container.stop();
    expect([leaksOf(container), clock.sleepers]).toEqual([[], 0]);
  });
});
