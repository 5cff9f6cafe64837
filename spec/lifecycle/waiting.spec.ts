import { describe, expect, it, vi } from 'vitest';
import { Service } from '../../lib/index.js';
import { FakeClock, withClock } from '../../lib/testing/index.js';
import { boom, fail, gate, reject, rejection, settle, statusOf, theatre } from './support.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** A service that runs, on a clock of its own. */
async function running() {
  const stage = theatre();
  const a = stage.actor('A', { only: [] });
  await a.start();
  return { ...stage, a };
}

/** How a run ends. */
const ends: [string, (a: Service) => void][] = [
  ['stop', (a) => void a.stop()],
  ['crash', (a) => a.crash(boom)],
];

describe('sleep()', () => {
  it('sleeps in full', async () => {
    const { a, clock } = await running();
    const slept = a.sleep('1.5s');
    await clock.advance(1499);
    expect(await statusOf(slept)).toBe('pending');
    await clock.advance(1);
    expect([await slept, clock.sleepers]).toEqual([true, 0]);
  });

  it.each(ends)('wakes on a %s', async (_, end) => {
    const { a, clock } = await running();
    const slept = [a.sleep('1s'), a.sleep('1h')];
    end(a);
    expect([await Promise.all(slept), clock.sleepers, clock.now()]).toEqual([[false, false], 0, 0]);
  });

  it('does not begin where the run has ended', async () => {
    const { a, clock } = await running();
    await a.stop();
    expect([await a.sleep('1h'), clock.sleepers]).toEqual([false, 0]);
  });

  it('may be for no time at all, and still lets others have their turn', async () => {
    const { a, clock } = await running();
    const slept = a.sleep(0);
    expect(await statusOf(slept)).toBe('pending');
    await clock.advance(0);
    expect(await slept).toBe(true);
  });

  it.each([[-1], [NaN], [Infinity], ['soon'], ['10'], [undefined]])('is refused for %s', async (duration) => {
    const { a, clock } = await running();
    expect(() => a.sleep(duration as string)).toThrow(TypeError);
    expect(() => a.sleep(duration as string)).toThrow(/duration of sleep\(\) cannot be/);
    expect(clock.sleepers).toBe(0);
  });

  it('of a service that was never started ends with a crash', async () => {
    const { actor, clock } = theatre();
    const a = actor('A');
    const slept = a.sleep('1h');
    a.crash(boom);
    expect([await statusOf(slept), clock.sleepers]).toEqual(['resolved', 0]);
  });

  it('in onStart ends when the start is given up', async () => {
    const { actor, clock } = theatre();
    let slept: boolean | undefined;
    const a = actor('A', {
      async onStart(this: Service) {
        slept = await this.sleep('1h');
      },
    });
    const started = rejection(a.start());
    await a.stop();
    await started;
    expect([slept, clock.sleepers]).toEqual([false, 0]);
  });

  it('of the last run does not wake in the next', async () => {
    const { a, clock } = await running();
    const slept = a.sleep('1s');
    await a.restart();
    expect(await slept).toBe(false);
    await clock.advance('2s');
    expect(clock.sleepers).toBe(0);
  });

  it('longer than a timer of node can be is possible', async () => {
    const { a, clock } = await running();
    const slept = a.sleep('60d');
    await clock.advance('59d');
    expect(await statusOf(slept)).toBe('pending');
    await clock.advance('1d');
    expect(await slept).toBe(true);
  });
});

describe('wait()', () => {
  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.resolve(7)],
    ['a function that makes one', () => () => Promise.resolve(7)],
    ['a value', () => 7],
    ['a function that makes a value', () => () => 7],
    ['a thenable', () => ({ then: (done: (value: number) => void) => done(7) })],
  ])('gives the value of %s', async (_, awaitable) => {
    const { a, clock } = await running();
    expect(await a.wait(awaitable(), { timeout: '1s' })).toEqual({ status: 'done', value: 7 });
    expect(clock.sleepers).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.reject(boom)],
    ['a function that makes one', () => reject()],
    ['a function that throws', () => fail()],
    ['a thenable', () => ({ then: (_: unknown, give: (error: unknown) => void) => give(boom) })],
    ['a thenable that throws', () => ({ then: fail() })],
  ])('rejects as %s does', async (_, awaitable) => {
    const { a, clock } = await running();
    expect(await rejection(a.wait(awaitable(), { timeout: '1s' }))).toBe(boom);
    expect(clock.sleepers).toBe(0);
    // nothing is left to be woken
    await a.stop();
    expect(a.state).toBe('stopped');
  });

  it.each(ends)('ends with a %s', async (_, end) => {
    const { a, clock } = await running();
    const waited = a.wait(never(), { timeout: '1s' });
    end(a);
    expect([await waited, clock.sleepers]).toEqual([{ status: 'stopped' }, 0]);
  });

  it('ends with its timeout, which is no stop', async () => {
    const { a, clock } = await running();
    const waited = a.wait(never(), { timeout: '1s' });
    await clock.advance('1s');
    expect([await waited, clock.sleepers]).toEqual([{ status: 'timeout' }, 0]);
  });

  it('waits for ever without one', async () => {
    const { a, clock } = await running();
    const waited = a.wait(never());
    await clock.advance('365d');
    expect([await statusOf(waited), clock.sleepers]).toEqual(['pending', 0]);
    await a.stop();
    expect(await waited).toEqual({ status: 'stopped' });
  });

  it('is over in a run that has ended, whatever it was to wait for', async () => {
    const { a } = await running();
    await a.stop();
    expect(await a.wait(never(), { timeout: '1s' })).toEqual({ status: 'stopped' });
    // nobody else hears of it
    expect(await a.wait(Promise.reject(boom))).toEqual({ status: 'stopped' });
  });

  it('hears no more of what it no longer waits for', async () => {
    const { a, clock } = await running();
    const { promise, reject: give } = gate();
    const waited = a.wait(promise, { timeout: '1s' });
    await clock.advance('1s');
    expect(await waited).toEqual({ status: 'timeout' });
    give(boom);
    await settle();
    expect(a.state).toBe('running');
  });

  it('is refused a timeout that is none', async () => {
    const { a } = await running();
    await expect(a.wait(never(), { timeout: 'soon' })).rejects.toThrow(/timeout of a wait cannot be 'soon'/);
  });
});

describe('waitFirst()', () => {
  it('gives the value that comes first, and which one it is', async () => {
    const { a } = await running();
    const { promise, resolve } = gate();
    const waited = a.waitFirst([never(), promise.then(() => 'second'), () => never()]);
    resolve();
    expect(await waited).toEqual({ status: 'done', value: 'second', index: 1 });
  });

  it('gives the first in the list of those that are there', async () => {
    const { a } = await running();
    expect(await a.waitFirst([never(), () => 'b', 'c'])).toEqual({ status: 'done', value: 'b', index: 1 });
  });

  it('rejects as the first that settles', async () => {
    const { a } = await running();
    expect(await rejection(a.waitFirst([never(), Promise.reject(boom)]))).toBe(boom);
    expect(await rejection(a.waitFirst([never(), fail()]))).toBe(boom);
  });

  it('leaves the rejection of another one to nobody', async () => {
    const { a } = await running();
    const { promise, reject: give } = gate();
    expect(await a.waitFirst([1, promise])).toEqual({ status: 'done', value: 1, index: 0 });
    give(boom);
    await settle();
  });

  it.each(ends)('ends with a %s', async (_, end) => {
    const { a, clock } = await running();
    const waited = a.waitFirst([never(), never()], { timeout: '1s' });
    end(a);
    expect([await waited, clock.sleepers]).toEqual([{ status: 'stopped' }, 0]);
  });

  it('ends with its timeout', async () => {
    const { a, clock } = await running();
    const waited = a.waitFirst([never()], { timeout: '1s' });
    await clock.advance('1s');
    expect([await waited, clock.sleepers]).toEqual([{ status: 'timeout' }, 0]);
  });
});

describe('waitMany()', () => {
  it('gives all values, in the order of the list', async () => {
    const { a } = await running();
    const { promise, resolve } = gate();
    const waited = a.waitMany([promise.then(() => 'late'), () => 'made', 'given']);
    expect(await statusOf(waited)).toBe('pending');
    resolve();
    expect(await waited).toEqual({ status: 'done', values: ['late', 'made', 'given'] });
  });

  it('of nothing is done at once', async () => {
    const { a } = await running();
    expect(await a.waitMany([])).toEqual({ status: 'done', values: [] });
  });

  it('rejects with the first error, and leaves the rest to nobody', async () => {
    const { a } = await running();
    const { promise, reject: give } = gate();
    expect(await rejection(a.waitMany([promise, Promise.reject(boom)]))).toBe(boom);
    give(new Error('another'));
    await settle();
    const other = gate();
    expect(await rejection(a.waitMany([other.promise, fail()]))).toBe(boom);
    other.reject(new Error('another'));
    await settle();
  });

  it.each(ends)('ends with a %s', async (_, end) => {
    const { a, clock } = await running();
    const waited = a.waitMany([Promise.resolve(1), never()], { timeout: '1s' });
    end(a);
    expect([await waited, clock.sleepers]).toEqual([{ status: 'stopped' }, 0]);
  });

  it('ends with its timeout', async () => {
    const { a, clock } = await running();
    const waited = a.waitMany([1, never()], { timeout: '1s' });
    await clock.advance('1s');
    expect([await waited, clock.sleepers]).toEqual([{ status: 'timeout' }, 0]);
  });
});

describe('waitForStopped()', () => {
  it('tells whether the run ended first', async () => {
    const { a, clock } = await running();
    expect(await a.waitForStopped(Promise.resolve())).toBe(false);
    const late = a.waitForStopped(never(), { timeout: '1s' });
    await clock.advance('1s');
    expect(await late).toBe(false);
    expect(await rejection(a.waitForStopped(reject()))).toBe(boom);
    const waited = a.waitForStopped(never(), { timeout: '1s' });
    await a.stop();
    expect([await waited, clock.sleepers]).toEqual([true, 0]);
    expect(await a.waitForStopped(never())).toBe(true);
  });
});

describe('waitUntilStopped()', () => {
  it.each(ends)('waits for a %s', async (_, end) => {
    const { a, clock } = await running();
    const waited = a.waitUntilStopped();
    await clock.advance('365d');
    expect(await statusOf(waited)).toBe('pending');
    end(a);
    await waited;
    await a.waitUntilStopped();
  });
});

describe('ticks()', () => {
  /** A service whose task writes down when it was ticked, and with what. */
  function ticking(interval: number | string, body: (a: Service, tick: number) => unknown = () => undefined) {
    const clock = new FakeClock();
    const seen: [at: number, elapsed: number][] = [];
    let over = false;
    class Ticking extends Service {
      override onStart(): void {
        this.addTask(async () => {
          for await (const elapsed of this.ticks(interval)) {
            seen.push([clock.now(), elapsed]);
            await body(this, seen.length);
          }
          over = true;
        });
      }
    }
    const a = withClock(new Ticking(), clock);
    return { a, clock, seen, isOver: () => over };
  }

  it('gives the milliseconds since the last tick, one interval after another', async () => {
    const { a, clock, seen } = ticking('1s');
    await a.start();
    await clock.advance('3.5s');
    expect(seen).toEqual([
      [1000, 1000],
      [2000, 1000],
      [3000, 1000],
    ]);
  });

  it('stays on its grid however long the body takes, and skips what comes due meanwhile', async () => {
    const { a, clock, seen } = ticking(100, (self, tick) => (tick === 2 ? self.sleep(250) : self.sleep(30)));
    await a.start();
    await clock.advance(700);
    expect(seen).toEqual([
      [100, 100],
      [200, 100],
      [500, 300],
      [600, 100],
      [700, 100],
    ]);
  });

  it('comes back to its grid after the whole program stood still', async () => {
    const { a, clock, seen } = ticking(100, (_, tick) => {
      if (tick === 1) clock.block(330);
    });
    await a.start();
    await clock.advance(600);
    expect(seen).toEqual([
      [100, 100],
      [500, 400],
      [600, 100],
    ]);
  });

  it('has no tick twice and none too few, also where an interval is no whole number', async () => {
    for (const interval of [0.1, 0.3, 1 / 3, 7.7, 16.6]) {
      const { a, clock, seen } = ticking(interval);
      await a.start();
      await clock.advance(interval * 1000.5);
      expect(seen.length).toBe(1000);
      for (const [, elapsed] of seen) expect(elapsed).toBeCloseTo(interval, 6);
      await a.stop();
    }
  });

  it.each(ends)('ends with a %s', async (_, end) => {
    const { a, clock, seen, isOver } = ticking('1s');
    await a.start();
    await clock.advance('1s');
    end(a);
    await settle();
    await clock.advance('5s');
    expect([seen, isOver(), clock.sleepers]).toEqual([[[1000, 1000]], true, 0]);
  });

  it('ends with a stop that comes while the body runs', async () => {
    const { a, clock, seen, isOver } = ticking('1s', (self) => self.sleep('1h'));
    await a.start();
    await clock.advance('1s');
    await a.stop();
    expect([seen.length, isOver(), clock.sleepers]).toEqual([1, true, 0]);
  });

  it('leaves nothing behind when the loop is left', async () => {
    const { a, clock } = await running();
    const loop = (async () => {
      for await (const _ of a.ticks('1s')) break;
    })();
    await clock.advance('1s');
    await loop;
    expect(clock.sleepers).toBe(0);
  });

  it('does not begin where the run has ended', async () => {
    const { a } = await running();
    await a.stop();
    expect(await a.ticks('1s').next()).toEqual({ done: true, value: undefined });
  });

  it.each([[0], [-1], ['soon']])('is refused for %s', async (interval) => {
    const { a } = await running();
    expect(() => a.ticks(interval)).toThrow(TypeError);
  });
});

describe('a promise that outlives a loop', () => {
  class Subclass<T> extends Promise<T> {}
  const kinds: [string, () => PromiseLike<unknown>][] = [
    ['a promise', never],
    ['a promise of a class of its own', () => new Subclass(() => undefined)],
    ['what only looks like a promise', () => ({ then: () => undefined }) as never],
  ];

  it.each(kinds)('keeps nothing of its turns: it is listened to once (%s)', async (_, make) => {
    const { a, clock } = await running();
    const closed = make();
    const then = vi.spyOn(closed, 'then');
    for (let turn = 0; turn < 10; turn += 1) {
      expect(await a.waitFirst([closed, Promise.resolve(turn)])).toEqual({ status: 'done', value: turn, index: 1 });
      const waits = [
        a.wait(closed, { timeout: 1 }),
        a.waitMany([closed, turn], { timeout: 1 }),
        a.waitForStopped(closed, { timeout: 1 }),
      ];
      await clock.advance(1);
      expect(await Promise.all(waits)).toEqual([{ status: 'timeout' }, { status: 'timeout' }, false]);
    }
    await a.stop();
    expect(await a.wait(closed)).toEqual({ status: 'stopped' });
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('answers all that wait for it in the end, in the order in which they came', async () => {
    const { a } = await running();
    const { promise, resolve: open } = gate();
    const order: string[] = [];
    const note = (who: string) => () => void order.push(who);
    void a.wait(promise).then(note('first'));
    await a.waitFirst([promise, 1]);
    void a.waitMany([promise, promise]).then(note('second'));
    void a.waitFirst([never(), promise]).then(note('third'));
    open();
    await settle();
    expect(order).toEqual(['first', 'second', 'third']);
    expect(await a.wait(promise)).toMatchObject({ status: 'done' });
  });

  it('fails all of them, and nobody where none waits any more', async () => {
    const { a } = await running();
    const { promise, resolve: open } = gate();
    const failing = promise.then(fail());
    const waits = [a.wait(failing), a.waitFirst([failing]), a.waitMany([1, failing])];
    const forgotten = promise.then(fail());
    await a.waitFirst([forgotten, 1]);
    open();
    for (const wait of waits) expect(await rejection(wait)).toBe(boom);
    await settle();
  });
});
