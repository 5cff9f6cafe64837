import { describe, expect, it } from 'vitest';
import {
  Container,
  CrashingSupervisor,
  ForfeitOneForAllSupervisor,
  ForfeitOneForOneSupervisor,
  OneForAllSupervisor,
  OneForOneSupervisor,
  RestForOneSupervisor,
  RestartLimitError,
  Service,
  Supervisor,
  service,
  type Strategy,
  type SupervisorOptions,
} from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { boom, rejection, stage, type Actor } from './support.js';

type SupervisorClass = new (options: SupervisorOptions, ...services: Service[]) => Supervisor;

const classes: Readonly<Record<Strategy, SupervisorClass>> = {
  'one-for-one': OneForOneSupervisor,
  'one-for-all': OneForAllSupervisor,
  'rest-for-one': RestForOneSupervisor,
  'forfeit-one': ForfeitOneForOneSupervisor,
  'forfeit-all': ForfeitOneForAllSupervisor,
  crash: CrashingSupervisor,
};

const atOnce: SupervisorOptions = { backoff: false };
/** 100 ms, 200 ms, 400 ms, … */
const steady: SupervisorOptions = { backoff: { jitter: 0 } };

/** A supervisor that runs, with services called by the letters of `names`. */
async function running(strategy: Strategy, names: string, options: SupervisorOptions = atOnce) {
  const on = stage();
  const actors = on.actors(names);
  const supervisor = on.put(new classes[strategy](options, ...actors));
  await supervisor.start();
  on.since();
  on.history.clear();
  const by = Object.fromEntries(actors.map((actor) => [actor.actor, actor])) as Record<string, Actor>;
  return {
    ...on,
    supervisor,
    actors,
    get: (name: string): Actor => by[name] ?? on.actor(name),
    /** `a running, b crashed` */
    states: () => actors.map(({ actor, state }) => `${actor} ${state}`).join(', '),
  };
}

describe('a supervisor', () => {
  it('starts its services in order, after itself, and stops them in reverse', async () => {
    const on = stage();
    const supervisor = on.put(new OneForOneSupervisor(...on.actors('abc')));
    await supervisor.start();
    expect(on.since()).toBe('+a +b +c');
    await supervisor.stop();
    expect(on.since()).toBe('-c -b -a');
    expect(on.history.list).toEqual([
      'OneForOneSupervisor: idle→starting',
      ...['a', 'b', 'c'].flatMap((name) => [`${name}: idle→starting`, `${name}: starting→running`]),
      'OneForOneSupervisor: starting→running',
      'OneForOneSupervisor: running→stopping',
      ...['c', 'b', 'a'].flatMap((name) => [`${name}: running→stopping`, `${name}: stopping→stopped`]),
      'OneForOneSupervisor: stopping→stopped',
    ]);
  });

  it('stands above its services in the tree', () => {
    const on = stage();
    const [a] = on.actors('a') as [Actor];
    const supervisor = new OneForOneSupervisor({ name: 'Pool' }, a);
    expect([a.beacon.path, supervisor.label]).toEqual([['Pool', 'a'], 'Pool']);
    expect(supervisor.services).toEqual([a]);
  });

  it('takes no options, options without services, and neither', () => {
    const on = stage();
    expect(new OneForOneSupervisor().services).toEqual([]);
    expect(new OneForOneSupervisor({ maxRestarts: 1 }).services).toEqual([]);
    expect(new OneForOneSupervisor(undefined, ...on.actors('ab')).services).toHaveLength(2);
  });

  it('fails to start when one of its services does, and takes the others back', async () => {
    const on = stage();
    const [a, b, c] = on.actors('abc') as [Actor, Actor, Actor];
    b.failingStarts = 1;
    const supervisor = on.put(new OneForOneSupervisor(atOnce, a, b, c));
    expect((await rejection(supervisor.start())).message).toBe('b cannot start');
    expect(on.since()).toBe('+a !b -a');
    expect([supervisor, a, b, c].map(({ state }) => state)).toEqual(['crashed', 'stopped', 'crashed', 'idle']);
    await supervisor.start();
    expect(on.since()).toBe('+a +b +c');
  });

  it.each([
    [{ maxRestarts: -1 }, RangeError],
    [{ over: 'soon' }, TypeError],
    [{ backoff: { factor: 0 } }, RangeError],
  ])('refuses %o', (options, kind) => {
    expect(() => new OneForOneSupervisor({ ...options, name: 'Pool' })).toThrow(kind);
    expect(() => new OneForOneSupervisor({ ...options, name: 'Pool' })).toThrow(/restarts of Pool: /);
  });
});

describe('the strategies', () => {
  it.each<[Strategy, crashed: string, script: string, states: string]>([
    ['one-for-one', 'b', '-b +b', 'a running, b running, c running'],
    ['one-for-all', 'b', '-c -b -a +a +b +c', 'a running, b running, c running'],
    ['rest-for-one', 'a', '-c -b -a +a +b +c', 'a running, b running, c running'],
    ['rest-for-one', 'b', '-c -b +b +c', 'a running, b running, c running'],
    ['rest-for-one', 'c', '-c +c', 'a running, b running, c running'],
    ['forfeit-one', 'b', '-b', 'a running, b crashed, c running'],
    ['forfeit-all', 'b', '-c -b -a', 'a stopped, b crashed, c stopped'],
    ['crash', 'b', '-c -b -a', 'a stopped, b crashed, c stopped'],
  ])('%s, when %s crashes: %s', async (strategy, crashed, script, states) => {
    const on = await running(strategy, 'abc');
    on.get(crashed).crash(boom);
    await on.settle();
    expect(on.since()).toBe(script);
    expect(on.states()).toBe(states);
    expect(on.supervisor.state).toBe(strategy === 'crash' ? 'crashed' : 'running');
    expect(on.clock.sleepers).toBe(0);
  });

  it.each<[Strategy, left: string]>([
    ['forfeit-one', 'ac'],
    ['forfeit-all', ''],
  ])('%s discards what it gives up on, and says so', async (strategy, left) => {
    const on = await running(strategy, 'abc');
    on.get('b').crash(boom);
    await on.settle();
    expect(on.supervisor.services.map(({ label }) => label).join('')).toBe(left);
    expect(on.supervisor.beacon.children).toHaveLength(left.length);
    const given = strategy === 'forfeit-one' ? 'b' : 'a, b, c';
    expect(on.history.list).toContain(`warning: ${on.supervisor.label} gives up on ${given} (boom)`);
    await on.supervisor.add(on.get('b'));
    expect(on.get('b').state).toBe('running');
  });

  it('crash passes the very error on', async () => {
    const on = await running('crash', 'a');
    on.get('a').crash(boom);
    await on.settle();
    expect(on.supervisor.crashReason).toBe(boom);
  });

  it('can be one of your own', async () => {
    class Mine extends Supervisor {
      get strategy(): Strategy {
        return 'rest-for-one';
      }
    }
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    const supervisor = on.put(new Mine(atOnce, a, b));
    await supervisor.start();
    a.crash(boom);
    await on.settle();
    expect(on.since()).toBe('+a +b -b -a +a +b');
  });
});

describe('a restart', () => {
  it('goes through these states, and is told before anybody goes down', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('a').crash(boom);
    await on.clock.advance(100);
    expect(on.history.list).toEqual([
      'a: running→stopping (boom)',
      'a: restart 1 (boom)',
      'b: running→stopping',
      'b: stopping→stopped',
      'a: stopping→crashed (boom)',
      'a: crashed→starting',
      'a: starting→running',
      'b: stopped→starting',
      'b: starting→running',
    ]);
    expect(on.history.events.find(({ type }) => type === 'restart')).toMatchObject({
      service: 'a',
      attempt: 1,
      delayMs: 100,
      scope: 'one-for-all',
      error: boom,
    });
  });

  it('waits longer from crash to crash, and begins anew after a healthy while', async () => {
    const on = await running('one-for-one', 'a', { ...steady, maxRestarts: Infinity });
    const waits: number[] = [];
    for (const uptime of [0, 0, 0, 0, 59_999, 60_000, 0]) {
      await on.clock.advance(uptime);
      on.get('a').crash(boom);
      await on.settle();
      const from = on.clock.now();
      await on.clock.next();
      waits.push(on.clock.now() - from);
      expect(on.get('a').state).toBe('running');
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 100, 200]);
  });

  it('begins its wait when all are down', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('a').stopMs = 1000;
    on.get('b').crash(boom);
    await on.clock.advance(1099);
    expect(on.since()).toBe('-b -a');
    await on.clock.advance(1);
    expect(on.since()).toBe('+a +b');
  });

  it('counts, and calls onRestart', async () => {
    const on = await running('one-for-one', 'a');
    let restarts = 0;
    on.get('a').onRestart = () => (restarts += 1);
    for (let crash = 0; crash < 3; crash += 1) {
      on.get('a').crash(boom);
      await on.settle();
    }
    expect([on.get('a').restartCount, on.get('a').crashReason]).toEqual([3, undefined]);
    // a hook that was put there after the first start is none
    expect(restarts).toBe(0);
  });

  it('aborts the signal of what crashed at once, also while others stop before it', async () => {
    const on = await running('one-for-all', 'ab');
    on.get('b').stopMs = 1000;
    const { signal } = on.get('a');
    on.get('a').crash(boom);
    expect([signal.aborted, signal.reason, on.get('a').shouldStop]).toEqual([true, boom, true]);
    await on.clock.advance(1000);
    expect(on.since()).toBe('-b -a +a +b');
  });

  it('gives what crashed its own time to stop, whatever the others took', async () => {
    @service({ stopTimeout: '5s' })
    class Slow extends Service {
      override async onStop(): Promise<void> {
        await new Promise<void>((resolve) => void on.clock.setTimer(4000, resolve));
      }
    }
    const on = stage();
    const [first, second] = [new Slow(), new Slow()];
    const supervisor = on.put(new OneForAllSupervisor(atOnce, first, second));
    await supervisor.start();
    first.crash(boom);
    await on.clock.advance('9s');
    expect(on.history.list.filter((line) => line.includes('abandoned'))).toEqual([]);
    expect(first.state).toBe('running');
  });

  it('goes on when somebody does not stop in time, and when somebody fails to stop', async () => {
    const on = await running('one-for-all', 'abc');
    on.get('a').failingStop = true;
    on.get('c').stopMs = 100_000;
    on.get('c').failingStop = true;
    on.get('b').failingStop = true;
    on.get('b').crash(boom);
    await on.clock.advance('60s');
    await on.settle();
    expect(on.states()).toBe('a running, b running, c running');
    expect(on.since()).toBe('-b -a +a +b +c');
    expect(on.history.list).toContain('c: abandoned, waiting on onStop');
    expect(on.history.list).toContain('a: stopping→crashed (a cannot stop)');
    // the event of its end is about the crash
    expect(on.history.list).toContain('warning: b met an error on its way down (b cannot stop)');
    expect(on.history.list.filter((line) => line.startsWith('warning'))).toHaveLength(1);
  });
});

describe('the budget', () => {
  it.each([
    [0, ''],
    [1, '-a +a'],
    [2, '-a +a -a +a'],
  ])('of %i restarts: one crash more is too much', async (maxRestarts, script) => {
    const on = await running('one-for-one', 'a', { ...atOnce, maxRestarts });
    for (let crash = 0; crash <= maxRestarts; crash += 1) {
      expect(on.supervisor.state).toBe('running');
      on.get('a').crash(new Error(`crash ${String(crash)}`));
      await on.settle();
    }
    expect(on.since()).toBe(`${script} -a`.trim());
    const { supervisor } = on;
    const limit = supervisor.crashReason as RestartLimitError;
    expect(supervisor.state).toBe('crashed');
    expect(limit).toBeInstanceOf(RestartLimitError);
    expect(limit).toMatchObject({ service: 'a', restarts: maxRestarts, path: ['OneForOneSupervisor', 'a'] });
    expect(limit.cause).toEqual(new Error(`crash ${String(maxRestarts)}`));
  });

  it('says the schedule in words when it is spent', async () => {
    const on = await running('one-for-one', 'a', { ...steady, maxRestarts: 1 });
    on.get('a').crash(boom);
    await on.clock.advance(100);
    on.get('a').crash(boom);
    await on.settle();
    expect((on.supervisor.crashReason as Error).message).toBe(
      'a crashed again after 1 restart: boom (restarts after 100ms, at most 1 restart within 1m not counting the waiting; ' +
        'a crash loop is given up after 100ms of waiting)\n' +
        '  → Mend the cause, or allow more with `maxRestarts`, `over` and `backoff`.',
    );
  });

  it('is counted in uptime: neither the delay nor a slow start makes crashes forgotten', async () => {
    const on = await running('one-for-one', 'a', {
      maxRestarts: 2,
      over: '1s',
      backoff: { jitter: 0, initial: '5s', factor: 1 },
    });
    on.get('a').startMs = 5000;
    for (let crash = 0; crash < 2; crash += 1) {
      on.get('a').crash(boom);
      await on.clock.advance('10s');
      expect(on.get('a').state).toBe('running');
      await on.clock.advance(400);
    }
    on.get('a').crash(boom);
    await on.settle();
    expect(on.supervisor.state).toBe('crashed');
  });

  it('is replenished by uptime', async () => {
    const on = await running('one-for-one', 'a', { ...atOnce, maxRestarts: 1, over: '1s' });
    for (let crash = 0; crash < 5; crash += 1) {
      on.get('a').crash(boom);
      await on.clock.advance(1001);
      expect(on.supervisor.state).toBe('running');
    }
  });

  it('is each service’s own where they restart one by one', async () => {
    const on = await running('one-for-one', 'ab', { ...atOnce, maxRestarts: 1 });
    on.get('a').crash(boom);
    on.get('b').crash(boom);
    await on.settle();
    expect([on.supervisor.state, on.states()]).toEqual(['running', 'a running, b running']);
    on.get('b').crash(boom);
    await on.settle();
    expect(on.supervisor.crashReason).toMatchObject({ service: 'b', restarts: 1 });
  });

  it.each<Strategy>(['one-for-all', 'rest-for-one'])('is one for all of them with %s', async (strategy) => {
    const on = await running(strategy, 'ab', { ...atOnce, maxRestarts: 1 });
    on.get('a').crash(boom);
    await on.settle();
    on.get('b').crash(boom);
    await on.settle();
    expect(on.supervisor.crashReason).toMatchObject({ service: 'b', restarts: 1 });
  });

  it('is fresh after the supervisor was started again', async () => {
    const on = await running('one-for-one', 'a', { ...atOnce, maxRestarts: 1 });
    for (let life = 0; life < 3; life += 1) {
      on.get('a').crash(boom);
      await on.settle();
      expect(on.states()).toBe('a running');
      await on.supervisor.restart();
    }
    expect(on.supervisor.state).toBe('running');
  });
});

describe('a start that fails during a restart', () => {
  it('is a crash: it is tried again, after a longer wait', async () => {
    const on = await running('one-for-one', 'ab', steady);
    on.get('a').failingStarts = 2;
    on.get('a').crash(boom);
    await on.clock.advance(100);
    expect(on.since()).toBe('-a !a');
    await on.clock.advance(200);
    expect(on.since()).toBe('!a');
    await on.clock.advance(400);
    expect(on.since()).toBe('+a');
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual([
      'a: restart 1 (boom)',
      'a: restart 2 (a cannot start)',
      'a: restart 3 (a cannot start)',
    ]);
  });

  it('spends the budget', async () => {
    const on = await running('one-for-one', 'ab', { ...atOnce, maxRestarts: 2 });
    on.get('a').failingStarts = 9;
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-a !a !a -b');
    expect(on.supervisor.crashReason).toMatchObject({ restarts: 2, cause: { message: 'a cannot start' } });
  });

  it.each<[Strategy, script: string]>([
    ['one-for-all', '-c -b -a +a !b -a +a +b +c'],
    ['rest-for-one', '-c -b -a +a !b +b +c'],
  ])('takes back what %s says', async (strategy, script) => {
    const on = await running(strategy, 'abc');
    on.get('b').failingStarts = 1;
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe(script);
    expect(on.states()).toBe('a running, b running, c running');
  });
});

describe('a crash while a restart is under way', () => {
  it('joins it while the others go down: one restart for both', async () => {
    const on = await running('one-for-all', 'abc', steady);
    on.get('c').stopMs = 1000;
    on.get('b').crash(boom);
    await on.clock.advance(500);
    on.get('a').crash(new Error('bang'));
    expect(on.get('a').state).toBe('stopping');
    await on.clock.advance(600);
    expect(on.since()).toBe('-c -b -a +a +b +c');
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual(['b: restart 1 (boom)']);
    expect(on.history.list).toContain('a: stopping→crashed (bang)');
  });

  it('widens it where that is what the strategy says, while others go down and while the delay runs', async () => {
    const on = await running('rest-for-one', 'abcd', steady);
    on.get('c').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-d -c');
    await on.clock.advance(50);
    on.get('b').crash(boom);
    await on.settle();
    // it does not have to wait for the end of the delay to go down
    expect(on.since()).toBe('-b');
    await on.clock.advance(50);
    expect(on.since()).toBe('+b +c +d');
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual(['c: restart 1 (boom)']);
  });

  it('is the next one while they come back', async () => {
    const on = await running('one-for-all', 'abc', steady);
    on.get('b').startMs = 1000;
    on.get('c').crash(boom);
    await on.clock.advance(600);
    expect(on.since()).toBe('-c -b -a +a');
    on.get('a').crash(new Error('bang'));
    await on.settle();
    // b, whose start is under way, is given up
    expect([on.since(), on.states()]).toEqual(['-a', 'a crashed, b stopped, c crashed']);
    await on.clock.advance(199);
    expect(on.since()).toBe('');
    await on.clock.advance(1001);
    expect(on.since()).toBe('+a +b +c');
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual([
      'c: restart 1 (boom)',
      'a: restart 2 (bang)',
    ]);
  });

  it('is the next one also in the very moment in which another one has come back', async () => {
    const on = await running('one-for-all', 'abc');
    let once = true;
    const b = on.get('b');
    const { onStart } = b;
    b.onStart = async () => {
      if (once) void b.start().then(() => on.get('a').crash(boom));
      once = false;
      await onStart.call(b);
    };
    on.get('c').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-c -b -a +a +b -b -a +a +b +c');
  });

  it('of two services at once is one for all, and two one by one', async () => {
    const all = await running('one-for-all', 'abc', steady);
    all.get('a').crash(boom);
    all.get('c').crash(boom);
    await all.clock.advance(100);
    expect(all.since()).toBe('-c -b -a +a +b +c');
    expect(all.history.list.filter((line) => line.includes('restart'))).toEqual(['a: restart 1 (boom)']);

    const one = await running('one-for-one', 'abc', steady);
    one.get('a').crash(boom);
    one.get('c').crash(boom);
    await one.clock.advance(100);
    expect(one.since()).toBe('-a -c +a +c');
    expect(one.history.list.filter((line) => line.includes('restart'))).toEqual([
      'a: restart 1 (boom)',
      'c: restart 1 (boom)',
    ]);
  });

  it('of all at once is one restart too', async () => {
    const on = await running('one-for-all', 'abc', { ...steady, maxRestarts: 1 });
    for (const actor of on.actors) actor.crash(boom);
    await on.clock.advance(100);
    expect([on.since(), on.supervisor.state]).toEqual(['-c -b -a +a +b +c', 'running']);
  });

  it('of a service on its way down changes nothing', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('b').stopMs = 1000;
    on.get('a').crash(boom);
    await on.clock.advance(500);
    on.get('b').crash(new Error('late'));
    on.get('a').crash(new Error('late'));
    await on.clock.advance(600);
    expect(on.since()).toBe('-b -a +a +b');
    expect(on.states()).toBe('a running, b running');
    expect(on.history.list).toContain('b: stopping→crashed (late)');
    expect(on.history.list).toContain('warning: a met an error on its way down (late)');
  });
});

describe('a crash before the supervisor runs', () => {
  it.each<[Strategy, script: string, state: string]>([
    ['one-for-one', '+a -a +b +a', 'running'],
    ['one-for-all', '+a -a +b -b +a +b', 'running'],
    ['forfeit-one', '+a -a +b', 'running'],
    ['forfeit-all', '+a -a +b -b', 'running'],
    ['crash', '+a -a', 'crashed'],
  ])('with %s is answered once it does', async (strategy, script, state) => {
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    b.startMs = 1000;
    const supervisor = on.put(new classes[strategy](atOnce, a, b));
    const starting = supervisor.start().catch((error: unknown) => error);
    await on.clock.advance(500);
    a.crash(boom);
    await on.clock.advance(2000);
    expect(on.since()).toBe(script);
    expect(supervisor.state).toBe(state);
    expect(await starting).toBe(state === 'running' ? undefined : boom);
  });

  it('is forgotten when the supervisor does not come to that, or somebody was quicker', async () => {
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    b.startMs = 1000;
    b.failingStarts = 1;
    const supervisor = on.put(new OneForOneSupervisor(atOnce, a, b));
    const failed = rejection(supervisor.start());
    await on.clock.advance(500);
    a.crash(boom);
    await on.clock.advance(500);
    expect((await failed).message).toBe('b cannot start');
    expect([supervisor, a, b].map(({ state }) => state)).toEqual(['crashed', 'crashed', 'crashed']);

    void supervisor.start();
    await on.clock.advance(500);
    a.crash(boom);
    await on.settle();
    await a.start();
    on.since();
    await on.clock.advance(500);
    expect(on.since()).toBe('+b');
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual([]);
  });
});

describe('a stop of the supervisor', () => {
  const moments: [name: string, ms: number, script: string][] = [
    ['while others go down', 500, '-c -b -a'],
    ['while the delay runs', 1050, '-c -b -a'],
    ['while they come back', 1500, '-c -b -a +a -a'],
  ];
  it.each(moments)('%s ends the restart, and leaves nothing running', async (_, ms, script) => {
    const on = await running('one-for-all', 'abc', steady);
    on.get('c').stopMs = 1000;
    on.get('b').startMs = 1000;
    on.get('b').crash(boom);
    await on.clock.advance(ms);
    const stopped = on.supervisor.stop();
    await on.clock.advance(500);
    await stopped;
    expect(on.since()).toBe(script);
    expect([on.supervisor.state, on.clock.sleepers]).toEqual(['stopped', 0]);
    expect(on.actors.every(({ state }) => state === 'stopped' || state === 'crashed')).toBe(true);
    await on.clock.advance('10m');
    expect(on.since()).toBe('');
    const again = on.supervisor.start();
    await on.clock.advance(1000);
    await again;
    expect(on.since()).toBe('+a +b +c');
  });

  it('ends a long delay at once', async () => {
    const on = await running('one-for-one', 'a', { backoff: { initial: '1h', max: '1h' } });
    on.get('a').crash(boom);
    await on.settle();
    await on.supervisor.stop();
    expect([on.supervisor.state, on.clock.sleepers]).toEqual(['stopped', 0]);
  });

  it('is not changed by a crash', async () => {
    const on = await running('one-for-all', 'abc', steady);
    on.get('c').stopMs = 1000;
    const stopped = on.supervisor.stop();
    on.get('b').crash(boom);
    await on.clock.advance(1000);
    await stopped;
    expect(on.states()).toBe('a stopped, b crashed, c stopped');
    expect([on.supervisor.state, on.supervisor.crashReason]).toEqual(['stopped', undefined]);
    expect(on.history.list.filter((line) => line.includes('restart'))).toEqual([]);
  });

  it('by a restart begins a new life', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('a').crash(boom);
    await on.settle();
    await on.supervisor.restart();
    expect(on.since()).toBe('-b -a +a +b');
    await on.clock.advance('1m');
    expect(on.since()).toBe('');
  });
});

describe('supervisors of supervisors', () => {
  async function nested(outerOptions: SupervisorOptions, innerOptions: SupervisorOptions) {
    const on = stage();
    const [a, b, c] = on.actors('abc') as [Actor, Actor, Actor];
    const inner = new OneForAllSupervisor({ ...innerOptions, name: 'Inner' }, a, b);
    const outer = on.put(new OneForOneSupervisor({ ...outerOptions, name: 'Outer' }, inner, c));
    await outer.start();
    on.since();
    on.history.clear();
    return { ...on, a, b, c, inner, outer };
  }

  it('one that gives up crashes, and the one above restarts it with all it has', async () => {
    const on = await nested(atOnce, { ...atOnce, maxRestarts: 1 });
    on.a.crash(boom);
    await on.settle();
    expect(on.since()).toBe('-b -a +a +b');
    on.history.clear();
    on.a.crash(boom);
    await on.settle();
    expect(on.since()).toBe('-b -a +a +b');
    const limit =
      'RestartLimitError: a crashed again after 1 restart: boom (restarts at once, at most 1 restart within 1m)';
    const told = on.history.list.map((line) => line.replace(/\n.*\)$/s, ')'));
    expect(told).toEqual([
      'a: running→stopping (boom)',
      `Inner: running→stopping (${limit})`,
      `Inner: restart 1 (${limit})`,
      'b: running→stopping',
      'b: stopping→stopped',
      'a: stopping→crashed (boom)',
      `Inner: stopping→crashed (${limit})`,
      'Inner: crashed→starting',
      'a: crashed→starting',
      'a: starting→running',
      'b: stopped→starting',
      'b: starting→running',
      'Inner: starting→running',
    ]);
    expect([on.outer.state, on.inner.state, on.inner.restartCount]).toEqual(['running', 'running', 1]);
    expect(on.outer.crashReason).toBe(undefined);
  });

  it('budgets multiply', async () => {
    const on = await nested({ ...atOnce, maxRestarts: 2 }, { ...atOnce, maxRestarts: 3 });
    expect(on.inner.explain()).toBe(
      'Inner: when one of its 2 services crashes, all of them restart; restarts at once, at most 3 restarts within 1m; ' +
        'with the supervisors above it, a crash loop is given up after 12 crashes',
    );
    let crashes = 0;
    while (on.outer.state === 'running') {
      on.b.crash(boom);
      crashes += 1;
      await on.settle();
    }
    expect(crashes).toBe(12);
    const outer = on.outer.crashReason as RestartLimitError;
    expect(outer).toMatchObject({ service: 'Inner', restarts: 2, path: ['Outer', 'Inner'] });
    expect(outer.cause).toMatchObject({ service: 'b', restarts: 3, path: ['Outer', 'Inner', 'b'], cause: boom });
    expect([on.outer, on.inner, on.a, on.b, on.c].map(({ state }) => state)).toEqual([
      'crashed',
      'crashed',
      'stopped',
      'crashed',
      'stopped',
    ]);
    expect(on.clock.sleepers).toBe(0);
  });

  it('a crash of a child of a supervised service is a crash of that service', async () => {
    const on = stage();
    const [a, child] = on.actors('ab') as [Actor, Actor];
    a.addDependency(child);
    const supervisor = on.put(new OneForOneSupervisor(atOnce, a));
    await supervisor.start();
    child.crash(boom);
    expect(a.state).toBe('running');
    await on.settle();
    expect(on.since()).toBe('+a +b -b -a +a +b');
    expect(on.history.list).toContain('a: restart 1 (boom)');
    expect([supervisor.state, child.restartCount, child.state]).toEqual(['running', 1, 'running']);
  });
});

describe('by hand', () => {
  it('a service that was stopped stays down, also when the others restart, until it is started', async () => {
    const on = await running('one-for-all', 'abc');
    await on.get('b').stop();
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-b -c -a +a +c');
    await on.get('b').start();
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe('+b -c -b -a +a +b +c');
    await on.get('b').stop();
    await on.supervisor.restart();
    expect(on.states()).toBe('a running, b running, c running');
  });

  it('a stop while the delay runs gives the restart up', async () => {
    const on = await running('one-for-one', 'a', steady);
    on.get('a').crash(boom);
    await on.settle();
    await on.get('a').stop();
    expect(on.clock.sleepers).toBe(0);
    await on.clock.advance('1h');
    expect([on.since(), on.states()]).toEqual(['-a', 'a crashed']);
    await on.get('a').start();
    on.get('a').crash(boom);
    await on.clock.advance('1m');
    expect(on.since()).toBe('+a -a +a');
  });

  it('a restart that was given up leaves nothing behind: a healthy while counts after it', async () => {
    const on = await running('one-for-one', 'a', steady);
    for (let time = 0; time < 2; time += 1) {
      on.get('a').crash(boom);
      await on.settle();
      expect(on.clock.pending()).toEqual([on.clock.now() + 100]);
      await on.get('a').stop();
      await on.get('a').start();
      await on.clock.advance('2m');
    }
  });

  it('a stop of one leaves the restart to the others', async () => {
    const on = await running('one-for-all', 'abc', steady);
    on.get('b').crash(boom);
    await on.settle();
    await on.get('b').stop();
    await on.clock.advance(100);
    expect([on.since(), on.states()]).toEqual(['-c -b -a +a +c', 'a running, b crashed, c running']);
  });

  it('a start while the delay runs is not waited for', async () => {
    const on = await running('one-for-one', 'a', steady);
    on.get('a').crash(boom);
    await on.clock.advance(50);
    await on.get('a').start();
    expect([on.since(), on.clock.sleepers]).toEqual(['-a +a', 0]);
    await on.clock.advance('1h');
    expect(on.since()).toBe('');
  });

  it('a restart is no crash, and costs nothing', async () => {
    const on = await running('one-for-all', 'ab', { ...atOnce, maxRestarts: 0 });
    for (let time = 0; time < 3; time += 1) await on.get('a').restart();
    expect(on.since()).toBe('-a +a -a +a -a +a');
    expect([on.supervisor.state, on.get('a').restartCount]).toEqual(['running', 3]);
  });

  it('nothing is started while the supervisor stops', async () => {
    const on = await running('one-for-one', 'ab');
    on.get('a').stopMs = 1000;
    const stopped = on.supervisor.stop();
    await on.settle();
    expect(await rejection(on.get('b').start())).toMatchObject({ code: 'ERR_MODE_STOPPING' });
    await on.clock.advance(1000);
    await stopped;
    expect(on.states()).toBe('a stopped, b stopped');
  });
});

describe('add', () => {
  it('takes services on before the start, and starts them where the supervisor runs', async () => {
    const on = stage();
    const [a, b, c] = on.actors('abc') as [Actor, Actor, Actor];
    const supervisor = on.put(new OneForAllSupervisor(atOnce, a));
    void supervisor.add(b);
    expect(supervisor.services).toEqual([a, b]);
    await supervisor.start();
    await supervisor.add(c);
    expect(on.since()).toBe('+a +b +c');
    c.crash(boom);
    await on.settle();
    expect(on.since()).toBe('-c -b -a +a +b +c');
    await supervisor.stop();
    expect(on.since()).toBe('-c -b -a');
  });

  it('lets go again of what cannot start, and of what comes after it', async () => {
    const on = await running('one-for-one', 'a');
    const [b, c, d] = [on.actor('b'), on.actor('c'), on.actor('d')];
    c.failingStarts = 1;
    expect((await rejection(on.supervisor.add(b, c, d))).message).toBe('c cannot start');
    expect(on.supervisor.services).toEqual([on.get('a'), b]);
    expect([b, c, d].map(({ state }) => state)).toEqual(['running', 'crashed', 'idle']);
    await on.supervisor.add(c, d);
    expect(on.supervisor.services).toHaveLength(4);
  });

  it('may be called from the hooks of the supervisor and of its services', async () => {
    const on = stage();
    const [a, b, c] = on.actors('abc') as [Actor, Actor, Actor];
    class Pool extends OneForOneSupervisor {
      override async onStart(): Promise<void> {
        await this.add(a);
      }
      override async onStarted(): Promise<void> {
        await this.add(c);
      }
    }
    const supervisor = on.put(new Pool(atOnce));
    a.onStarted = () => supervisor.add(b);
    await supervisor.start();
    expect(on.since()).toBe('+a +b +c');
    for (const actor of [a, b, c]) actor.crash(boom);
    await on.settle();
    expect(on.since()).toBe('-a -b -c +a +b +c');
  });

  it('takes on what runs already', async () => {
    const on = await running('one-for-one', 'a');
    const b = on.actor('b');
    await b.start();
    await on.supervisor.add(b);
    b.crash(boom);
    await on.settle();
    expect(on.since()).toBe('+b -b +b');
  });

  it('does nothing about what it supervises already', async () => {
    const on = await running('one-for-one', 'a');
    await on.supervisor.add(on.get('a'), on.get('a'));
    expect(on.supervisor.services).toEqual([on.get('a')]);
  });

  it('during a restart of everybody starts at once', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('a').crash(boom);
    await on.settle();
    await on.supervisor.add(on.get('c'));
    expect(on.since()).toBe('-b -a +c');
    await on.clock.advance(100);
    expect(on.since()).toBe('+a +b');
  });

  it('leaves a start that a restart of everybody interrupts to that', async () => {
    const on = await running('one-for-all', 'a');
    const b = on.actor('b');
    b.startMs = 1000;
    const added = on.supervisor.add(b);
    await on.clock.advance(500);
    on.get('a').crash(boom);
    await on.settle();
    await added;
    expect([on.since(), b.state]).toEqual(['-a +a', 'starting']);
    await on.clock.advance(1000);
    expect([on.since(), b.state, on.supervisor.services.length]).toEqual(['+b', 'running', 2]);
  });

  it('gives up when the supervisor stops meanwhile', async () => {
    const on = await running('one-for-one', 'a');
    const b = on.actor('b');
    b.startMs = 1000;
    const added = rejection(on.supervisor.add(b));
    await on.settle();
    await on.supervisor.stop();
    expect(await added).toMatchObject({ name: 'AbortError' });
    expect([b.state, on.clock.sleepers]).toEqual(['stopped', 0]);
    expect(on.supervisor.services).toContain(b);
  });
});

describe('discard', () => {
  it('leaves services running, unsupervised', async () => {
    const on = await running('one-for-all', 'abc');
    on.supervisor.discard(on.get('b'), on.actor('x'));
    expect(on.get('b').state).toBe('running');
    expect(on.get('b').beacon.parent).toBe(undefined);
    on.get('b').crash(boom);
    await on.settle();
    expect([on.since(), on.get('b').state]).toEqual(['-b', 'crashed']);
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-c -a +a +c');
    await on.supervisor.stop();
    expect(on.since()).toBe('-c -a');
  });

  it.each(['one-for-one', 'one-for-all'] as const)('of what crashed ends its restart (%s)', async (strategy) => {
    const on = await running(strategy, 'ab', steady);
    on.get('a').crash(boom);
    await on.settle();
    on.supervisor.discard(on.get('a'));
    await on.clock.advance('1h');
    expect(on.since()).toBe(strategy === 'one-for-one' ? '-a' : '-b -a +b');
    expect(on.get('a').state).toBe('crashed');
  });

  it('lets a crash that waits for its turn go down', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('b').stopMs = 1000;
    on.get('a').crash(boom);
    await on.clock.advance(500);
    on.supervisor.discard(on.get('a'));
    await on.settle();
    expect(on.get('a').state).toBe('crashed');
    await on.clock.advance(600);
    expect(on.since()).toBe('-a -b +b');
  });

  it('frees a service for somebody else', async () => {
    const on = await running('one-for-one', 'a');
    on.supervisor.discard(on.get('a'));
    const other = on.put(new OneForOneSupervisor(atOnce, on.get('a')));
    await other.start();
    on.get('a').crash(boom);
    await on.settle();
    expect([on.since(), on.get('a').state]).toEqual(['-a +a', 'running']);
  });

  it('is what removeDependency does after a stop', async () => {
    const on = await running('one-for-one', 'ab');
    await on.supervisor.removeDependency(on.get('a'));
    expect([on.since(), on.states()]).toEqual(['-a', 'a stopped, b running']);
    expect(on.supervisor.services).toEqual([on.get('b')]);
    await expect(on.supervisor.removeDependency(on.get('a'))).rejects.toThrow(/no child/);
  });
});

describe('insert', () => {
  it('replaces the one there', async () => {
    const on = await running('one-for-all', 'abc');
    const x = on.actor('x');
    await on.supervisor.insert(1, x);
    expect(on.since()).toBe('-b +x');
    expect(on.supervisor.services).toEqual([on.get('a'), x, on.get('c')]);
    on.get('a').crash(boom);
    await on.settle();
    expect(on.since()).toBe('-c -x -a +a +x +c');
    await on.supervisor.stop();
    expect(on.since()).toBe('-c -x -a');
    expect(on.get('b').beacon.parent).toBe(undefined);
  });

  it('changes the list at once, and starts nothing in a supervisor that does not run', async () => {
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    const supervisor = on.put(new OneForOneSupervisor(atOnce, a));
    void supervisor.insert(0, b);
    expect([supervisor.services, b.state]).toEqual([[b], 'idle']);
    await supervisor.start();
    expect(on.since()).toBe('+b');
  });

  it('starts the new one once the old one is down, and says what went wrong there', async () => {
    const on = await running('one-for-one', 'a');
    on.get('a').stopMs = 1000;
    on.get('a').failingStop = true;
    const x = on.actor('x');
    const inserted = rejection(on.supervisor.insert(0, x));
    expect(on.supervisor.services).toEqual([x]);
    await on.clock.advance(999);
    expect(x.state).toBe('idle');
    await on.clock.advance(1);
    expect(on.since()).toBe('-a +x');
    expect((await inserted).message).toBe('a cannot stop');
  });

  it('waits for the old one when the supervisor stops meanwhile', async () => {
    const on = await running('one-for-one', 'a');
    on.get('a').stopMs = 1000;
    const x = on.actor('x');
    const inserted = on.supervisor.insert(0, x);
    const stopped = on.supervisor.stop();
    await on.clock.advance(1000);
    await Promise.all([inserted, stopped]);
    expect([on.since(), x.state, on.get('a').state]).toEqual(['-a', 'idle', 'stopped']);
  });

  it('during a restart leaves the start to that', async () => {
    const on = await running('one-for-all', 'ab', steady);
    on.get('a').crash(boom);
    await on.settle();
    await on.supervisor.insert(0, on.get('x'));
    expect(on.since()).toBe('-b -a');
    await on.clock.advance(100);
    expect(on.since()).toBe('+x +b');
  });

  it('begins with a fresh budget', async () => {
    const on = await running('one-for-one', 'a', { ...atOnce, maxRestarts: 1 });
    on.get('a').crash(boom);
    await on.settle();
    const x = on.actor('x');
    await on.supervisor.insert(0, x);
    x.crash(boom);
    await on.settle();
    expect([on.supervisor.state, x.state]).toEqual(['running', 'running']);
  });

  it('lets go of a new one that cannot start', async () => {
    const on = await running('one-for-one', 'a');
    const x = on.actor('x');
    x.failingStarts = 1;
    expect((await rejection(on.supervisor.insert(0, x))).message).toBe('x cannot start');
    expect([on.supervisor.services, on.supervisor.state]).toEqual([[], 'running']);
  });

  it('refuses a place that is not there', async () => {
    const on = await running('one-for-one', 'ab');
    for (const index of [-1, 2, 0.5]) {
      await expect(on.supervisor.insert(index, on.get('x'))).rejects.toThrow(RangeError);
    }
    await expect(on.supervisor.insert(0, on.get('b'))).rejects.toMatchObject({ code: 'ERR_MODE_OWNED' });
    await on.supervisor.insert(0, on.get('a'));
    expect(on.since()).toBe('');
  });
});

describe('a replacement', () => {
  it('takes the place of what is restarted', async () => {
    const on = stage();
    const [a, b, x] = on.actors('abx') as [Actor, Actor, Actor];
    const asked: string[] = [];
    const replacement = async (old: Service, index: number): Promise<Service | undefined> => {
      asked.push(`${old.label} at ${String(index)}, ${old.state}`);
      return Promise.resolve(old === b ? x : undefined);
    };
    const supervisor = on.put(new OneForAllSupervisor({ ...atOnce, replacement }, a, b));
    await supervisor.start();
    on.since();
    a.crash(boom);
    await on.settle();
    expect(asked).toEqual(['a at 0, crashed', 'b at 1, stopped']);
    expect(on.since()).toBe('-b -a +a +x');
    expect(supervisor.services).toEqual([a, x]);
    expect([b.beacon.parent, x.beacon.path]).toEqual([undefined, ['OneForAllSupervisor', 'x']]);
    x.crash(boom);
    await on.settle();
    expect(on.since()).toBe('-x -a +a +x');
  });

  it('keeps the budget of the place', async () => {
    const on = stage();
    const supervisor = on.put(
      new OneForOneSupervisor({ ...atOnce, maxRestarts: 2, replacement: () => on.actor('n') }, on.actor('a')),
    );
    await supervisor.start();
    for (let crash = 0; crash < 3; crash += 1) {
      supervisor.services[0]?.crash(boom);
      await on.settle();
    }
    expect(supervisor.crashReason).toMatchObject({ service: 'n', restarts: 2 });
  });

  it('can be a method of the supervisor', async () => {
    const on = stage();
    const x = on.actor('x');
    class Pool extends OneForOneSupervisor {
      override replacement(): Service {
        return x;
      }
    }
    const supervisor = on.put(new Pool(atOnce, on.actor('a')));
    await supervisor.start();
    supervisor.services[0]?.crash(boom);
    await on.settle();
    expect(supervisor.services).toEqual([x]);
  });

  it.each<[string, (on: ReturnType<typeof stage>) => unknown, RegExp]>([
    [
      'that throws',
      () => {
        throw new Error('none left');
      },
      /none left/,
    ],
    ['that rejects', () => Promise.reject(new Error('none left')), /none left/],
    ['that is no service', () => 'a', /supervises services, which 'a' is none of/],
    [
      'that somebody else has',
      (on) => {
        const child = on.actor('child');
        on.actor('parent').addDependency(child);
        return child;
      },
      /cannot supervise child, which parent answers for already/,
    ],
  ])('%s is a crash', async (_, replacement, message) => {
    const on = stage();
    const supervisor = on.put(
      new OneForOneSupervisor(
        { ...atOnce, maxRestarts: 1, replacement: () => replacement(on) as Service },
        on.actor('a'),
      ),
    );
    await supervisor.start();
    supervisor.services[0]?.crash(boom);
    await on.settle();
    expect((supervisor.crashReason as RestartLimitError).cause).toMatchObject({
      message: expect.stringMatching(message) as string,
    });
  });

  it('that never comes is a crash in the end, and does not keep the supervisor from stopping', async () => {
    const on = stage();
    const replacement = (): Promise<never> => new Promise(() => undefined);
    const [a] = on.actors('a') as [Actor];
    const supervisor = on.put(new OneForOneSupervisor({ ...atOnce, replacement }, a));
    await supervisor.start();
    a.crash(boom);
    await on.clock.advance('60s');
    const restarts = on.history.list.filter((line) => line.includes(': restart '));
    expect(restarts[1]).toMatch(/^a: restart 2 .*no replacement of a in time/s);
    await supervisor.stop();
    expect([supervisor.state, on.clock.sleepers]).toEqual(['stopped', 0]);
  });

  it('that comes too late is not used', async () => {
    const on = stage();
    const [a, x] = on.actors('ax') as [Actor, Actor];
    const replacement = (): Promise<Service> =>
      new Promise((resolve) => void on.clock.setTimer(1000, () => resolve(x)));
    const supervisor = on.put(new OneForOneSupervisor({ ...atOnce, replacement }, a));
    await supervisor.start();
    a.crash(boom);
    await on.clock.advance(500);
    supervisor.discard(a);
    await on.clock.advance(1000);
    expect([supervisor.services, x.state]).toEqual([[], 'idle']);
  });
});

describe('who answers for a service', () => {
  it('is one, and nobody for himself', async () => {
    const on = stage();
    const [a, b] = on.actors('ab') as [Actor, Actor];
    const supervisor = new OneForOneSupervisor({ name: 'Mine' }, a);
    const above = new OneForOneSupervisor({ name: 'Above' }, supervisor);
    expect(() => new OneForOneSupervisor(b, a)).toThrow(
      /OneForOneSupervisor cannot supervise a, which Mine answers for already/,
    );
    // all or none
    expect(() => new OneForOneSupervisor(b)).not.toThrow();
    await expect(supervisor.add(supervisor)).rejects.toThrow(/cannot supervise Mine, which it is itself/);
    await expect(supervisor.add(above)).rejects.toThrow(/cannot supervise Above, which it is part of/);
    await expect(supervisor.add(on.actor('c'), 'x' as never)).rejects.toThrow(
      /Mine supervises services, which 'x' is none of/,
    );
    expect(supervisor.services).toEqual([a]);
  });

  it('is the supervisor, and nobody else', () => {
    const on = stage();
    const a = on.actor('a');
    const supervisor = new OneForOneSupervisor({ name: 'Mine' }, a);
    expect(() => on.actor('b').addDependency(a)).toThrow(/a is supervised by Mine, so it cannot be a child of b/);
    expect(supervisor.services).toEqual([a]);
  });

  it('is the supervisor as a parent, for children that were not added to its list', async () => {
    const on = await running('one-for-one', 'a');
    const child = on.actor('x');
    await on.supervisor.addRuntimeDependency(child);
    child.crash(boom);
    await on.settle();
    expect(on.since()).toBe('+x -x -a');
    expect([on.supervisor.state, on.supervisor.crashReason]).toEqual(['crashed', boom]);
  });

  it('is not a supervisor that stops', async () => {
    const on = await running('one-for-one', 'a');
    on.get('a').stopMs = 1000;
    const [b, c] = [on.actor('b'), on.actor('c')];
    await b.start();
    const stopped = on.supervisor.stop();
    expect(await rejection(on.supervisor.add(b))).toMatchObject({ code: 'ERR_MODE_STOPPING' });
    await on.supervisor.add(c);
    await on.clock.advance(1000);
    await stopped;
    expect([b.state, c.state]).toEqual(['running', 'idle']);
    await on.supervisor.start();
    expect(c.state).toBe('running');
  });

  it('is the container for a service of its graph', async () => {
    @service()
    class Db extends Service {}
    @service({ inject: [Db] })
    class Pool extends OneForOneSupervisor {
      constructor(db: Db) {
        super({}, db);
      }
    }
    const error = await rejection(new Container().boot(Pool));
    expect(error.message).toMatch(/Pool cannot supervise Db, which its container answers for already/);
    expect(error.message).toMatch(/@service\(\{ restart: \{\} \}\) on Db/);
  });
});

describe('in a container', () => {
  function program(options: SupervisorOptions) {
    const clock = new FakeClock();
    const made: Service[] = [];
    class Connection extends Service {}
    @service()
    class Pool extends OneForAllSupervisor {
      constructor() {
        const connections = [new Connection(), new Connection()];
        super(options, ...connections);
        made.push(...connections);
      }
    }
    @service({ dependsOn: [Pool] })
    class App extends Service {}
    const container = new Container({ clock });
    return { clock, container, App, Pool, made };
  }

  it('a supervisor is a service of the graph, and its services are told of', async () => {
    const { clock, container, App, Pool, made } = program(steady);
    await container.boot(App);
    const history = recordHistory(container);
    made[0]?.crash(boom);
    await clock.advance(100);
    expect(history.list).toEqual([
      'Connection: running→stopping (boom)',
      'Connection: restart 1 (boom)',
      'Connection: running→stopping',
      'Connection: stopping→stopped',
      'Connection: stopping→crashed (boom)',
      'Connection: crashed→starting',
      'Connection: starting→running',
      'Connection: stopped→starting',
      'Connection: starting→running',
    ]);
    expect([container.state, container.get(App).state]).toEqual(['running', 'running']);
    expect(made[0]?.beacon.path).toEqual(['App', 'Pool', 'Connection']);
    await container.stop();
    expect([container.get(Pool).state, made[0]?.state]).toEqual(['stopped', 'stopped']);
  });

  it('a supervisor may have no constructor, and be filled later', async () => {
    @service()
    class Pool extends OneForOneSupervisor {}
    const container = new Container();
    const pool = await container.boot(Pool);
    const connection = new Service();
    await pool.add(connection);
    expect([connection.state, connection.beacon.path]).toEqual(['running', ['Pool', 'Service']]);
    await container.stop();
    expect(connection.state).toBe('stopped');
  });

  it('a supervisor that exists already is taken on with all it has', async () => {
    const clock = new FakeClock();
    const connection = new Service();
    const container = new Container({ clock });
    await container.boot(container.adopt(new OneForOneSupervisor({ ...atOnce, maxRestarts: 1 }, connection)));
    connection.crash(boom);
    await clock.advance(0);
    expect([connection.state, connection.restartCount, container.state]).toEqual(['running', 1, 'running']);
    connection.crash(boom);
    await clock.advance(0);
    expect(container.state).toBe('failed');
  });

  it('one that gives up ends the program in order, with the first cause', async () => {
    const { clock, container, App, made } = program({ ...atOnce, maxRestarts: 1 });
    await container.boot(App);
    const history = recordHistory(container, { types: ['container'] });
    for (let crash = 0; crash < 2; crash += 1) {
      made[0]?.crash(boom);
      await clock.advance(0);
    }
    expect(container.state).toBe('failed');
    const event = history.events.at(-1) as { error?: RestartLimitError };
    expect(event.error).toBeInstanceOf(RestartLimitError);
    expect([event.error?.cause, event.error?.path]).toEqual([boom, ['App', 'Pool', 'Connection']]);
    expect(clock.sleepers).toBe(0);
  });
});

describe('explain', () => {
  it.each<[Strategy, string, SupervisorOptions, string]>([
    [
      'one-for-one',
      'ab',
      { ...steady, maxRestarts: 2 },
      'OneForOneSupervisor: when one of its 2 services crashes, that one restarts; restarts after 100ms, 200ms, at most 2 restarts within 1m not counting the waiting; the delay starts over after 1m without a crash; a crash loop is given up after 300ms of waiting',
    ],
    [
      'one-for-all',
      'a',
      { ...atOnce, maxRestarts: Infinity },
      'OneForAllSupervisor: when its service crashes, all of them restart; restarts at once, as often as it takes',
    ],
    [
      'rest-for-one',
      '',
      { maxRestarts: 0 },
      'RestForOneSupervisor: when a service crashes, that one and those after it restart; never restarts',
    ],
    ['forfeit-one', 'ab', {}, 'ForfeitOneForOneSupervisor: when one of its 2 services crashes, that one is given up'],
    [
      'forfeit-all',
      'ab',
      {},
      'ForfeitOneForAllSupervisor: when one of its 2 services crashes, all of them are given up',
    ],
    ['crash', 'ab', {}, 'CrashingSupervisor: when one of its 2 services crashes, the supervisor crashes'],
  ])('%s', (strategy, names, options, words) => {
    expect(new classes[strategy](options, ...stage().actors(names)).explain()).toBe(words);
  });
});
