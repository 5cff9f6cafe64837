import ms from 'ms';
import { inWords } from './words.js';

/** A length of time: a number of milliseconds, or a string with a unit such as `'250ms'`, `'1.5s'`, `'10m'`, `'1h'`. */
export type Duration = number | string;

/**
 * A duration in milliseconds.
 *
 * Anything but a finite, non-negative number or a string with a unit is a `TypeError` that shows the bad value and
 * begins with `what` it was given for (`'The interval of @timer'`).
 */
export function toMs(value: Duration, what = 'A duration'): number {
  const result: unknown = typeof value === 'string' ? parse(value) : value;
  if (typeof result === 'number' && result >= 0 && result < Infinity) return result;
  throw new TypeError(
    `${what} cannot be ${inWords(value)}\n` +
      `  → Give a finite, non-negative number of milliseconds, or a string with a unit such as '250ms', '1.5s', '10m' or '1h'.`,
  );
}

/** Milliseconds as short text for people: `'0.4ms'`, `'250ms'`, `'1.5s'`, `'1m 40s'`, `'2h 5m'`, `'3d 4h'`. */
export function formatMs(value: number): string {
  if (value < 0) return `-${formatMs(-value)}`;
  // The limits are where the smaller unit would be rounded up to a whole larger one.
  if (value < 999.5) return `${String(round(value, value < 10 ? 1 : 0))}ms`;
  if (value < 59_995) return `${String(round(value / 1000, 2))}s`;
  if (!Number.isFinite(value)) return String(value);
  const seconds = Math.round(value / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${String(count)}${unit}`)
    .join(' ');
}

function parse(text: string): number | undefined {
  // `ms` takes '100' for 100 ms; whoever reads a string without a unit cannot know that.
  return /[a-z]$/i.test(text) ? ms(text as ms.StringValue) : undefined;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
