/** A `Duration` is a number of milliseconds or a string such as `'250ms'`, `'1.5s'`, `'10m'`, `'1h'`. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Container, Service, service, timer, type Duration } from '../../lib/index.js';
import { rejection, stage } from '../container/support.js';

const good: [Duration, number][] = [
  [250, 250],
  [0.5, 0.5],
  ['250ms', 250],
  ['1.5s', 1500],
  ['10m', 600_000],
  ['1h', 3_600_000],
];

const bad: unknown[] = [-1, NaN, Infinity, 'soon', '-1s', '', '100', '5 parsecs', null, true, {}];

describe.each<[where: string, declare: (value: Duration) => unknown, what: string]>([
  [
    '@service({ startTimeout })',
    (startTimeout) => service({ startTimeout })(class Redis {}),
    'The startTimeout of Redis',
  ],
  ['@service({ stopTimeout })', (stopTimeout) => service({ stopTimeout })(class Redis {}), 'The stopTimeout of Redis'],
  ['@timer(interval)', (interval) => timer(interval), 'The interval of @timer()'],
  ['@timer(…, { jitter })', (jitter) => timer('1s', { jitter }), 'The jitter of @timer()'],
  [
    'resource(…, { startTimeout })',
    (startTimeout) => new Container().resource('pool', { start: () => 1, startTimeout }),
    'The startTimeout of pool',
  ],
  [
    'resource(…, { stopTimeout })',
    (stopTimeout) => new Container().resource('pool', { start: () => 1, stopTimeout }),
    'The stopTimeout of pool',
  ],
])('%s', (_, declare, what) => {
  it.each(good)('takes %j', (value) => {
    expect(() => declare(value)).not.toThrow();
  });

  it.each(bad)('refuses %j where it is declared, with the bad value in the message', (value) => {
    expect(() => declare(value as Duration)).toThrow(
      new TypeError(
        `${what} cannot be ${inspect(value)}\n` +
          `  → Give a finite, non-negative number of milliseconds, or a string with a unit such as '250ms', '1.5s', '10m' or '1h'.`,
      ),
    );
  });
});

describe('stop({ timeout })', () => {
  it.each(bad.filter((value) => value !== undefined))('refuses %j, and stops nothing', async (timeout) => {
    @service()
    class Redis extends Service {}
    const { container } = stage();
    await container.boot(Redis);
    const error = await rejection<Error>(container.stop({ timeout: timeout as Duration }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`The timeout of stop() cannot be ${inspect(timeout)}`);
    expect(container.state).toBe('running');
    await container.stop();
  });
});

describe('a duration', () => {
  it.each(good.filter(([value]) => value !== 0.5))('of %j is that long', async (startTimeout, ms) => {
    @service({ startTimeout })
    class Slow {
      onStart() {
        return new Promise(() => undefined);
      }
    }
    const { container, clock } = stage();
    const boot = rejection(container.boot(Slow));
    await clock.advance(ms - 1);
    expect(container.state).toBe('starting');
    await clock.advance(1);
    expect(container.state).toBe('stopping');
    await clock.advance('1m');
    await boot;
  });
});

describe('an interval of zero', () => {
  it.each([0, '0s'])('(%j) is no interval', (interval) => {
    expect(() => timer(interval)).toThrow(
      new TypeError("The interval of @timer() must be more than 0\n  → Give how often it runs: @timer('1s')."),
    );
  });
});
