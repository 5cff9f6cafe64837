/** What mode's services have besides starting and stopping: flags, traces, joining, and what a crash does to a tree. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  Service,
  StopError,
  service,
  task,
  timer,
  traceWaits,
  transitionsTo,
  type LifecycleEvent,
} from '../../lib/index.js';
import { deferred } from '../../lib/base/async.js';
import { boom, rejection, stage, type Actor } from './support.js';

describe('diag', () => {
  class Consumer extends Service {
    readonly gate = deferred();

    @transitionsTo('committing')
    async commit(): Promise<void> {
      await this.gate.promise;
    }
  }

  it('holds flags, made on first use, by the service’s clock', async () => {
    const on = stage();
    const consumer = on.put(new Consumer());
    expect(consumer.diag).toBe(consumer.diag);
    consumer.diag.set('rebalancing');
    await on.clock.advance('1m');
    consumer.diag.set('idle');
    consumer.diag.unset('rebalancing');
    expect([...consumer.diag.flags]).toEqual(['idle']);
    expect(consumer.diag.lastTransition.get('idle')).toEqual(new Date('2026-01-01T00:01:00Z'));
  });

  it('follows a method, and a promise', async () => {
    const consumer = new Consumer();
    const committed = consumer.commit();
    const other = deferred<number>();
    const waited = consumer.transitionWith('waiting', other.promise);
    expect(consumer.diag.flags).toEqual(new Set(['committing', 'waiting']));
    consumer.gate.resolve();
    other.resolve(3);
    await committed;
    expect(await waited).toBe(3);
    expect(consumer.diag.flags.size).toBe(0);
    await expect(consumer.transitionWith('failing', Promise.reject(boom))).rejects.toBe(boom);
    expect(consumer.diag.flags.size).toBe(0);
  });
});

describe('tracebacks', () => {
  afterEach(() => {
    traceWaits(false);
  });

  class Cache extends Service {
    async lookup(): Promise<void> {
      await this.sleep('1h');
    }
  }

  class Consumer extends Service {
    constructor(readonly cache: Cache) {
      super();
    }
    @task()
    async listen(): Promise<void> {
      await this.deep();
    }
    async deep(): Promise<void> {
      await this.wait(new Promise(() => undefined), { timeout: '2h' });
    }
    @task()
    async poll(): Promise<void> {
      for await (const _ of this.ticks('1m')) if (this.shouldStop) return;
    }
    @timer('1s', { immediate: true })
    async refresh(): Promise<void> {
      await this.cache.lookup();
    }
  }

  class App extends Service {
    readonly cache = new Cache();
    // stops after the cache, for which it waits
    readonly consumer = this.addDependency(new Consumer(this.cache));

    override onStart(): void {
      this.addDependency(this.cache);
    }

    override async onStarted(): Promise<void> {
      await this.sleep('10s');
    }
  }

  it('without tracing tells what a service waits for, as well as it can be told', async () => {
    const on = stage();
    const app = on.put(new App());
    const given = rejection(app.start());
    await on.clock.advance('5s');
    expect(app.tracebacks()).toEqual({
      onStarted: 'sleep for 5s, since 2026-01-01T00:00:00.000Z',
      'Consumer → listen': [
        'one of these, which traceWaits() could tell apart:',
        'wait for 5s, since 2026-01-01T00:00:00.000Z',
        'ticks for 5s, since 2026-01-01T00:00:00.000Z',
      ].join('\n'),
      'Consumer → poll': expect.stringContaining('ticks for 5s') as string,
      'Consumer → refresh': expect.stringContaining('one of these') as string,
    });
    await app.stop();
    expect(await given).toMatchObject({ name: 'AbortError' });
    expect(app.tracebacks()).toEqual({});
  });

  it('with tracing tells each task its own waits, in whatever service, and the line', async () => {
    traceWaits();
    const on = stage();
    const app = on.put(new App());
    void app.start();
    await on.clock.advance('65s');
    const traces = app.tracebacks();
    expect(Object.keys(traces)).toEqual(['Consumer → listen', 'Consumer → poll', 'Consumer → refresh']);
    const [listen, poll, refresh] = Object.values(traces) as [string, string, string];
    const here = String.raw`\S*service-model\.spec\.ts:\d+:\d+`;
    expect(listen).toMatch(
      new RegExp(
        String.raw`^wait for 1m 5s, since 2026-01-01T00:00:00\.000Z\n    at (async )?Consumer\.deep \(${here}\)\n    at (async )?Consumer\.listen \(${here}\)`,
      ),
    );
    // it goes to sleep anew with every tick
    expect(poll).toMatch(
      new RegExp(
        String.raw`^ticks for 5s, since 2026-01-01T00:01:00\.000Z\n    at (async )?Consumer\.poll \(${here}\)`,
      ),
    );
    expect(refresh).toMatch(
      new RegExp(
        String.raw`^sleep for 1m 5s, since \S+\n    at (async )?Cache\.lookup \(${here}\)\n    at (async )?Consumer\.refresh`,
      ),
    );
    expect(`${listen}${poll}${refresh}`).not.toMatch(/\/lib\/|node:/);
    const human = app.humanTracebacks();
    expect(human.split('\n').slice(0, 3)).toEqual([
      'Consumer → listen',
      '=================',
      expect.stringMatching(/^wait for/),
    ]);
    expect(human).toContain(`\n\nConsumer → poll\n===============\nticks`);
    await app.stop();
    expect([app.tracebacks(), app.humanTracebacks()]).toEqual([{}, '']);
  });

  it('tells tasks of one name apart, and those that wait for something else', async () => {
    traceWaits();
    const on = stage();
    const one = on.put(new Cache());
    await one.start();
    const gate = deferred();
    one.addTask(() => one.lookup(), { name: 'work' });
    one.addTask(gate.promise, { name: 'work' });
    const traces = one.tracebacks();
    expect(Object.keys(traces)).toEqual(['work', 'work#2']);
    expect(traces['work']).toMatch(/^sleep for 0ms/);
    expect(traces['work#2']).toBe('waits on nothing that its service knows of');
    gate.resolve();
    await on.settle();
    expect(Object.keys(one.tracebacks())).toEqual(['work']);
    await one.stop();
  });

  it('has no line for what was called before tracing was on', async () => {
    const on = stage();
    const one = on.put(new Cache());
    await one.start();
    one.addTask(() => one.lookup(), { name: 'work' });
    traceWaits();
    expect(one.tracebacks()).toEqual({ work: 'sleep for 0ms, since 2026-01-01T00:00:00.000Z' });
    await one.stop();
  });
});

describe('joinServices', () => {
  it('starts in order and stops in reverse', async () => {
    const on = stage();
    await on.actor('me').joinServices(on.actors('abc'));
    expect(on.since()).toBe('+a +b +c -c -b -a');
  });

  it('leaves alone what ran before, until the end', async () => {
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    await b.start();
    await on.actor('me').joinServices([a, b]);
    expect(on.since()).toBe('+b +a -b -a');
  });

  it('crashes the service when one cannot start, and stops all the same', async () => {
    const on = stage();
    const [me, a, b] = on.actors('mab') as [Actor, Actor, Actor];
    a.failingStarts = 1;
    await me.start();
    await me.joinServices([a, b]);
    expect(on.since()).toBe('+m !a -m +b -b');
    expect(me.crashReason).toEqual(new Error('a cannot start'));
  });

  it('rejects with what went wrong in the stops, after all were tried', async () => {
    const on = stage();
    const [me, a, b] = on.actors('mab') as [Actor, Actor, Actor];
    a.failingStop = true;
    await expect(me.joinServices([a, b])).rejects.toThrow('a cannot stop');
    b.failingStop = true;
    const error = await rejection<StopError>(me.joinServices([a, b]));
    expect(error).toBeInstanceOf(StopError);
    expect(error.errors.map((one) => one.service)).toEqual(['b', 'a']);
    expect(on.since()).toBe('+a +b -b -a +a +b -b -a');
  });
});

describe('a crash in a tree', () => {
  /** root ── a ── b, and root ── c */
  function tree() {
    const on = stage();
    const [root, a, b, c] = [on.actor('root'), on.actor('a'), on.actor('b'), on.actor('c')];
    root.addDependency(a).addDependency(b);
    root.addDependency(c);
    return { ...on, all: [root, a, b, c], root, a, b, c };
  }

  it.each(['root', 'a', 'b', 'c'] as const)('of %s takes all of it down, each with the reason', async (crashed) => {
    const on = tree();
    await on.root.start();
    on[crashed].crash(boom);
    await on.settle();
    expect(on.all.map(({ state }) => state)).toEqual(['crashed', 'crashed', 'crashed', 'crashed']);
    expect(on.all.map(({ crashReason }) => crashReason)).toEqual([boom, boom, boom, boom]);
    const order = { root: '-root -c -a -b', a: '-a -b -root -c', b: '-b -a -root -c', c: '-c -root -a -b' };
    expect(on.since()).toBe(`+root +a +b +c ${order[crashed]}`);
  });

  it('leaves no reason behind once it runs again, and counts for all of it', async () => {
    const on = tree();
    await on.root.start();
    on.b.crash(boom);
    await on.settle();
    await on.root.start();
    expect(on.all.map(({ crashReason }) => crashReason)).toEqual([undefined, undefined, undefined, undefined]);
    expect(on.all.map(({ restartCount }) => restartCount)).toEqual([1, 1, 1, 1]);
    await on.root.restart();
    expect(on.all.map(({ restartCount }) => restartCount)).toEqual([2, 2, 2, 2]);
  });

  it('tells what else went wrong on the way', async () => {
    const on = tree();
    on.c.failingStop = true;
    on.c.stopMs = 1000;
    await on.root.start();
    on.a.crash(boom);
    await on.settle();
    void on.clock.advance(1000);
    const error = await rejection(on.root.stop());
    expect(error.message).toBe('c cannot stop');
    expect(on.root.crashReason).toBe(boom);
  });

  it('that could not start is no crash of those that had started', async () => {
    const on = tree();
    on.c.failingStarts = 1;
    await rejection(on.root.start());
    expect(on.all.map(({ state }) => state)).toEqual(['crashed', 'stopped', 'stopped', 'crashed']);
  });
});

describe('mundaneLevel', () => {
  it('is the level of a service’s own events: info unless it says otherwise', async () => {
    class Quiet extends Service {
      override mundaneLevel = 'debug' as const;
    }
    class Loud extends Service {}
    const on = stage();
    const root = on.put(new Loud());
    root.addDependency(new Quiet());
    await root.start();
    const levels = on.history.events.map((event) => event.type === 'service' && `${event.name} ${String(event.level)}`);
    expect(new Set(levels)).toEqual(new Set(['Loud info', 'Quiet debug']));
  });
});

describe('errors of tasks and timers', () => {
  const failures = (events: LifecycleEvent[]): unknown[] =>
    events.flatMap((event) =>
      (event.type === 'task' || event.type === 'timer') && event.what === 'error'
        ? [[event.service, event.name, event.run, (event.error as Error).message]]
        : [],
    );

  it('always say which service, which task and which run', async () => {
    @service({ name: 'Feed' })
    class Consumer extends Service {
      @timer('1s', { onError: 'log' })
      refresh(): void {
        throw new Error('no refresh');
      }
      @task({ onError: 'retry' })
      async poll(): Promise<void> {
        throw new Error('no poll');
      }
      @timer('3s', {
        onError() {
          throw new Error('worse');
        },
      })
      last(): void {
        throw new Error('bad');
      }
    }
    const on = stage();
    const consumer = on.put(new Consumer());
    await consumer.start();
    consumer.addTask(Promise.reject(new Error('no once')), { name: 'once' });
    await on.settle();
    expect(consumer.crashReason).toEqual(new Error('no once'));
    on.history.clear();
    await consumer.start();
    await on.clock.advance('3s');
    expect(failures(on.history.events)).toEqual([
      ['Feed', 'poll', 1, 'no poll'],
      ['Feed', 'poll', 2, 'no poll'],
      ['Feed', 'poll', 3, 'no poll'],
      ['Feed', 'poll', 4, 'no poll'],
      ['Feed', 'refresh', 1, 'no refresh'],
      ['Feed', 'poll', 5, 'no poll'],
      ['Feed', 'refresh', 2, 'no refresh'],
      ['Feed', 'last', 1, 'bad'],
      ['Feed', 'last', 1, 'worse'],
    ]);
    expect(consumer.crashReason).toEqual(new Error('worse'));
  });
});
