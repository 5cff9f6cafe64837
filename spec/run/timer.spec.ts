import { describe, expect, it } from 'vitest';
import { TimerSchedule, type TimerOptions } from '../../lib/run/timer.js';
import { fakeRun } from './support.js';

type Call = (signal: AbortSignal) => unknown;

function timerOf(
  options: Partial<TimerOptions> = {},
  makeCall?: (run: ReturnType<typeof fakeRun>) => Call,
  random?: () => number,
) {
  const run = fakeRun();
  const begun: number[] = [];
  const call = makeCall?.(run);
  const timer = new TimerSchedule(
    run.host,
    { name: 'refresh', interval: 100, immediate: false, jitter: 0, onError: 'crash', ...options },
    (signal) => {
      begun.push(run.clock.now());
      return call?.(signal);
    },
    random,
  );
  return { ...run, timer, begun };
}

/** A call that waits for some time. */
const waits = (ms: number) => (run: ReturnType<typeof fakeRun>) => () =>
  new Promise<void>((resolve) => void run.clock.setTimer(ms, resolve));
/** A call that keeps the program busy for some time. */
const blocks = (ms: number) => (run: ReturnType<typeof fakeRun>) => () => run.clock.block(ms);

describe('a timer', () => {
  it('runs every interval', async () => {
    const { timer, clock, begun, history } = timerOf();
    timer.start();
    await clock.advance(350);
    expect(begun).toEqual([100, 200, 300]);
    expect(history.list.slice(0, 2)).toEqual(['Cache.refresh: begin', 'Cache.refresh: end']);
    expect(history.events[0]).toMatchObject({ type: 'timer', service: 'Cache', name: 'refresh', run: 1 });
  });

  it('can run at the start as well, before `start()` returns, on the same grid', async () => {
    const { timer, clock, begun } = timerOf({ immediate: true });
    timer.start();
    expect(begun).toEqual([0]);
    await clock.advance(250);
    expect(begun).toEqual([0, 100, 200]);
  });

  it('counts from its start, wherever the clock is', async () => {
    const { timer, clock, begun } = timerOf();
    await clock.advance(42);
    timer.start();
    await clock.advance(200);
    expect(begun).toEqual([142, 242]);
  });

  it.each([
    ['waits', waits(20)],
    ['keeps busy', blocks(20)],
  ])('does not drift when its call %s', async (_, call) => {
    const { timer, clock, begun } = timerOf({}, call);
    timer.start();
    await clock.advance(6000);
    expect(begun).toEqual(Array.from({ length: 60 }, (_item, index) => (index + 1) * 100));
  });

  it('does not care when the wall clock is set', async () => {
    const { timer, clock, begun } = timerOf();
    timer.start();
    clock.jump('1h');
    await clock.advance(100);
    clock.jump(-7_200_000);
    await clock.advance(100);
    expect(begun).toEqual([100, 200]);
  });

  it('is not started twice', async () => {
    const { timer, clock, begun } = timerOf();
    timer.start();
    timer.start();
    await clock.advance(100);
    expect([begun, clock.sleepers]).toEqual([[100], 1]);
  });
});

describe('a tick that comes due while the last run is going', () => {
  it('is skipped, counted and reported, each at its time', async () => {
    const { timer, clock, begun, history } = timerOf({}, waits(250));
    timer.start();
    await clock.advance(300);
    expect(history.list).toEqual(['Cache.refresh: begin', 'Cache.refresh: skip', 'Cache.refresh: skip']);
    await clock.advance(100);
    expect(begun).toEqual([100, 400]);
    expect(timer.status()).toMatchObject({ runs: 2, skipped: 2 });
  });

  it('is skipped too when that run blocks the program: once for all of them, and back on the grid', async () => {
    const { timer, clock, begun, history } = timerOf(
      {},
      (run) => () => run.clock.now() === 100 && run.clock.block(350),
    );
    timer.start();
    await clock.advance(600);
    expect(begun).toEqual([100, 500, 600]);
    expect(history.list.slice(0, 3)).toEqual(['Cache.refresh: begin', 'Cache.refresh: end', 'Cache.refresh: skip ×3']);
    expect(timer.status()).toMatchObject({ runs: 3, skipped: 3 });
  });

  it('is kept when the run ends just then', async () => {
    const { timer, clock, begun } = timerOf({}, blocks(100));
    timer.start();
    await clock.advance(300);
    expect(begun).toEqual([100, 200, 300]);
  });

  it('is kept when the run ends just then, also after others that are skipped', async () => {
    const { timer, clock, begun } = timerOf({}, blocks(200));
    timer.start();
    await clock.advance(500);
    expect(begun).toEqual([100, 300, 500]);
    expect(timer.status()).toMatchObject({ runs: 3, skipped: 3 });
  });

  it('is skipped when the run ends just after', async () => {
    const { timer, clock, begun } = timerOf({}, blocks(200.5));
    timer.start();
    await clock.advance(800);
    expect(begun).toEqual([100, 400, 700]);
  });
});

describe('after a stall', () => {
  it('one late run is made, the other ticks are skipped, and the grid holds', async () => {
    const { timer, clock, begun, history } = timerOf();
    timer.start();
    clock.block(450);
    await clock.advance(250);
    expect(begun).toEqual([450, 500, 600, 700]);
    expect(history.list[0]).toBe('Cache.refresh: skip ×3');
    expect(timer.status()).toMatchObject({ runs: 4, skipped: 3 });
  });

  it('of two ticks, one is made up for and one skipped', async () => {
    const { timer, clock, begun, history } = timerOf();
    timer.start();
    clock.block(250);
    await clock.advance(50);
    expect(begun).toEqual([250, 300]);
    expect(history.list[0]).toBe('Cache.refresh: skip');
    expect(timer.status()).toMatchObject({ runs: 2, skipped: 1 });
  });

  it('of a million intervals one event is enough', async () => {
    const { timer, clock, history } = timerOf();
    timer.start();
    clock.block(100_000_000);
    await clock.advance(50);
    expect(history.list).toEqual(['Cache.refresh: skip ×999999', 'Cache.refresh: begin', 'Cache.refresh: end']);
    expect(history.events[0]).toMatchObject({ what: 'skip', count: 999_999, reason: 'late' });
  });

  // Numbers for which (time - start) / interval is rounded to the wrong side of a whole number.
  it.each([
    { start: 107, interval: 2.3, stall: 3753.5999999999995, ticks: 1631 },
    { start: 886.9, interval: 5.1, stall: 433.4999999999999, ticks: 85 },
  ])(
    'no tick is lost or made up by a rounding: $start + $ticks × $interval',
    async ({ start, interval, stall, ticks }) => {
      const { timer, clock } = timerOf({ interval });
      await clock.advance(start);
      timer.start();
      clock.block(stall);
      await clock.advance(0);
      expect(timer.status()).toMatchObject({ runs: 1, skipped: ticks - 1 });
      expect((clock.pending()[0] ?? 0) > clock.now()).toBe(true);
    },
  );

  it('within a run, all is skipped', async () => {
    const { timer, clock, history } = timerOf({}, waits(100_000));
    timer.start();
    await clock.advance(100);
    clock.block(99_950);
    await clock.advance(0);
    expect(history.list).toEqual(['Cache.refresh: begin', 'Cache.refresh: skip ×999']);
  });
});

describe('jitter', () => {
  it('makes each tick later by a random part of it, and leaves the grid alone', async () => {
    const numbers = [0.5, 0, 0.99, 0.1];
    const { timer, clock, begun } = timerOf({ jitter: 50 }, undefined, () => numbers.shift() ?? 0);
    timer.start();
    await clock.advance(360);
    expect(begun).toEqual([125, 200, 349.5]);
    expect(timer.status().skipped).toBe(0);
  });

  it('spares the run at the start', () => {
    const { timer, begun } = timerOf({ jitter: 50, immediate: true }, undefined, () => 0.5);
    timer.start();
    expect(begun).toEqual([0]);
  });

  it('that is longer than the interval is cut to it, so that no tick is lost', async () => {
    const { timer, clock, begun } = timerOf({ jitter: 400 }, undefined, () => 0.5);
    timer.start();
    await clock.advance(1000);
    expect(begun).toEqual([150, 250, 350, 450, 550, 650, 750, 850, 950]);
    expect(timer.status()).toMatchObject({ runs: 9, skipped: 0 });
  });
});

describe('an error of a timer', () => {
  const boom = () => () => Promise.reject(new Error('boom'));

  it('crashes the service, and nothing runs any more', async () => {
    const { timer, clock, crashes, history } = timerOf({}, boom);
    timer.start();
    await clock.advance(500);
    expect(crashes).toEqual([new Error('boom')]);
    expect(history.list).toEqual(['Cache.refresh: begin', 'Cache.refresh: error (boom)']);
    expect(clock.sleepers).toBe(0);
  });

  it.each([['log' as const], ['retry' as const]])('leaves it to the next tick with `%s`', async (onError) => {
    const { timer, clock, crashes } = timerOf({ onError }, boom);
    timer.start();
    await clock.advance(300);
    expect(crashes).toEqual([]);
    expect(timer.status()).toMatchObject({ runs: 3, failures: 3, skipped: 0 });
  });

  it('goes to a function', async () => {
    const seen: unknown[] = [];
    const { timer, clock } = timerOf({ onError: (error) => seen.push(error) }, boom);
    timer.start();
    await clock.advance(200);
    expect(seen).toEqual([new Error('boom'), new Error('boom')]);
  });
});

describe('stop', () => {
  it('lets the run that is under way finish, and begins no other', async () => {
    const { timer, clock, begun, history } = timerOf({}, waits(250));
    timer.start();
    await clock.advance(150);
    timer.stop();
    const { idle } = timer;
    expect(idle).toBeInstanceOf(Promise);
    await clock.advance(1000);
    await idle;
    expect(timer.idle).toBeUndefined();
    expect([begun, clock.sleepers]).toEqual([[100], 0]);
    expect(history.list).toEqual(['Cache.refresh: begin', 'Cache.refresh: end']);
  });

  it('waits for the run that is under way, not for the one before it', async () => {
    const { timer, clock } = timerOf({}, waits(50));
    timer.start();
    await clock.advance(100);
    await Promise.all([timer.idle, clock.advance(100)]);
    let over = false;
    void timer.idle?.then(() => (over = true));
    await clock.advance(49);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
  });

  it('can come from within the run', async () => {
    const { timer, clock, begun } = timerOf({}, () => () => timer.stop());
    timer.start();
    await clock.advance(500);
    expect([begun, clock.sleepers]).toEqual([[100], 0]);
  });

  it('can be waited for from within the synchronous part of a run', async () => {
    let idle: Promise<void> | undefined;
    const { timer, clock } = timerOf({}, (run) => () => {
      ({ idle } = timer);
      return waits(50)(run)();
    });
    timer.start();
    await clock.advance(100);
    expect(idle).toBe(timer.idle);
  });

  it('can be followed by another start, on a new grid, which does not overlap what still runs', async () => {
    const { timer, clock, begun } = timerOf({ immediate: true }, waits(80));
    timer.start();
    await clock.advance(30);
    timer.stop();
    timer.start();
    await clock.advance(200);
    expect(begun).toEqual([0, 130, 230]);
    expect(timer.status().skipped).toBe(1);
  });

  it('has come when the run of the service has ended', async () => {
    const { timer, clock, begun, end } = timerOf();
    timer.start();
    end();
    await clock.advance(500);
    timer.start();
    expect([begun, clock.sleepers]).toEqual([[], 0]);
  });
});

describe('status', () => {
  it('says what was and what comes', async () => {
    const { timer, clock } = timerOf({ interval: 1000 }, waits(20));
    expect(timer.status()).toEqual({
      service: 'Cache',
      name: 'refresh',
      kind: 'timer',
      runs: 0,
      skipped: 0,
      failures: 0,
    });
    timer.start();
    await clock.advance('1.5s');
    expect(timer.status()).toEqual({
      service: 'Cache',
      name: 'refresh',
      kind: 'timer',
      nextAt: new Date('2026-01-01T00:00:02Z'),
      lastAt: new Date('2026-01-01T00:00:01Z'),
      lastMs: 20,
      runs: 1,
      skipped: 0,
      failures: 0,
    });
    timer.stop();
    expect(timer.status().nextAt).toBeUndefined();
  });
});
