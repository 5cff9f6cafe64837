import { Cron } from 'croner';
import { asError } from '../base/errors.js';
import { inWords } from '../base/words.js';
import { wallClockOf, type WallClock } from './zone.js';

const DAY = 86_400_000;
// The rarest expression comes within this: a February 29 that is a Monday, past a year such as 2100.
const LONG_AGO = 50 * 366 * DAY;

/** The instants of a cron expression in a time zone. */
export interface CronTable {
  /** The first instant after `from`, or `undefined` when there is none. */
  next(from: number): number | undefined;
  /** The last instant up to and including `at`. */
  last(at: number): number | undefined;
}

/**
 * Reads a cron expression of five or six fields (seconds first) in an IANA time zone, by default that of the machine.
 * Everything that is wrong with either is a `TypeError` that shows it, and so is an expression that never comes
 * (February 30).
 *
 * When clocks change, the rules are Vixie cron's. A fixed time (no `*`, no step in seconds, minutes and hours) comes at the first
 * moment at which the clock on the wall shows it or a later time: one that is skipped at the end of the gap, one that is
 * repeated once, the first time. Any other expression simply follows the clock on the wall.
 */
export function parseCrontab(expression: string, timezone?: string): CronTable {
  const fields = typeof expression === 'string' ? expression.trim().split(/\s+/) : [];
  // Croner would also take a date, a nickname and a field for years; what is promised is five or six.
  if (fields.length !== 5 && fields.length !== 6) {
    throw badExpression(
      expression,
      fields.length === 1 ? 'it has one field' : `it has ${String(fields.length)} fields`,
    );
  }
  if (timezone !== undefined && !isZone(timezone)) throw badZone(timezone);
  let cron: Cron;
  try {
    cron = newCron(fields.join(' '));
    if (cron.nextRun() === null) throw new RangeError('there is no such day');
  } catch (error) {
    throw badExpression(expression, reasonOf(error), error);
  }
  const clock = wallClockOf(timezone);
  const nextTime: Next = (time) => cron.nextRun(new Date(time))?.getTime();
  const isFixed = !/[*/?]/.test(fields.slice(0, -3).join(' '));
  const next: Next = isFixed
    ? (from) => nextFixed(clock, nextTime, from)
    : (from) => nextOnTheWall(clock, nextTime, from);
  return { next, last: (at) => lastBy(next, at) };
}

/** The first after a moment; of times on the wall as well. */
type Next = (from: number) => number | undefined;

function nextFixed(clock: WallClock, nextTime: Next, from: number): number | undefined {
  const time = nextTime(clock.latestTimeAt(from));
  return time === undefined ? undefined : clock.reaches(time);
}

function nextOnTheWall(clock: WallClock, nextTime: Next, from: number): number | undefined {
  let since = from;
  let time = nextTime(clock.timeAt(from));
  // what it shows soon after may be times that it has shown already
  const moved = clock.transition(from, from + DAY);
  if (moved !== undefined && time !== undefined && time - moved.before >= moved.at) {
    since = moved.at;
    time = nextTime(moved.at + moved.after - 1);
  }
  while (time !== undefined) {
    const at = clock.reaches(time, since);
    const shown = clock.timeAt(at);
    if (shown === time) return at;
    // a gap has swallowed it
    since = at;
    time = nextTime(shown - 1);
  }
  return undefined;
}

/** The last one up to a moment: found by bisection, since whatever is earlier than it has a next one by then. */
function lastBy(next: Next, at: number): number | undefined {
  const isBefore = (from: number): boolean => (next(from) ?? Infinity) <= at;
  let late = at;
  let early = at - 1000;
  while (!isBefore(early)) {
    late = early;
    early = at - 2 * (at - early);
    if (at - early > LONG_AGO) return undefined;
  }
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (isBefore(middle)) early = middle;
    else late = middle;
  }
  return next(early);
}

/** Its times on the wall, told in UTC, where no clock is ever moved. */
function newCron(pattern: string): Cron {
  return new Cron(pattern, { utcOffset: 0 });
}

function reasonOf(error: unknown): string {
  const reason = asError(error).message.replace(/^CronPattern: /, '');
  // Croner counts days and months from 0 here: it would call the thirteenth month 12.
  return reason.replace(/^Invalid value for (\w+): .*/, 'there is no such $1');
}

function isZone(timezone: unknown): boolean {
  // An offset such as '+02:00' is understood by newer versions of node only, and knows no daylight saving.
  if (typeof timezone !== 'string' || !/^[a-z]/i.test(timezone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

function badExpression(expression: unknown, reason: string, cause?: unknown): TypeError {
  return new TypeError(
    `${inWords(expression)} is not a cron expression: ${reason}\n` +
      `  → Give five fields (minute, hour, day of month, month, day of week) such as '30 18 * * *', or six with the seconds first.`,
    cause === undefined ? undefined : { cause },
  );
}

function badZone(timezone: unknown): TypeError {
  return new TypeError(
    `${inWords(timezone)} is not a time zone\n  → Give a name of the IANA database such as 'US/Pacific', 'Europe/Berlin' or 'UTC'.`,
  );
}
