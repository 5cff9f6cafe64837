import { describe, expect, it } from 'vitest';
import { Container, Service, service, type ModeError } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { boom, fail, gate, reject, rejection, settle, statusOf, theatre, thrown } from './support.js';

/** A parent with two children, all of them with every hook. */
function family() {
  const stage = theatre();
  const [parent, one, two] = [stage.actor('parent'), stage.actor('one'), stage.actor('two')];
  expect(parent.addDependency(one)).toBe(one);
  parent.addDependency(two);
  return { ...stage, parent, one, two };
}

describe('children', () => {
  it("start one after another, after their parent's onStart, and before it runs", async () => {
    const { parent, log, states } = family();
    await parent.start();
    expect(log).toEqual([
      'parent.onFirstStart',
      'parent.onStart',
      'one.onFirstStart',
      'one.onStart',
      'one.onStarted',
      'two.onFirstStart',
      'two.onStart',
      'two.onStarted',
      'parent.onStarted',
    ]);
    expect(states.list).toEqual([
      'parent: idle→starting',
      'one: idle→starting',
      'one: starting→running',
      'two: idle→starting',
      'two: starting→running',
      'parent: starting→running',
    ]);
  });

  it('wait for each other', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: [] });
    parent.addDependency(actor('one', { only: [], onStart: wait }));
    parent.addDependency(actor('two', { only: ['onStart'] }));
    const started = parent.start();
    await settle();
    expect([log, parent.state]).toEqual([['one.onStart'], 'starting']);
    resolve();
    await started;
    expect([log, parent.state]).toEqual([['one.onStart', 'two.onStart'], 'running']);
  });

  it("stop in reverse, after their parent's onStop, and before its onShutdown", async () => {
    const { parent, since, states } = family();
    await parent.start();
    since();
    states.clear();
    await parent.stop();
    expect(since()).toEqual([
      'parent.onStop',
      'two.onStop',
      'two.onShutdown',
      'one.onStop',
      'one.onShutdown',
      'parent.onShutdown',
    ]);
    expect(states.list).toEqual([
      'parent: running→stopping',
      'two: running→stopping',
      'two: stopping→stopped',
      'one: running→stopping',
      'one: stopping→stopped',
      'parent: stopping→stopped',
    ]);
  });

  it('come back with their parent', async () => {
    const { parent, one, since } = family();
    await parent.start();
    await parent.stop();
    since();
    await parent.start();
    expect(since().filter((line) => line.includes('onRestart'))).toEqual([
      'parent.onRestart',
      'one.onRestart',
      'two.onRestart',
    ]);
    expect(one.restartCount).toBe(1);
  });

  it('can be started and stopped by themselves', async () => {
    const { parent, one, since } = family();
    await one.start();
    expect([one.state, parent.state]).toEqual(['running', 'idle']);
    await parent.start();
    since();
    await one.stop();
    expect([since(), one.state, parent.state]).toEqual([['one.onStop', 'one.onShutdown'], 'stopped', 'running']);
    await parent.stop();
    expect(since()).toEqual(['parent.onStop', 'two.onStop', 'two.onShutdown', 'parent.onShutdown']);
  });

  it('are one however often they are added', async () => {
    const { parent, one, log } = family();
    parent.addDependency(one);
    await parent.start();
    expect(log.filter((line) => line === 'one.onStart')).toEqual(['one.onStart']);
    expect(parent.beacon.children.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('have one parent, until that lets go', async () => {
    const { actor } = theatre();
    const [a, b, shared] = [actor('A'), actor('B'), actor('shared')];
    a.addDependency(shared);
    expect(thrown(() => b.addDependency(shared))).toMatchObject({
      code: 'ERR_MODE_OWNED',
      message:
        'shared is a child of A, so it cannot be a child of B\n  → Take it out of A with removeDependency() first.',
    });
    await a.removeDependency(shared);
    b.addDependency(shared);
    await b.start();
    expect([shared.state, shared.beacon.path]).toEqual(['running', ['B', 'shared']]);
    await b.stop();
  });

  it('cannot be their own ancestors', () => {
    const { parent, one, two, actor } = family();
    const below = one.addDependency(actor('below'));
    for (const [child, of] of [
      [parent, parent],
      [parent, one],
      [parent, below],
      [one, below],
    ] as const) {
      const error = thrown(() => of.addDependency(child));
      expect(error.code).toBe('ERR_MODE_CYCLE');
    }
    expect(thrown(() => two.addDependency(parent)).message).toBe(
      'two is below parent in the tree, so parent cannot become its child\n' +
        '  → Give what both sides need to a service of its own.',
    );
    expect(below.beacon.depth).toBe(2);
  });

  it('cannot be taken from a container, which stops its own services by itself', async () => {
    @service()
    class Redis extends Service {}
    @service()
    class App extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
    }
    const container = new Container();
    const { redis } = await container.boot(App);
    const { parent } = family();
    const error = thrown(() => parent.addDependency(redis));
    expect([error.code, error.message]).toEqual([
      'ERR_MODE_OWNED',
      'Redis is managed by a container, so it cannot be a child of parent\n' +
        '  → The container starts and stops it by itself: leave the addDependency() out.',
    ]);
    await container.stop();
    expect([redis.state, container.state]).toEqual(['stopped', 'stopped']);
  });
});

describe('onInitDependencies()', () => {
  it('names children, which come after those that were added before', async () => {
    const { actor, log } = theatre();
    const named = actor('named', { only: ['onStart'] });
    const parent = actor('parent', { only: ['onStart', 'onStop'], onInitDependencies: () => [named] });
    parent.addDependency(actor('added', { only: ['onStart'] }));
    await parent.start();
    expect(log).toEqual(['parent.onStart', 'added.onStart', 'named.onStart']);
    expect(parent.beacon.children.map(({ data }) => data)).toContain(named);
    await parent.stop();
    expect(named.state).toBe('stopped');
  });

  it('is asked once, so that a restart makes no second set of children', async () => {
    const { actor, log } = theatre();
    let made = 0;
    const parent = actor('parent', {
      only: [],
      *onInitDependencies() {
        made += 1;
        yield actor(`child ${String(made)}`, { only: ['onStart'] });
      },
    });
    await parent.start();
    await parent.restart();
    expect(log).toEqual(['child 1.onStart', 'child 1.onStart']);
    expect(parent.beacon.children.map(({ name }) => name)).toEqual(['child 1']);
  });

  it('is asked again where the first start did not come that far', async () => {
    const { actor, log } = theatre();
    let broken = true;
    const child = actor('child', { only: ['onStart'] });
    const parent = actor('parent', {
      only: [],
      onStart() {
        if (broken) throw boom;
      },
      onInitDependencies: () => [child],
    });
    await rejection(parent.start());
    broken = false;
    await parent.start();
    expect(log).toEqual(['parent.onStart', 'parent.onStart', 'child.onStart']);
  });

  it('fails the start where it throws', async () => {
    const { actor, log } = theatre();
    const parent = actor('parent', { onInitDependencies: fail() });
    expect(await rejection(parent.start())).toBe(boom);
    expect(log).toEqual(['parent.onFirstStart', 'parent.onStart', 'parent.onStop', 'parent.onShutdown']);
  });

  it('may name nothing', async () => {
    const { actor } = theatre();
    const parent = actor('parent', { onInitDependencies: () => undefined });
    await parent.start();
    expect([parent.state, parent.beacon.children]).toEqual(['running', []]);
  });
});

describe('a child whose start fails', () => {
  it('fails its parent, which goes down with what had started', async () => {
    const { actor, log, states } = theatre();
    const parent = actor('parent');
    parent.addDependency(actor('one', { only: ['onStart', 'onStop', 'onShutdown'] }));
    parent.addDependency(actor('two', { only: ['onStop', 'onShutdown'], onStart: reject() }));
    parent.addDependency(actor('three'));
    expect(await rejection(parent.start())).toBe(boom);
    expect(log).toEqual([
      'parent.onFirstStart',
      'parent.onStart',
      'one.onStart',
      'two.onStart',
      'two.onShutdown',
      'parent.onStop',
      'one.onStop',
      'one.onShutdown',
      'parent.onShutdown',
    ]);
    expect(states.list.slice(3)).toEqual([
      'two: idle→starting',
      'two: starting→stopping (boom)',
      'two: stopping→crashed (boom)',
      'parent: starting→stopping (boom)',
      'one: running→stopping',
      'one: stopping→stopped',
      'parent: stopping→crashed (boom)',
    ]);
    expect(parent.crashReason).toBe(boom);
  });

  it('in its onStarted, is the same', async () => {
    const { actor, log } = theatre();
    const parent = actor('parent', { only: ['onStop'] });
    const child = parent.addDependency(actor('child', { only: ['onStop'], onStarted: reject() }));
    expect(await rejection(parent.start())).toBe(boom);
    expect(log).toEqual(['child.onStarted', 'child.onStop', 'parent.onStop']);
    expect([child.state, child.crashReason, parent.state, parent.crashReason]).toEqual([
      'crashed',
      boom,
      'crashed',
      boom,
    ]);
  });

  it('at run time, is an error for whoever starts it and leaves its parent alone', async () => {
    for (const hook of ['onStart', 'onStarted'] as const) {
      for (const failing of [fail(), reject()]) {
        const { actor } = theatre();
        const parent = actor('parent');
        await parent.start();
        const child = actor('child', { [hook]: failing });
        expect(await rejection(parent.addRuntimeDependency(child))).toBe(boom);
        expect([child.state, parent.state]).toEqual(['crashed', 'running']);
        await parent.stop();
        expect(parent.state).toBe('stopped');
      }
    }
  });
});

describe('a stop while the children start', () => {
  it('ends the start of the child that is at it, and starts no other', async () => {
    const { actor, log } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: ['onStop', 'onShutdown'] });
    const one = parent.addDependency(actor('one', { only: ['onStop'] }));
    const two = parent.addDependency(actor('two', { only: ['onStop'], onStart: wait }));
    const three = parent.addDependency(actor('three'));
    const started = parent.start();
    await settle();
    const stopped = parent.stop();
    await settle();
    expect([log, two.signal.aborted]).toEqual([['two.onStart'], true]);
    resolve();
    expect((await rejection(started)).code).toBe('ERR_MODE_STOPPED');
    await stopped;
    expect(log).toEqual(['two.onStart', 'two.onStop', 'parent.onStop', 'one.onStop', 'parent.onShutdown']);
    expect([parent, one, two, three].map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped', 'idle']);
  });
});

describe('a crash', () => {
  it('of a child takes its parent down after it, each with the reason', async () => {
    const { actor, since, states } = theatre();
    const root = actor('root', { only: ['onStop', 'onShutdown'] });
    const middle = root.addDependency(actor('middle', { only: ['onStop', 'onShutdown'] }));
    const leaf = middle.addDependency(actor('leaf', { only: ['onStop', 'onShutdown'] }));
    await root.start();
    states.clear();
    leaf.crash(boom);
    await settle();
    expect(since()).toEqual([
      'leaf.onStop',
      'leaf.onShutdown',
      'middle.onStop',
      'middle.onShutdown',
      'root.onStop',
      'root.onShutdown',
    ]);
    expect(states.list).toEqual([
      'leaf: running→stopping (boom)',
      'leaf: stopping→crashed (boom)',
      'middle: running→stopping (boom)',
      'middle: stopping→crashed (boom)',
      'root: running→stopping (boom)',
      'root: stopping→crashed (boom)',
    ]);
    expect([leaf, middle, root].map(({ crashReason }) => crashReason)).toEqual([boom, boom, boom]);
  });

  it('takes the whole tree down, other branches too, each with the reason', async () => {
    const { actor, since } = theatre();
    const down = { only: ['onStop'] } as const;
    const root = actor('root', down);
    const left = root.addDependency(actor('left', down));
    const right = root.addDependency(actor('right', down));
    const leaf = left.addDependency(actor('leaf', down));
    const other = right.addDependency(actor('other', down));
    await root.start();
    leaf.crash(boom);
    await settle();
    expect(since()).toEqual(['leaf.onStop', 'left.onStop', 'root.onStop', 'right.onStop', 'other.onStop']);
    for (const each of [root, left, right, leaf, other]) {
      expect([each.state, each.crashReason]).toEqual(['crashed', boom]);
    }
  });

  it('of a parent takes its children down with it', async () => {
    const { parent, one, two, since } = family();
    await parent.start();
    since();
    parent.crash(boom);
    await parent.stop();
    expect(since()).toEqual([
      'parent.onStop',
      'two.onStop',
      'two.onShutdown',
      'one.onStop',
      'one.onShutdown',
      'parent.onShutdown',
    ]);
    for (const each of [parent, one, two]) expect([each.state, each.crashReason]).toEqual(['crashed', boom]);
  });

  it('of a child waits for nothing but its own way down before its parent hears of it', async () => {
    const { actor, since } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: ['onStop'] });
    const child = parent.addDependency(actor('child', { only: [], onStop: wait }));
    await parent.start();
    child.crash(boom);
    await settle();
    expect([since(), parent.state]).toEqual([['child.onStop'], 'running']);
    resolve();
    await settle();
    expect([since(), parent.state]).toEqual([['parent.onStop'], 'crashed']);
  });

  it('of a child while another one starts fails the start', async () => {
    const { actor, since } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: ['onStop'] });
    const one = parent.addDependency(actor('one', { only: ['onStop'] }));
    const two = parent.addDependency(actor('two', { only: ['onStop'], onStart: wait }));
    const started = parent.start();
    await settle();
    one.crash(boom);
    await settle();
    expect([since(), two.signal.aborted]).toEqual([['two.onStart', 'one.onStop'], true]);
    resolve();
    expect(await rejection(started)).toBe(boom);
    expect(since()).toEqual(['two.onStop', 'parent.onStop']);
    expect([parent.state, parent.crashReason, one.state]).toEqual(['crashed', boom, 'crashed']);
  });

  it('of a child on its way down is an error of that stop', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent');
    const child = parent.addDependency(actor('child', { onStop: wait }));
    await parent.start();
    const stopped = parent.stop();
    child.crash(boom);
    resolve();
    expect(await rejection(stopped)).toBe(boom);
    expect([child.crashReason, parent.crashReason]).toEqual([boom, boom]);
  });

  it('of a child that was let go is its own', async () => {
    const { parent, one, two } = family();
    await parent.start();
    await parent.removeDependency(one);
    await one.start();
    one.crash(boom);
    await settle();
    expect([one.state, two.state, parent.state]).toEqual(['crashed', 'running', 'running']);
    await parent.stop();
  });

  it('leaves a tree that can be started again', async () => {
    const { parent, one, two } = family();
    await parent.start();
    one.crash(boom);
    await settle();
    await parent.start();
    for (const each of [parent, one, two]) {
      expect([each.state, each.crashReason, each.restartCount]).toEqual(['running', undefined, 1]);
    }
  });

  it('of a child in a container ends what depends on its parent first, and the container fails', async () => {
    const { actor, log } = theatre();
    const child = actor('child', { only: ['onStop'] });
    @service()
    class Redis extends Service {
      override onInitDependencies(): Iterable<object> {
        return [child];
      }
      override onStop(): void {
        log.push('Redis.onStop');
      }
    }
    @service()
    class App extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
      override onStop(): void {
        log.push('App.onStop');
      }
    }
    const container = new Container({ clock: new FakeClock() });
    const history = recordHistory(container, { types: ['container'] });
    const { redis } = await container.boot(App);
    child.crash(boom);
    await settle();
    expect(log).toEqual(['child.onStop', 'App.onStop', 'Redis.onStop']);
    expect([child.crashReason, redis.crashReason]).toEqual([boom, boom]);
    expect(history.list.slice(2)).toEqual(['container: running→stopping (boom)', 'container: stopping→failed (boom)']);
  });
});

describe('an error of a child on the way down', () => {
  it('is one of its parent, which goes on', async () => {
    const { actor, since } = theatre();
    const parent = actor('parent', { only: ['onStop', 'onShutdown'] });
    parent.addDependency(actor('one', { only: ['onStop'] }));
    parent.addDependency(actor('two', { only: ['onShutdown'], onStop: reject() }));
    await parent.start();
    expect(await rejection(parent.stop())).toBe(boom);
    expect(since()).toEqual(['parent.onStop', 'two.onStop', 'two.onShutdown', 'one.onStop', 'parent.onShutdown']);
    expect([parent.state, parent.crashReason]).toEqual(['crashed', boom]);
  });
});

describe('addRuntimeDependency()', () => {
  it('starts the child where the service runs', async () => {
    const { actor, since } = theatre();
    const parent = actor('parent', { only: ['onStop'] });
    await parent.start();
    const child = actor('child', { only: ['onStart', 'onStop'] });
    expect(await parent.addRuntimeDependency(child)).toBe(child);
    expect([since(), child.state]).toEqual([['child.onStart'], 'running']);
    await parent.stop();
    expect(since()).toEqual(['parent.onStop', 'child.onStop']);
  });

  it('leaves it for the start where the service does not run', async () => {
    const { actor, log } = theatre();
    const parent = actor('parent', { only: [] });
    const child = await parent.addRuntimeDependency(actor('child', { only: ['onStart'] }));
    expect([log, child.state]).toEqual([[], 'idle']);
    await parent.start();
    expect(log).toEqual(['child.onStart']);
  });

  it('leaves a child alone that runs already', async () => {
    const { actor, log } = theatre();
    const [parent, child] = [actor('parent', { only: [] }), actor('child', { only: ['onStart'] })];
    await child.start();
    await parent.start();
    await parent.addRuntimeDependency(child);
    expect(log).toEqual(['child.onStart']);
    await parent.stop();
    expect(child.state).toBe('stopped');
  });

  it('starts what onStart and other children add while the service is starting', async () => {
    const { actor, log } = theatre();
    const late = actor('late', { only: ['onStart'] });
    const parent = actor('parent', {
      only: [],
      async onStart(this: Service) {
        await this.addRuntimeDependency(
          actor('one', {
            async onStart() {
              await parent.addRuntimeDependency(late);
            },
            only: [],
          }),
        );
      },
    });
    await parent.start();
    expect(log).toEqual(['parent.onStart', 'one.onStart', 'late.onStart']);
    expect([late.state, parent.state]).toEqual(['running', 'running']);
    await parent.stop();
    expect(late.state).toBe('stopped');
  });

  it('started by a task is stopped with the service, even while it starts', async () => {
    const { actor, since } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: ['onStop'] });
    const child = actor('child', { only: ['onStop'], onStart: wait });
    await parent.start();
    const added = rejection(parent.addRuntimeDependency(child));
    const stopped = parent.stop();
    await settle();
    resolve();
    await added;
    await stopped;
    expect([since(), child.state]).toEqual([['child.onStart', 'parent.onStop', 'child.onStop'], 'stopped']);
  });
});

describe('removeDependency()', () => {
  it('while the children start takes one out of their line, and the others have their turn', async () => {
    const { actor, since } = theatre();
    const parent = actor('parent', { only: [] });
    const children: Record<string, Service> = {};
    const add = (name: string, onStart?: () => unknown): void => {
      const child = actor(name, { only: ['onStart'], ...(onStart !== undefined && { onStart }) });
      children[name] = parent.addDependency(child);
    };
    add('one');
    add('two', async () => {
      await parent.removeDependency(children['one'] as Service);
      await parent.removeDependency(children['three'] as Service);
      add('five');
    });
    add('three');
    add('four');
    await parent.start();
    expect(since()).toEqual(['one.onStart', 'two.onStart', 'four.onStart', 'five.onStart']);
    expect(parent.beacon.children.map(({ name }) => name)).toEqual(['two', 'four', 'five']);
  });

  it('stops the child and lets it go', async () => {
    const { parent, one, since } = family();
    await parent.start();
    since();
    await parent.removeDependency(one);
    expect([since(), one.state]).toEqual([['one.onStop', 'one.onShutdown'], 'stopped']);
    expect([parent.beacon.children.map(({ name }) => name), one.beacon.parent]).toEqual([['two'], undefined]);
    await parent.restart();
    expect(one.state).toBe('stopped');
  });

  it('lets it go even where its stop fails', async () => {
    const { actor } = theatre();
    const parent = actor('parent');
    const child = parent.addDependency(actor('child', { onStop: reject() }));
    await parent.start();
    expect(await rejection(parent.removeDependency(child))).toBe(boom);
    expect([parent.beacon.children, parent.state]).toEqual([[], 'running']);
    await parent.stop();
  });

  it('of a child that is no child is refused', async () => {
    const { parent, actor } = family();
    const stranger = actor('stranger');
    await stranger.start();
    const error = await rejection<ModeError>(parent.removeDependency(stranger));
    expect([error.code, stranger.state]).toEqual(['ERR_MODE_UNKNOWN', 'running']);
    await stranger.stop();
  });

  it('while the parent stops is one stop', async () => {
    const { actor, since } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent', { only: ['onShutdown'] });
    const child = parent.addDependency(actor('child', { only: [], onStop: wait }));
    await parent.start();
    const removed = parent.removeDependency(child);
    const stopped = parent.stop();
    expect(await statusOf(stopped)).toBe('pending');
    resolve();
    await Promise.all([removed, stopped]);
    expect(since()).toEqual(['child.onStop', 'parent.onShutdown']);
  });
});

describe('a child that is no `Service`', () => {
  it('is any object with hooks', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const plain = { onStart: () => log.push('plain.onStart'), onStop: () => log.push('plain.onStop') };
    const parent = actor('parent', { only: [], onInitDependencies: () => [plain] });
    await parent.start();
    await parent.stop();
    expect(log).toEqual(['plain.onStart', 'plain.onStop']);
  });
});

describe('children get from their parent', () => {
  it('the clock, also those that run already', async () => {
    const { actor, clock } = theatre();
    const parent = actor('parent');
    class Sleeper extends Service {
      slept: boolean | undefined;
      override onStart(): void {
        this.addTask(async () => {
          this.slept = await this.sleep('1h');
        });
      }
    }
    const [fresh, running] = [new Sleeper(), new Sleeper()];
    parent.addDependency(fresh);
    await running.start();
    await parent.start();
    await parent.addRuntimeDependency(running);
    expect(clock.sleepers).toBe(1);
    await parent.stop();
    expect([fresh.slept, running.slept, running.state, clock.sleepers]).toEqual([false, false, 'stopped', 0]);
  });
});
