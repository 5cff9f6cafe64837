import { inspect } from 'node:util';
import { Cron } from 'croner';
import { asError } from '../base/errors.js';

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
 * When clocks change, croner's rules hold, which are Vixie cron's. A fixed time (no `*`, no step in seconds, minutes
 * and hours) that is skipped comes at the first moment after the gap, one that is repeated comes once, the first
 * time. Any other expression simply follows the clock on the wall.
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
    cron = newCron(fields.join(' '), timezone);
    if (cron.nextRun() === null) throw new RangeError('there is no such day');
  } catch (error) {
    throw badExpression(expression, reasonOf(error), error);
  }
  return {
    next: (from) => cron.nextRun(new Date(from))?.getTime(),
    last: (at) => cron.previousRuns(1, new Date(at + 1))[0]?.getTime(),
  };
}

function newCron(pattern: string, timezone: string | undefined): Cron {
  // By default croner takes only `30 2` for a fixed time, and `30 2,14` would run twice in a repeated hour.
  return new Cron(pattern, { fixedTimeRule: 'no-wildcard', ...(timezone !== undefined && { timezone }) });
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
    `${inspect(expression)} is not a cron expression: ${reason}\n` +
      `  → Give five fields (minute, hour, day of month, month, day of week) such as '30 18 * * *', or six with the seconds first.`,
    cause === undefined ? undefined : { cause },
  );
}

function badZone(timezone: unknown): TypeError {
  return new TypeError(
    `${inspect(timezone)} is not a time zone\n  → Give a name of the IANA database such as 'US/Pacific', 'Europe/Berlin' or 'UTC'.`,
  );
}
