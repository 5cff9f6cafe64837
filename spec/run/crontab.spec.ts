import { describe, expect, it } from 'vitest';
import { CrontabSchedule, type CrontabOptions } from '../../lib/run/crontab.js';
import type { Coordinator } from '../../lib/run/host.js';
import { fakeRun } from './support.js';

type Call = () => unknown;

interface Given extends Partial<CrontabOptions> {
  start?: string;
  coordinator?: Coordinator;
  call?: (run: ReturnType<typeof fakeRun>) => Call;
}

function crontabOf({ start = '2026-01-01T00:00:00Z', coordinator, call: makeCall, ...options }: Given = {}) {
  const run = fakeRun({ start, ...(coordinator && { coordinator }) });
  const begun: string[] = [];
  const call = makeCall?.(run);
  const crontab = new CrontabSchedule(
    run.host,
    { name: 'report', expression: '0 * * * *', timezone: 'UTC', missed: 'skip', onError: 'crash', ...options },
    () => {
      begun.push(timeOf(run.clock.date()));
      return call?.();
    },
  );
  return { ...run, crontab, begun };
}

function timeOf(date: number): string {
  return new Date(date).toISOString().replace(/^2026-01-01T|\.000Z$/g, '');
}

const waits = (ms: number) => (run: ReturnType<typeof fakeRun>) => () =>
  new Promise<void>((resolve) => void run.clock.setTimer(ms, resolve));

describe('a crontab', () => {
  it('runs at the instants of its expression', async () => {
    const { crontab, clock, begun, history } = crontabOf({ start: '2026-01-01T00:59:00Z' });
    crontab.start();
    await clock.advance('3h');
    expect(begun).toEqual(['01:00:00', '02:00:00', '03:00:00']);
    expect(history.list.slice(0, 2)).toEqual(['Cache.report: begin', 'Cache.report: end']);
    expect(history.events[0]).toMatchObject({ type: 'timer', service: 'Cache', name: 'report', run: 1 });
  });

  it('runs in its time zone', async () => {
    const { crontab, clock, begun } = crontabOf({ expression: '30 18 * * *', timezone: 'US/Pacific' });
    crontab.start();
    await clock.advance('24h');
    expect(begun).toEqual(['02:30:00']);
  });

  it('refuses a bad expression when it is made', () => {
    expect(() => crontabOf({ expression: '61 * * * *' })).toThrow(TypeError);
  });

  it('runs at a moment that exists on the day the clocks go forward, and once on the day they go back', async () => {
    const spring = crontabOf({ start: '2025-03-08T12:00:00Z', expression: '30 2 * * *', timezone: 'US/Pacific' });
    spring.crontab.start();
    await spring.clock.advance('2d');
    expect(spring.begun).toEqual(['2025-03-09T10:00:00', '2025-03-10T09:30:00']);
    const autumn = crontabOf({ start: '2025-11-01T12:00:00Z', expression: '30 1 * * *', timezone: 'US/Pacific' });
    autumn.crontab.start();
    await autumn.clock.advance('2d');
    expect(autumn.begun).toEqual(['2025-11-02T08:30:00', '2025-11-03T09:30:00']);
  });

  it('says what was and what comes', async () => {
    const { crontab, clock } = crontabOf({ call: waits(20) });
    expect(crontab.status()).toEqual({
      service: 'Cache',
      name: 'report',
      kind: 'crontab',
      runs: 0,
      skipped: 0,
      failures: 0,
    });
    crontab.start();
    await clock.advance('1.5h');
    expect(crontab.status()).toEqual({
      service: 'Cache',
      name: 'report',
      kind: 'crontab',
      nextAt: new Date('2026-01-01T02:00:00Z'),
      lastAt: new Date('2026-01-01T01:00:00Z'),
      lastMs: 20,
      runs: 1,
      skipped: 0,
      failures: 0,
    });
  });

  it('waits in pieces, and asks for nothing while it stands still', async () => {
    const { crontab, clock } = crontabOf();
    crontab.start();
    crontab.start();
    await clock.advance('10m');
    expect(clock.sleepers).toBe(1);
    expect((clock.pending()[0] ?? Infinity) - clock.now()).toBeLessThanOrEqual(60_000);
    crontab.stop();
    expect([clock.sleepers, crontab.status().nextAt]).toEqual([0, undefined]);
  });

  it('ends with the run of the service', async () => {
    const { crontab, clock, begun, end } = crontabOf();
    crontab.start();
    end();
    await clock.advance('2h');
    crontab.start();
    expect([begun, clock.sleepers]).toEqual([[], 0]);
  });
});

describe('the wall clock', () => {
  it('never makes a run early when it is set back by a little', async () => {
    const { crontab, clock, begun } = crontabOf({ start: '2026-01-01T00:59:00Z' });
    crontab.start();
    clock.jump(-30_000);
    await clock.advance('80s');
    expect(begun).toEqual([]);
    await clock.advance('10s');
    expect(begun).toEqual(['01:00:00']);
  });

  it('repeats no run when it is set back over it', async () => {
    const { crontab, clock, begun } = crontabOf({ start: '2026-01-01T00:59:00Z' });
    crontab.start();
    await clock.advance('2m');
    clock.jump(-3_600_000);
    await clock.advance('2h');
    expect(begun).toEqual(['01:00:00', '02:00:00']);
  });

  it('that was far ahead is not waited for', async () => {
    const { crontab, clock, begun } = crontabOf({ start: '2030-06-01T00:00:00Z' });
    crontab.start();
    clock.jump(Date.parse('2026-01-01T00:00:00Z') - clock.date());
    await clock.advance('2h');
    expect(begun).toEqual(['01:00:00', '02:00:00']);
  });

  // it shows 12:01:30 when it is set back
  it.each([
    ['* * * * *', '-1h', '3m', ['12:01:00', '11:02:00', '11:03:00', '11:04:00']],
    ['*/20 * * * * *', '-175m', '1m', ['12:00:40', '12:01:00', '12:01:20', '09:06:40', '09:07:00', '09:07:20']],
    ['*/5 * * * *', '-30m', '12m', ['11:35:00', '11:40:00']],
    ['0,20,40 9-12 * * *', '-1h', '40m', ['11:20:00', '11:40:00']],
    // a pause of less than two intervals is none, and repeats nothing
    ['* * * * *', '-90s', '3m', ['12:01:00', '12:02:00', '12:03:00']],
    // runs that are an hour apart are waited for
    ['1 * * * *', '-2h', '2h', ['12:01:00']],
  ])('that is set back does not silence what runs more than once an hour: %s, by %s', async (...given) => {
    const [expression, by, then, expected] = given;
    const { crontab, clock, begun } = crontabOf({ start: '2026-01-01T12:00:30Z', expression });
    crontab.start();
    await clock.advance('1m');
    clock.jump(by);
    await clock.advance(then);
    expect(begun).toEqual(expected);
    expect(new Set(begun).size).toBe(begun.length);
  });

  it('that was ahead by mistake for a while takes no run away', async () => {
    const { crontab, clock, begun } = crontabOf({ start: '2026-01-01T10:00:00Z', expression: '0 12 * * *' });
    crontab.start();
    clock.jump('2.5h');
    await clock.advance('1m');
    expect(crontab.status()).toMatchObject({ runs: 0, skipped: 1 });
    clock.jump('-2.5h');
    await clock.advance('3h');
    expect(begun).toEqual(['12:00:00']);
  });

  it('is noticed when it jumps over an instant by a little, and the run is made', async () => {
    const { crontab, clock, begun } = crontabOf({ start: '2026-01-01T00:58:00Z' });
    crontab.start();
    await clock.advance('10s');
    clock.jump('115s');
    await clock.advance('1m');
    expect(begun).toEqual(['01:00:25']);
  });
});

describe('instants that were missed', () => {
  it('are skipped and counted', async () => {
    const { crontab, clock, begun, history } = crontabOf();
    crontab.start();
    clock.jump('5.5h');
    await clock.advance('1h');
    expect(begun).toEqual(['06:00:00']);
    expect(history.list[0]).toBe('Cache.report: skip ×5');
    expect(history.events[0]).toMatchObject({ count: 5, reason: 'late' });
    expect(crontab.status()).toMatchObject({ runs: 1, skipped: 5 });
  });

  it('are made up for by one run with `once`', async () => {
    const { crontab, clock, begun, history } = crontabOf({ missed: 'once' });
    crontab.start();
    clock.jump('5.5h');
    await clock.advance('1h');
    expect(begun).toEqual(['05:30:30', '06:00:00']);
    expect(history.list.slice(0, 2)).toEqual(['Cache.report: skip ×4', 'Cache.report: begin']);
  });

  it('are not those that are noticed within a minute', async () => {
    const { crontab, clock, begun } = crontabOf({ expression: '*/10 * * * * *' });
    crontab.start();
    clock.block(35_000);
    await clock.advance('10s');
    expect(begun).toEqual(['00:00:35', '00:00:40']);
    expect(crontab.status()).toMatchObject({ runs: 2, skipped: 2 });
  });

  it('by the million take no time: only the first are counted', async () => {
    const asked: string[] = [];
    const { crontab, clock, begun } = crontabOf({
      expression: '* * * * * *',
      missed: 'once',
      coordinator: { claim: ({ at }) => asked.push(at.toISOString()) > 0 },
    });
    crontab.start();
    clock.jump('365d');
    await clock.advance('1s');
    expect(begun).toHaveLength(1);
    expect(asked).toEqual(['2027-01-01T00:00:01.000Z']);
    expect(crontab.status()).toMatchObject({ runs: 1, skipped: 999, nextAt: new Date('2027-01-01T00:00:02Z') });
  });
});

describe('instants that come while the last run is going', () => {
  it('are skipped and counted', async () => {
    const { crontab, clock, begun, history } = crontabOf({ call: waits(9_000_000) });
    crontab.start();
    await clock.advance('5h');
    expect(begun).toEqual(['01:00:00', '04:00:00']);
    expect(history.list).toEqual([
      'Cache.report: begin',
      'Cache.report: skip',
      'Cache.report: skip',
      'Cache.report: end',
      'Cache.report: begin',
      'Cache.report: skip',
    ]);
  });

  it('are skipped too when that run blocks the program', async () => {
    const { crontab, clock, begun, history } = crontabOf({
      expression: '* * * * * *',
      call: (run) => () => run.clock.block(2500),
    });
    crontab.start();
    await clock.advance('5s');
    expect(begun).toEqual(['00:00:01', '00:00:04']);
    expect(history.list.slice(0, 3)).toEqual(['Cache.report: begin', 'Cache.report: end', 'Cache.report: skip ×2']);
  });

  it('are not made up for', async () => {
    const { crontab, clock, begun } = crontabOf({ missed: 'once', call: waits(5_400_000) });
    crontab.start();
    await clock.advance('3h');
    expect(begun).toEqual(['01:00:00', '03:00:00']);
  });
});

describe('the coordinator', () => {
  it('is asked before each run, with a key that is the same in every replica', async () => {
    const asked: unknown[] = [];
    const coordinator: Coordinator = { claim: (key) => asked.push(key) > 0 };
    const { crontab, clock } = crontabOf({ coordinator });
    crontab.start();
    await clock.advance('2h');
    expect(asked).toEqual([
      { name: 'Cache.report', at: new Date('2026-01-01T01:00:00Z') },
      { name: 'Cache.report', at: new Date('2026-01-01T02:00:00Z') },
    ]);
  });

  it.each([
    ['at once', () => false],
    ['later', () => Promise.resolve(false)],
  ])('can refuse a run %s, which is then skipped', async (_, claim) => {
    const { crontab, clock, begun, history } = crontabOf({ coordinator: { claim } });
    crontab.start();
    await clock.advance('1h');
    expect(begun).toEqual([]);
    expect(history.list).toEqual(['Cache.report: skip']);
    expect(history.events[0]).toMatchObject({ reason: 'refused' });
    expect(crontab.status()).toMatchObject({ runs: 0, skipped: 1, failures: 0 });
  });

  it('lets one of two replicas do the work', async () => {
    const claimed = new Set<string>();
    const claim: Coordinator['claim'] = async ({ name, at }) => {
      const key = `${name} ${String(at.getTime())}`;
      return !claimed.has(key) && claimed.add(key).has(key);
    };
    const replicas = [crontabOf({ coordinator: { claim } }), crontabOf({ coordinator: { claim } })];
    for (const { crontab, clock } of replicas) {
      crontab.start();
      await clock.advance('2h');
    }
    expect(replicas.flatMap(({ begun }) => begun)).toEqual(['01:00:00', '02:00:00']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no redis');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no redis'))],
  ])('that %s makes no run and crashes nothing, but is heard of', async (_, claim) => {
    const { crontab, clock, begun, crashes, history } = crontabOf({ coordinator: { claim } });
    crontab.start();
    await clock.advance('1h');
    expect([begun, crashes]).toEqual([[], []]);
    expect(history.list).toEqual([
      'Cache.report: skip (no redis)',
      'warning: The coordinator could not say whether Cache.report may run, so it did not (no redis)',
    ]);
    expect(crontab.status()).toMatchObject({ runs: 0, skipped: 1, failures: 0 });
  });

  it('is waited for: a stop sees the claim as a run that is under way, and the run is not made', async () => {
    const { crontab, clock, begun, history } = crontabOf({
      coordinator: { claim: () => new Promise((resolve) => void clock.setTimer(1000, () => resolve(true))) },
    });
    crontab.start();
    await clock.advance('1h');
    crontab.stop();
    const { idle } = crontab;
    expect(idle).toBeInstanceOf(Promise);
    await clock.advance('1s');
    await idle;
    expect([begun, history.list, crontab.idle]).toEqual([[], ['Cache.report: skip'], undefined]);
  });

  it.each([
    ['* * * * *', ['12:02:00', '12:03:00'], 1],
    // those that come while it is waited for are skipped, as during a run
    ['*/10 * * * * *', ['12:00:40', '12:00:50', '12:01:00', '12:01:10'], 3],
  ])(
    'that does not answer is given up after half a minute, and the next instant of %s is claimed anew',
    async (...given) => {
      const [expression, expected, skipped] = given;
      let claims = 0;
      const { crontab, clock, begun, history } = crontabOf({
        start: '2026-01-01T12:00:00Z',
        expression,
        coordinator: { claim: () => (claims++ === 0 ? new Promise<boolean>(() => undefined) : true) },
      });
      crontab.start();
      await clock.advance(expected[0] === '12:02:00' ? '3m' : '70s');
      expect(begun).toEqual(expected);
      expect(crontab.status()).toMatchObject({ runs: expected.length, skipped });
      expect(history.list).toContain(
        'warning: The coordinator did not say within 30s whether Cache.report may run, so it did not',
      );
      expect(claims).toBe(1 + expected.length);
      crontab.stop();
      expect([crontab.idle, clock.sleepers]).toEqual([undefined, 0]);
    },
  );

  it('that does not answer holds up no stop for long', async () => {
    const { crontab, clock, history } = crontabOf({ coordinator: { claim: () => new Promise(() => undefined) } });
    crontab.start();
    await clock.advance('1h');
    crontab.stop();
    const idle = crontab.idle?.then(() => clock.now());
    await clock.advance('10s');
    expect(await idle).toBe(3_602_000);
    expect(history.list).toEqual([
      'Cache.report: skip',
      'warning: The coordinator did not say within 2s whether Cache.report may run, so it did not',
    ]);
    expect(history.events[0]).toMatchObject({ reason: 'stopped' });
    expect(clock.sleepers).toBe(0);
  });

  it.each([
    [true, ['warning: The coordinator said too late that Cache.report may run, so it did not run anywhere']],
    [false, []],
    [new Error('no redis'), []],
  ])('that answers %s too late runs nothing any more', async (answer, expected) => {
    const { crontab, clock, begun, history } = crontabOf({
      coordinator: {
        claim: () =>
          new Promise((resolve, reject) => {
            clock.setTimer(60_000, () => (typeof answer === 'boolean' ? resolve(answer) : reject(answer)));
          }),
      },
    });
    crontab.start();
    await clock.advance('61m');
    expect(begun).toEqual([]);
    expect(history.list.slice(2)).toEqual(expected);
  });

  it('that is slow makes the next instants skip', async () => {
    const { crontab, clock, begun, history } = crontabOf({
      expression: '* * * * * *',
      coordinator: { claim: () => new Promise((resolve) => void clock.setTimer(2500, () => resolve(true))) },
    });
    crontab.start();
    const { list } = history;
    await clock.advance('3.5s');
    expect(list).toEqual(['Cache.report: skip', 'Cache.report: skip', 'Cache.report: begin', 'Cache.report: end']);
    expect(begun).toEqual(['2026-01-01T00:00:03.500Z'.slice(11)]);
  });

  it('is waited for together with the run it grants', async () => {
    const { crontab, clock, history } = crontabOf({
      coordinator: { claim: () => new Promise((resolve) => void clock.setTimer(1000, () => resolve(true))) },
      call: waits(1000),
    });
    crontab.start();
    await clock.advance('1h');
    let over = false;
    void crontab.idle?.then(() => (over = true));
    await clock.advance(1999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    expect(history.list).toEqual(['Cache.report: begin', 'Cache.report: end']);
  });
});

describe('an error of a crontab', () => {
  const boom = () => () => Promise.reject(new Error('boom'));

  it('crashes the service', async () => {
    const { crontab, clock, crashes } = crontabOf({ call: boom });
    crontab.start();
    await clock.advance('3h');
    expect(crashes).toEqual([new Error('boom')]);
    expect(clock.sleepers).toBe(0);
  });

  it('leaves it to the next instant with `log`', async () => {
    const { crontab, clock } = crontabOf({ call: boom, onError: 'log' });
    crontab.start();
    await clock.advance('3h');
    expect(crontab.status()).toMatchObject({ runs: 3, failures: 3, skipped: 0 });
  });
});
