/** `new Container({ concurrency: n })`: at most n starts are under way at once. */
import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { atOnce, cast, settle } from './cast.js';
import { rejection, thrown } from './support.js';

/** Names of so many services that need nothing. */
const NAMES = ['A', 'B', 'C', 'D', 'E'];

describe('what may be given', () => {
  it.each([[0], [-1], [1.5], [NaN], ['4'], [null], [-Infinity]])('%j is refused', (concurrency) => {
    const error = thrown(() => new Container({ concurrency: concurrency as number }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('concurrency of new Container() is a whole number from 1, not');
  });

  it.each([[1], [4], [Infinity], [undefined]])('%j is not', (concurrency) => {
    expect(new Container({ concurrency: concurrency as number }).state).toBe('idle');
  });
});

describe('with concurrency', () => {
  it('1 starts one after another, in the order of the plan', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 1 });
    const Redis = role('Redis');
    const Cache = role('Cache', { needs: [Redis] });
    const Mail = role('Mail');
    const App = role('App', { needs: [Cache, Mail] });
    hold('+Redis', '+Mail');
    const booted = container.boot(App);
    expect(await since()).toEqual(['starting', '+Redis']);
    release('+Redis');
    expect(await since()).toEqual(['+Cache', '+Mail']);
    release();
    await booted;
    expect(await since()).toEqual(['+App', 'running']);
  });

  it('2 starts the next one the moment one of two is up, the first of the plan first', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 2 });
    const all = NAMES.map((name) => role(name));
    hold(...NAMES.map((name) => `+${name}`));
    const booted = container.boot(all);
    expect(await since()).toEqual(['starting', '+A', '+B']);
    release('+B');
    expect(await since()).toEqual(['+C']);
    release('+A');
    expect(await since()).toEqual(['+D']);
    release();
    await booted;
    expect(await since()).toEqual(['+E', 'running']);
  });

  it('what needs what just came up goes before what comes later in the plan', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 1 });
    const A = role('A');
    const B = role('B', { needs: [A] });
    const C = role('C', { needs: [B] });
    hold('+A');
    const booted = container.boot([C, role('D')]);
    await since();
    release();
    await booted;
    expect(await since()).toEqual(['+B', '+C', '+D', 'running']);
  });

  it('a start without anything asynchronous takes no slot', async () => {
    const { container, role, since } = cast({ concurrency: 1 });
    @service()
    class Quick extends Service {}
    @service({ inject: [Quick] })
    class Quicker {
      constructor(readonly quick: Quick) {}
    }
    await container.boot([Quicker, role('A'), role('B')]);
    expect(await since()).toEqual(['starting', '+A', '+B', 'running']);
  });

  it('children start within the slot of their parent', async () => {
    class Child extends Service {
      override onStart = () => settle();
    }
    @service()
    class Parent extends Service {
      override onInitDependencies() {
        return [new Child(), new Child()];
      }
    }
    const parent = await new Container({ concurrency: 1 }).boot(Parent);
    expect(parent.beacon.children.length).toBe(2);
  });

  it('a start that fails leaves its slot, also when it could not even be made', async () => {
    const { container, role } = cast({ concurrency: 1 });
    @service()
    class Broken {
      constructor() {
        throw new Error('broken');
      }
    }
    const Failing = role('Failing', { onStart: () => Promise.reject(new Error('failing')) });
    await rejection(container.boot(Broken));
    await rejection(container.boot(Failing));
    await container.boot(role('A'));
    expect(container.state).toBe('running');
  });

  it('a stop does not wait for what waits for a slot, which never starts', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 1 });
    hold('+A');
    const failed = rejection(container.boot(NAMES.map((name) => role(name))));
    await settle();
    const stopped = container.stop();
    release();
    await Promise.all([stopped, failed]);
    expect(await since()).toEqual(['starting', '+A', 'stopping', '-A', 'stopped']);
  });

  it('restarts count as well', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 1 });
    const A = role('A', { restart: atOnce });
    const B = role('B', { restart: atOnce });
    await container.boot([A, B]);
    await since();
    hold('+A', '+B');
    container.get(B).crash(new Error('B'));
    container.get(A).crash(new Error('A'));
    expect(await since()).toEqual(['B!1 +0ms', '-B', 'A!1 +0ms', '-A', '+B']);
    release('+B');
    expect(await since()).toEqual(['+A']);
  });

  it('a child container has a limit of its own, or none', async () => {
    const { container, role, since } = cast({ concurrency: 1 });
    const Db = role('Db');
    container.bind(Db).toSelf();
    await container.boot(Db);
    const child = new Container({ parent: container });
    const all = NAMES.map((name) => role(name, { needs: [Db] }));
    await since();
    const booted = child.boot(all);
    expect((await since()).slice(0, 5)).toEqual(NAMES.map((name) => `+${name}`));
    await booted;
    await child.stop();
  });

  it('a start that awaits the start of another service lends it its slot', async () => {
    const { container, role, hold, release, since } = cast({ concurrency: 1 });
    const Plugin = role('Plugin');
    const App = role('App', { onStart: () => container.get(Plugin).start() });
    hold('+Plugin');
    const booted = container.boot([App, role('Other')]);
    expect(await since()).toEqual(['starting', '+App', '+Other', '+Plugin']);
    release();
    await booted;
    expect(await since()).toEqual(['running']);
  });
});

describe('report()', () => {
  it('tells the wait for a slot apart from that for a dependency, and names in the critical chain whose slot it was', async () => {
    const { container, role, clock } = cast({ concurrency: 1 });
    const sleep = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
    const A = role('A', { onStart: sleep(30) });
    const B = role('B', { onStart: sleep(20) });
    void container.boot([A, B]);
    await clock.advance(100);
    const { services, criticalChain, totalMs } = container.report();
    expect(services.map(({ name, readyAt, startedAt, ownMs }) => ({ name, readyAt, startedAt, ownMs }))).toEqual([
      { name: 'A', readyAt: 0, startedAt: 0, ownMs: 30 },
      { name: 'B', readyAt: 0, startedAt: 30, ownMs: 20 },
    ]);
    expect([criticalChain, totalMs]).toEqual([['A', 'B'], 50]);
  });
});
