import { afterEach, describe, expect, it } from 'vitest';
import { parseCrontab } from '../../lib/run/cron.js';

/** The instants of an expression after a moment, as UTC. */
function instants(expression: string, timezone: string | undefined, from: string, count: number): string[] {
  const table = parseCrontab(expression, timezone);
  const found: string[] = [];
  for (let at = table.next(Date.parse(from)); at !== undefined && found.length < count; at = table.next(at)) {
    found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

describe('parseCrontab', () => {
  it.each([
    ['five fields', '30 18 * * *', 'US/Pacific', ['2026-01-01T02:30:00Z', '2026-01-02T02:30:00Z']],
    ['six fields, seconds first', '*/20 * * * * *', 'UTC', ['2026-01-01T00:00:20Z', '2026-01-01T00:00:40Z']],
    ['names', '0 9 * JAN MON-FRI', 'Europe/Berlin', ['2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z']],
    ['the last day of the month', '0 0 L * *', 'UTC', ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z']],
    ['surrounding space', '  0   0 1 * * ', 'UTC', ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']],
    ['leap days', '0 0 29 2 *', 'UTC', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
  ])('knows %s', (_, expression, timezone, expected) => {
    expect(instants(expression, timezone, '2026-01-01T00:00:00Z', 2)).toEqual(expected);
  });

  it('gives the instant after a moment, and the last one up to it', () => {
    const table = parseCrontab('0 * * * *', 'UTC');
    const noon = Date.parse('2026-01-01T12:00:00Z');
    expect(table.next(noon)).toBe(noon + 3_600_000);
    expect(table.next(noon - 1)).toBe(noon);
    expect(table.last(noon)).toBe(noon);
    expect(table.last(noon - 1)).toBe(noon - 3_600_000);
  });

  it.each([
    ['too few fields', '* * * *', "'* * * *' is not a cron expression: it has 4 fields"],
    ['a field for years', '0 0 0 1 1 * 2030', 'it has 7 fields'],
    ['a nickname', '@daily', 'it has one field'],
    ['nothing', '', "'' is not a cron expression"],
    ['a minute that does not exist', '60 * * * *', "'60 * * * *' is not a cron expression: there is no such minute"],
    ['a month that does not exist', '0 0 1 13 *', 'there is no such month'],
    ['words', 'a b c d e', "'a b c d e' is not a cron expression"],
    ['a step of nothing', '*/0 * * * *', 'illegal stepping'],
    ['a day that never comes', '0 0 30 2 *', "'0 0 30 2 *' is not a cron expression: there is no such day"],
    ['no string', undefined as unknown as string, 'undefined is not a cron expression'],
  ])('refuses %s, with the expression and the remedy', (_, expression, message) => {
    const parse = () => parseCrontab(expression, 'UTC');
    expect(parse).toThrow(TypeError);
    expect(parse).toThrow(message);
    expect(parse).toThrow("→ Give five fields (minute, hour, day of month, month, day of week) such as '30 18 * * *'");
  });

  it.each([['Mars/Olympus'], ['+02:00'], [''], ['GMT+1'], [3 as unknown as string]])(
    'refuses the zone %j',
    (timezone) => {
      const parse = () => parseCrontab('0 0 * * *', timezone);
      expect(parse).toThrow(TypeError);
      expect(parse).toThrow(/ is not a time zone\n {2}→ Give a name of the IANA database such as 'US\/Pacific'/);
    },
  );
});

// Clocks go forward: 02:00 to 03:00 in California, Germany; 02:00 to 02:30 on Lord Howe; 00:00 to 01:00 in Chile, Egypt.
describe('an hour that is skipped', () => {
  it.each([
    // A fixed time comes at the first moment after the gap, and the next day at its own time again.
    ['30 2 * * *', 'US/Pacific', '2025-03-08T12:00:00Z', ['2025-03-09T10:00:00Z', '2025-03-10T09:30:00Z']],
    ['0 2 * * *', 'US/Pacific', '2025-03-08T12:00:00Z', ['2025-03-09T10:00:00Z', '2025-03-10T09:00:00Z']],
    ['30 2 * * *', 'Europe/Berlin', '2025-03-29T12:00:00Z', ['2025-03-30T01:00:00Z', '2025-03-31T00:30:00Z']],
    ['15 30 2 * * *', 'Europe/Berlin', '2025-03-29T12:00:00Z', ['2025-03-30T01:00:00Z', '2025-03-31T00:30:15Z']],
    ['15 2 * * *', 'Australia/Lord_Howe', '2025-10-04T00:00:00Z', ['2025-10-04T15:30:00Z', '2025-10-05T15:15:00Z']],
    ['0 0 * * *', 'America/Santiago', '2025-09-06T12:00:00Z', ['2025-09-07T04:00:00Z', '2025-09-08T03:00:00Z']],
    ['30 0 * * *', 'Africa/Cairo', '2025-04-24T12:00:00Z', ['2025-04-24T22:00:00Z', '2025-04-25T21:30:00Z']],
    // A gap that ends at midnight, or swallows a day, is a gap like any other.
    ['30 23 * * *', 'America/Nuuk', '2027-03-27T12:00:00Z', ['2027-03-28T01:00:00Z', '2027-03-29T00:30:00Z']],
    ['59 59 23 * * *', 'America/Nuuk', '2027-03-27T12:00:00Z', ['2027-03-28T01:00:00Z', '2027-03-29T00:59:59Z']],
    ['0 0 * * *', 'America/Nuuk', '2027-03-27T12:00:00Z', ['2027-03-28T01:00:00Z', '2027-03-29T01:00:00Z']],
    ['45 23 * * SAT', 'America/Nuuk', '2027-03-27T12:00:00Z', ['2027-03-28T01:00:00Z', '2027-04-04T00:45:00Z']],
    ['0 12 * * *', 'Pacific/Apia', '2011-12-29T23:00:00Z', ['2011-12-30T10:00:00Z', '2011-12-30T22:00:00Z']],
    ['0 9 30 12 *', 'Pacific/Apia', '2011-01-01T00:00:00Z', ['2011-12-30T10:00:00Z', '2012-12-29T19:00:00Z']],
    ['0 12 21 8 *', 'Pacific/Kwajalein', '1993-01-01T00:00:00Z', ['1993-08-21T12:00:00Z', '1994-08-21T00:00:00Z']],
    // A list of times is fixed too.
    ['30 2,14 * * *', 'US/Pacific', '2025-03-09T09:00:00Z', ['2025-03-09T10:00:00Z', '2025-03-09T21:30:00Z']],
    // Times before and after the gap are none of its business.
    ['30 1 * * *', 'US/Pacific', '2025-03-08T12:00:00Z', ['2025-03-09T09:30:00Z', '2025-03-10T08:30:00Z']],
    ['0 3 * * *', 'US/Pacific', '2025-03-08T12:00:00Z', ['2025-03-09T10:00:00Z', '2025-03-10T10:00:00Z']],
    // What follows the clock goes on without a pause, and nothing comes twice.
    [
      '*/30 * * * *',
      'US/Pacific',
      '2025-03-09T09:00:00Z',
      ['2025-03-09T09:30:00Z', '2025-03-09T10:00:00Z', '2025-03-09T10:30:00Z'],
    ],
    [
      '0 * * * *',
      'Australia/Lord_Howe',
      '2025-10-04T14:00:00Z',
      ['2025-10-04T14:30:00Z', '2025-10-04T16:00:00Z', '2025-10-04T17:00:00Z'],
    ],
  ])('%s in %s', (expression, timezone, from, expected) => {
    expect(instants(expression, timezone, from, expected.length)).toEqual(expected);
  });
});

// What no zone was given for goes by the clock of the machine.
describe('the zone of the machine', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([
    ['America/Nuuk', '30 23 * * *', '2027-03-27T12:00:00Z', ['2027-03-28T01:00:00Z', '2027-03-29T00:30:00Z']],
    ['Europe/Berlin', '30 2 * * *', '2025-10-25T12:00:00Z', ['2025-10-26T00:30:00Z', '2025-10-27T01:30:00Z']],
  ])('%s has the same rules', (machine, expression, from, expected) => {
    process.env['TZ'] = machine;
    expect(instants(expression, undefined, from, 2)).toEqual(expected);
  });
});

// Clocks go back: 02:00 to 01:00 in California, 03:00 to 02:00 in Germany, 02:00 to 01:30 on Lord Howe.
describe('an hour that is repeated', () => {
  it.each([
    // A fixed time comes once, the first time.
    ['30 1 * * *', 'US/Pacific', '2025-11-01T12:00:00Z', ['2025-11-02T08:30:00Z', '2025-11-03T09:30:00Z']],
    ['30 2 * * *', 'Europe/Berlin', '2025-10-25T12:00:00Z', ['2025-10-26T00:30:00Z', '2025-10-27T01:30:00Z']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2025-04-05T00:00:00Z', ['2025-04-05T14:45:00Z', '2025-04-06T15:15:00Z']],
    ['30 0 * * *', 'Atlantic/Azores', '2025-10-25T12:00:00Z', ['2025-10-26T00:30:00Z', '2025-10-27T01:30:00Z']],
    // Also for a program that was started in between, or in the second one.
    ['30 2 * * *', 'Europe/Berlin', '2025-10-26T00:45:00Z', ['2025-10-27T01:30:00Z']],
    ['30 2 * * *', 'Europe/Berlin', '2025-10-26T01:15:00Z', ['2025-10-27T01:30:00Z']],
    // A list of times is fixed too.
    ['30 1,13 * * *', 'US/Pacific', '2025-11-01T22:00:00Z', ['2025-11-02T08:30:00Z', '2025-11-02T21:30:00Z']],
    // What follows the clock goes on without a pause.
    [
      '*/30 * * * *',
      'US/Pacific',
      '2025-11-02T08:15:00Z',
      ['2025-11-02T08:30:00Z', '2025-11-02T09:00:00Z', '2025-11-02T09:30:00Z', '2025-11-02T10:00:00Z'],
    ],
    [
      '0 * * * *',
      'Europe/Berlin',
      '2025-10-25T23:30:00Z',
      ['2025-10-26T00:00:00Z', '2025-10-26T01:00:00Z', '2025-10-26T02:00:00Z'],
    ],
  ])('%s in %s from %s', (expression, timezone, from, expected) => {
    expect(instants(expression, timezone, from, expected.length)).toEqual(expected);
  });
});
