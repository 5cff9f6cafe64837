import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decide,
  describePolicy,
  noRestarts,
  restartBegan,
  restartEnded,
  restartPolicy,
  type RestartPolicy,
  type RestartPolicyOptions,
} from '../../lib/supervise/budget.js';

/** In the middle of the jitter, where the delay is what the schedule says. */
const MIDDLE = 0.5;

/** What becomes of crashes, each of which comes so long after the service came back from the one before. */
function crashesAfter(policy: RestartPolicy, uptimes: readonly number[], random = MIDDLE) {
  let history = noRestarts;
  let now = 1000;
  return uptimes.map((uptime) => {
    now += uptime;
    const verdict = decide(policy, history, now, random);
    history = verdict.history;
    if (!verdict.restart) return 'too much';
    now += verdict.delayMs;
    return verdict.delayMs;
  });
}

describe('restartPolicy', () => {
  it('has humane defaults', () => {
    expect(restartPolicy()).toEqual({
      maxRestarts: 5,
      overMs: 60_000,
      backoff: { initialMs: 100, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 },
    });
  });

  it('takes durations in any form', () => {
    expect(
      restartPolicy({ maxRestarts: 0, over: 500, backoff: { initial: '1.5s', max: '1h', resetAfter: 0 } }),
    ).toEqual({
      maxRestarts: 0,
      overMs: 500,
      backoff: { initialMs: 1500, factor: 2, maxMs: 3_600_000, jitter: 0.2, resetAfterMs: 0 },
    });
    expect(restartPolicy({ maxRestarts: Infinity, backoff: false })).toEqual({
      maxRestarts: Infinity,
      overMs: 60_000,
      backoff: false,
    });
  });

  it('moves a default out of the way of what is given', () => {
    expect(restartPolicy({ backoff: { max: '50ms' } }).backoff).toMatchObject({ initialMs: 50, maxMs: 50 });
    expect(restartPolicy({ backoff: { initial: '5m' } }).backoff).toMatchObject({ initialMs: 300_000, maxMs: 300_000 });
  });

  it.each<[given: unknown, kind: typeof Error, message: string]>([
    [{ maxRestarts: '3' }, TypeError, "restart of Redis: maxRestarts must be a number, not '3'"],
    [{ maxRestarts: NaN }, TypeError, 'restart of Redis: maxRestarts must be a number, not NaN'],
    [
      { maxRestarts: -1 },
      RangeError,
      'restart of Redis: maxRestarts must be a whole number from 0, or Infinity, not -1',
    ],
    [
      { maxRestarts: 1.5 },
      RangeError,
      'restart of Redis: maxRestarts must be a whole number from 0, or Infinity, not 1.5',
    ],
    [{ over: 'soon' }, TypeError, "restart of Redis: over cannot be 'soon'"],
    [{ over: '0s' }, RangeError, "restart of Redis: over must be more than 0, not '0s'"],
    [{ backoff: true }, TypeError, 'restart of Redis: backoff must be false or an object, not true'],
    [{ backoff: null }, TypeError, 'restart of Redis: backoff must be false or an object, not null'],
    [{ backoff: { initial: -5 } }, TypeError, 'restart of Redis: backoff.initial cannot be -5'],
    [
      { backoff: { initial: '2s', max: '1s' } },
      RangeError,
      "restart of Redis: backoff.max must be at least backoff.initial ('2s'), not '1s'",
    ],
    [
      { backoff: { factor: 0.5 } },
      RangeError,
      'restart of Redis: backoff.factor must be at least 1 and finite, not 0.5',
    ],
    [
      { backoff: { factor: Infinity } },
      RangeError,
      'restart of Redis: backoff.factor must be at least 1 and finite, not Infinity',
    ],
    [{ backoff: { jitter: 1.1 } }, RangeError, 'restart of Redis: backoff.jitter must be between 0 and 1, not 1.1'],
    [{ backoff: { jitter: '20%' } }, TypeError, "restart of Redis: backoff.jitter must be a number, not '20%'"],
    [{ backoff: { resetAfter: null } }, TypeError, 'restart of Redis: backoff.resetAfter cannot be null'],
    ['always', TypeError, "restart of Redis must be an object, not 'always'"],
    [null, TypeError, 'restart of Redis must be an object, not null'],
  ])('refuses %j with the bad value', (given, kind, message) => {
    const make = (): unknown => restartPolicy(given as RestartPolicyOptions, 'restart of Redis');
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe('decide', () => {
  it.each<[name: string, RestartPolicyOptions, uptimes: number[], outcome: (number | 'too much')[]]>([
    [
      'two restarts are allowed, the third crash is too much',
      { maxRestarts: 2, backoff: false },
      [0, 0, 0],
      [0, 0, 'too much'],
    ],
    ['none at all', { maxRestarts: 0 }, [0], ['too much']],
    ['as many as it takes', { maxRestarts: Infinity, backoff: false }, [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]],
    [
      'a restart is forgotten after `over` of uptime',
      { maxRestarts: 1, over: 100, backoff: false },
      [0, 100, 100],
      [0, 0, 0],
    ],
    ['and not before', { maxRestarts: 1, over: 100, backoff: false }, [0, 99], [0, 'too much']],
    [
      'each restart by itself',
      { maxRestarts: 2, over: 100, backoff: false },
      [0, 60, 60, 60, 30],
      [0, 0, 0, 0, 'too much'],
    ],
    [
      'how long it was up before the first crash is nothing to the window',
      { maxRestarts: 1 },
      [10 ** 9, 0],
      [100, 'too much'],
    ],
    ['the delay doubles', {}, [0, 0, 0, 0, 0, 0], [100, 200, 400, 800, 1600, 'too much']],
    ['up to its maximum', { backoff: { initial: 10, factor: 3, max: 50 } }, [0, 0, 0, 0], [10, 30, 50, 50]],
    ['by no factor', { backoff: { factor: 1 } }, [0, 0, 0], [100, 100, 100]],
    ['or not at all', { backoff: { initial: 0 } }, [0, 0, 0], [0, 0, 0]],
    [
      'it starts over after a healthy period',
      { backoff: { resetAfter: 500 } },
      [0, 0, 499, 500, 0],
      [100, 200, 400, 100, 200],
    ],
    [
      'a healthy period is one without a crash, not a sum',
      { backoff: { resetAfter: 500 } },
      [0, 300, 300],
      [100, 200, 400],
    ],
    // Two delays of 30 s are a minute of wall time, but not a moment of uptime.
    [
      'waiting makes no restart forgotten',
      { backoff: { initial: '30s' } },
      [0, 0, 0, 0, 0, 0],
      [30_000, 30_000, 30_000, 30_000, 30_000, 'too much'],
    ],
    [
      'what it is up between the waits does',
      { maxRestarts: 2, backoff: { initial: '30s', jitter: 0 } },
      [0, 30_000, 30_000, 30_000],
      [30_000, 30_000, 30_000, 30_000],
    ],
  ])('%s', (_name, options, uptimes, outcome) => {
    expect(crashesAfter(restartPolicy(options), uptimes)).toEqual(outcome);
  });

  it.each([
    [0, 80],
    [0.25, 90],
    [0.5, 100],
    [0.75, 110],
  ])('with jitter, a random number of %d makes 100 ms into %d ms', (random, delayMs) => {
    expect(decide(restartPolicy(), noRestarts, 0, random)).toMatchObject({ delayMs });
  });

  it('never waits longer than `max`, jitter included', () => {
    expect(decide(restartPolicy({ backoff: { initial: '30s' } }), noRestarts, 0, 0.99)).toMatchObject({
      delayMs: 30_000,
    });
  });

  it('counts the attempts within the window, and those in a row where there is no limit', () => {
    const attempts = (options: RestartPolicyOptions) => {
      let history = noRestarts;
      return [0, 60, 120, 180].map((now) => {
        const verdict = decide(restartPolicy({ ...options, over: 100, backoff: false }), history, now);
        history = verdict.history;
        return verdict.restart ? verdict.attempt : 0;
      });
    };
    expect(attempts({ maxRestarts: 5 })).toEqual([1, 2, 2, 2]);
    expect(attempts({ maxRestarts: Infinity })).toEqual([1, 2, 3, 4]);
  });

  it('takes a restart that fails slowly for no uptime, when told that it has ended', () => {
    // Every start takes its 30 s to find out that the broker is away.
    const policy = restartPolicy({ maxRestarts: 2, over: '1m', backoff: false });
    const outcome = (ended: boolean) => {
      let history = noRestarts;
      return [0, 30_000, 60_000, 90_000].map((now) => {
        const verdict = decide(policy, ended && now > 0 ? restartEnded(history, now) : history, now);
        history = verdict.history;
        return verdict.restart;
      });
    };
    expect(outcome(true)).toEqual([true, true, false, false]);
    expect(outcome(false)).toEqual([true, true, true, true]);
  });

  it('takes the time in which something else keeps it down for no uptime, when told that it goes down', () => {
    const policy = restartPolicy({ maxRestarts: 1, over: '10s', backoff: false });
    const crashedOnce = decide(policy, noRestarts, 0).history;
    const crashesAfterDown = (down: number) => {
      const back = restartEnded(restartBegan(policy, crashedOnce, 1000), 1000 + down);
      return decide(policy, back, 1000 + down + 1000).restart;
    };
    expect([crashesAfterDown(0), crashesAfterDown(60_000)]).toEqual([false, false]);
    // told twice, it is down as well
    const twice = restartEnded(restartBegan(policy, restartBegan(policy, crashedOnce, 1000), 50_000), 60_000);
    expect(twice).toEqual({ restarts: [0], uptimeMs: 1000, upSince: 60_000, streak: 1 });
    expect(decide(policy, twice, 69_001).restart).toBe(true);
  });

  it('lets the delay start over when it was healthy for long enough before something else took it down', () => {
    const policy = restartPolicy({ maxRestarts: Infinity, backoff: { initial: '1s', jitter: 0, resetAfter: '1m' } });
    const delayAfter = (uptime: number) => {
      const { history } = decide(policy, noRestarts, 0);
      const back = restartEnded(restartBegan(policy, history, 1000 + uptime), 100_000);
      const verdict = decide(policy, back, 100_001);
      return verdict.restart && verdict.delayMs;
    };
    expect([delayAfter(59_999), delayAfter(60_000)]).toEqual([2000, 1000]);
  });

  it('holds against a crash that comes while a restart still waits', () => {
    const policy = restartPolicy({ backoff: { initial: '10s' } });
    const first = decide(policy, noRestarts, 0, MIDDLE);
    expect(decide(policy, first.history, 5000, MIDDLE)).toMatchObject({
      restart: true,
      delayMs: 20_000,
      history: { uptimeMs: 0 },
    });
  });

  it('changes nothing that it was given', () => {
    const { history } = decide(restartPolicy(), noRestarts, 0);
    const before = structuredClone(history);
    decide(restartPolicy(), history, 10);
    restartEnded(history, 10);
    restartBegan(restartPolicy(), history, 10);
    expect(history).toEqual(before);
    expect(noRestarts).toEqual({ restarts: [], uptimeMs: 0, upSince: undefined, streak: 0 });
  });

  const policies = fc
    .record({
      maxRestarts: fc.nat(12),
      over: fc.integer({ min: 1, max: 10_000 }),
      backoff: fc.oneof(
        fc.constant<false>(false),
        fc.record({
          initial: fc.nat(1000),
          factor: fc.double({ min: 1, max: 10, noNaN: true }),
          max: fc.integer({ min: 1000, max: 100_000 }),
          jitter: fc.double({ min: 0, max: 1, noNaN: true }),
          resetAfter: fc.nat(10_000),
        }),
      ),
    })
    .map((options) => restartPolicy(options));
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('ends every crash loop after exactly `maxRestarts`, whatever the delays', () => {
    fc.assert(
      fc.property(policies, randoms, (policy, random) => {
        const outcome = crashesAfter(
          policy,
          Array.from({ length: policy.maxRestarts + 2 }, () => 0),
          random,
        );
        expect(outcome.indexOf('too much')).toBe(policy.maxRestarts);
      }),
    );
  });

  it('never ends a service that stays up long enough between its crashes', () => {
    fc.assert(
      fc.property(policies, randoms, fc.nat(1000), (policy, random, more) => {
        fc.pre(policy.maxRestarts > 0);
        const uptime = Math.ceil(policy.overMs / policy.maxRestarts) + more;
        expect(
          crashesAfter(
            policy,
            Array.from({ length: 50 }, () => uptime),
            random,
          ),
        ).not.toContain('too much');
      }),
    );
  });

  it('never allows more than `maxRestarts` within `over` of uptime, and keeps every delay in bounds', () => {
    fc.assert(
      fc.property(policies, randoms, fc.array(fc.nat(2000), { maxLength: 60 }), (policy, random, uptimes) => {
        const outcome = crashesAfter(policy, uptimes, random);
        let uptime = 0;
        const restarts: number[] = [];
        outcome.forEach((delay, index) => {
          uptime += index === 0 ? 0 : (uptimes[index] ?? 0);
          if (delay === 'too much') return;
          restarts.push(uptime);
          const { backoff } = policy;
          expect(delay).toBeGreaterThanOrEqual(
            backoff === false ? 0 : Math.floor(backoff.initialMs * (1 - backoff.jitter)),
          );
          expect(delay).toBeLessThanOrEqual(backoff === false ? 0 : backoff.maxMs);
        });
        for (const last of restarts) {
          expect(restarts.filter((at) => at <= last && at > last - policy.overMs).length).toBeLessThanOrEqual(
            policy.maxRestarts,
          );
        }
      }),
    );
  });

  it('remembers no more than the budget, however often it is asked', () => {
    for (const maxRestarts of [3, Infinity]) {
      let history = noRestarts;
      const policy = restartPolicy({ maxRestarts });
      for (let crash = 0; crash < 10_000; crash += 1) history = decide(policy, history, crash).history;
      expect(history.restarts.length).toBeLessThanOrEqual(3);
    }
  });
});

describe('describePolicy', () => {
  it.each<[RestartPolicyOptions, words: string]>([
    [
      {},
      'restarts after 100ms, 200ms, 400ms, 800ms, 1.6s (each ±20%), at most 5 restarts within 1m not counting the waiting; ' +
        'the delay starts over after 1m without a crash; a crash loop is given up after 3.1s of waiting',
    ],
    [
      { maxRestarts: 14 },
      'restarts after 100ms, 200ms, 400ms, 800ms, 1.6s, 3.2s, 6.4s, 12.8s, 25.6s, then 30s each time (each ±20%), ' +
        'at most 14 restarts within 1m not counting the waiting; ' +
        'the delay starts over after 1m without a crash; a crash loop is given up after 3m 21s of waiting',
    ],
    [
      { maxRestarts: Infinity, backoff: { initial: '1s', factor: 1, jitter: 0 } },
      'restarts after 1s each time, as often as it takes; the delay starts over after 1m without a crash',
    ],
    [
      { maxRestarts: Infinity, backoff: { factor: 1.1, jitter: 0.125, resetAfter: '5m' } },
      'restarts after 100ms, 110ms, 121ms, 133ms, 146ms, … up to 30s (each ±12.5%), as often as it takes; ' +
        'the delay starts over after 5m without a crash',
    ],
    [
      { maxRestarts: 1 },
      'restarts after 100ms (each ±20%), at most 1 restart within 1m not counting the waiting; a crash loop is given up after 100ms of waiting',
    ],
    [{ maxRestarts: 3, over: '10s', backoff: false }, 'restarts at once, at most 3 restarts within 10s'],
    [{ maxRestarts: Infinity, backoff: { initial: 0 } }, 'restarts at once, as often as it takes'],
    [{ maxRestarts: 0 }, 'never restarts'],
  ])('%j', (options, words) => {
    expect(describePolicy(restartPolicy(options))).toBe(words);
  });
});
