import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCrontab } from '../../lib/run/cron.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Where clocks were, or will be, moved: within a day of these. */
const MOVES: readonly (readonly [zone: string, about: string])[] = [
  ['Europe/Berlin', '2027-03-28'], // 02:00 → 03:00
  ['Europe/Berlin', '2027-10-31'], // 03:00 → 02:00
  ['America/Nuuk', '2027-03-28'], // 23:00 → 00:00 of the next day
  ['America/Nuuk', '2027-10-31'], // 00:00 → 23:00 of the day before
  ['America/Scoresbysund', '2027-03-28'], // 23:00 → 00:00
  ['America/Santiago', '2025-09-07'], // 00:00 → 01:00
  ['America/Santiago', '2025-04-06'], // 00:00 → 23:00
  ['Africa/Cairo', '2025-04-25'], // 00:00 → 01:00
  ['America/Havana', '2025-03-09'], // 00:00 → 01:00
  ['Atlantic/Azores', '2025-10-26'], // 01:00 → 00:00
  ['Australia/Lord_Howe', '2025-10-05'], // 02:00 → 02:30
  ['Australia/Lord_Howe', '2025-04-06'], // 02:00 → 01:30
  ['Antarctica/Troll', '2025-03-30'], // 01:00 → 03:00
  ['Antarctica/Troll', '2025-10-26'], // 03:00 → 01:00
  ['America/Caracas', '2016-05-01'], // 02:30 → 03:00
  ['Asia/Pyongyang', '2018-05-05'], // 23:30 → 00:00
  ['Asia/Pyongyang', '2015-08-15'], // 00:00 → 23:30
  ['Pacific/Apia', '2011-12-30'], // no December 30
  ['Pacific/Fakaofo', '2011-12-30'], // no December 30
  ['Pacific/Kwajalein', '1993-08-21'], // no August 21
  ['Pacific/Kiritimati', '1994-12-31'], // no December 31
  ['Pacific/Kwajalein', '1969-09-30'], // 23 hours twice
  ['Asia/Manila', '1990-07-29'], // 00:00 → 23:00
  ['UTC', '2027-01-01'],
];

/** What a clock on the wall shows in each minute around a move, as if it were UTC. Asked the slow way. */
function wallAround(zone: string, about: string): { start: number; shown: number[] } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const start = Date.parse(about) - 3 * DAY;
  const shown = Array.from({ length: 7 * 1440 }, (_, index) => {
    const parts = format.formatToParts(start + index * MINUTE);
    const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  });
  return { start, shown };
}

const walls = new Map<string, ReturnType<typeof wallAround>>();
for (const [zone, about] of MOVES) walls.set(`${zone} ${about}`, wallAround(zone, about));

const numbers = (max: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 }).map((list) => ({
    text: list.join(','),
    has: (value: number) => list.includes(value),
    isFixed: true,
  }));
const steps = (max: number) =>
  fc.integer({ min: 1, max }).map((step) => ({
    text: `*/${String(step)}`,
    has: (value: number) => value % step === 0,
    isFixed: false,
  }));
const every = fc.constant({ text: '*', has: () => true, isFixed: false });

type Expression = typeof expressions extends fc.Arbitrary<infer T> ? T : never;

const expressions = fc.record({
  minute: fc.oneof({ weight: 3, arbitrary: numbers(59) }, steps(59), every),
  hour: fc.oneof({ weight: 3, arbitrary: numbers(23) }, steps(23), every),
  weekday: fc.oneof({ weight: 1, arbitrary: numbers(6) }, { weight: 3, arbitrary: every }),
});

/** All instants of an expression in the days around a move, found by looking at each minute. */
function bruteForce({ minute, hour, weekday }: Expression, { start, shown }: { start: number; shown: number[] }) {
  const matches = (time: number): boolean => {
    const date = new Date(time);
    return minute.has(date.getUTCMinutes()) && hour.has(date.getUTCHours()) && weekday.has(date.getUTCDay());
  };
  const found = new Set<number>();
  if (minute.isFixed && hour.isFixed) {
    // each time that is asked for, at the first minute that shows it or a later one
    let latest = -Infinity;
    for (const [index, now] of shown.entries()) {
      for (let time = Math.max(latest + MINUTE, shown[0] as number); time <= now; time += MINUTE) {
        if (matches(time)) found.add(start + index * MINUTE);
      }
      latest = Math.max(latest, now);
    }
  } else {
    for (const [index, now] of shown.entries()) if (matches(now)) found.add(start + index * MINUTE);
  }
  return [...found];
}

describe('the instants of an expression, around the moments at which clocks are moved', () => {
  it.each(MOVES)('are in %s about %s those that one finds by looking at each minute', (zone, about) => {
    const wall = walls.get(`${zone} ${about}`) as { start: number; shown: number[] };
    const end = wall.start + wall.shown.length * MINUTE;
    fc.assert(
      fc.property(expressions, fc.integer({ min: 1440, max: 6 * 1440 }), fc.nat(MINUTE - 1), (given, at, ms) => {
        const table = parseCrontab(`${given.minute.text} ${given.hour.text} * * ${given.weekday.text}`, zone);
        const from = wall.start + at * MINUTE + ms;
        const all = bruteForce(given, wall);
        const expected = all.filter((instant) => instant > from).slice(0, 100);
        const found: number[] = [];
        for (let next = table.next(from); next !== undefined && next < end; next = table.next(next)) {
          if (found.push(next) === 100) break;
        }
        expect(found.map(iso)).toEqual(expected.map(iso));
        const last = [...all].reverse().find((instant) => instant <= from) ?? table.last(from);
        expect(table.last(from)).toBe(last);
      }),
      { numRuns: 20 },
    );
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
