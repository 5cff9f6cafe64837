/**
 * Words for whatever a program throws, passes or is called. One rule for all of it: to read and to tell never throws, and no
 * text is longer than a reader can use. An error may be `undefined`, frozen, a proxy whose traps throw, or 100 MB long: what
 * happens next must not depend on that.
 */
import { inspect, types, type InspectOptions } from 'node:util';

/** How many characters of one value, or of one error, are told. */
const LONGEST = 10_000;

/** How many of several are told in one text. */
const MOST = 100;

/** A property; `undefined` where nobody can read it. */
export function peek(value: unknown, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Whether a value is an error, also one of another realm. */
export function isErrorObject(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/** A value as it is written in code. */
export function inWords(value: unknown, options?: InspectOptions): string {
  try {
    return shorten(inspect(value, options));
  } catch {
    return 'a value that cannot be shown';
  }
}

/** The beginning of a text, and how much was left out. */
export function shorten(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}… ${String(text.length - longest)} more characters`;
}

/** The first of many in words, and how many were left out. */
export function firstOf<T>(list: readonly T[], words: (one: T) => string): string[] {
  const first = list.slice(0, MOST).map(words);
  return list.length <= MOST ? first : [...first, `… and ${String(list.length - MOST)} more`];
}

/** One line that says what a thrown value is. */
export function describeError(error: unknown): string {
  if (!isErrorObject(error)) {
    return typeof error === 'string' ? shorten(error) : inWords(error, { depth: 1, breakLength: Infinity });
  }
  const name = part(error, 'name');
  const message = part(error, 'message');
  if (message === undefined) return name === undefined ? 'an error that cannot be read' : `${name}: cannot be read`;
  if (message === '') return name === undefined || name === 'Error' ? 'an error without a message' : name;
  return name === undefined || name === 'Error' || name === '' ? message : `${name}: ${message}`;
}

/** Whatever it was overwritten with. */
function part(error: Error, key: 'name' | 'message'): string | undefined {
  const value = peek(error, key);
  return value === undefined || typeof value === 'string' ? value && shorten(value) : inWords(value, { depth: 0 });
}

/** How much of a stack is looked at, and how long one frame of it can be. */
const STACK = 100_000;
const FRAME = 1_000;

/** The stack of an error; empty where there is none that is text. */
export function stackOf(error: unknown): string {
  const stack = isErrorObject(error) ? peek(error, 'stack') : undefined;
  return typeof stack === 'string' ? stack : '';
}

/** The lines of its stack that name a place. Innermost first. */
export function frameLines(error: unknown): string[] {
  const stack = stackOf(error);
  const begin = stack.indexOf(': ') + 2;
  const message = peek(error, 'message');
  // the message comes first; it can be long, and quote another stack
  const frames =
    typeof message === 'string' && stack.startsWith(message, begin)
      ? stack.slice(begin + message.length).slice(0, STACK)
      : stack.slice(-STACK);
  return frames.split('\n').filter((line) => line.length <= FRAME && /^\s+at /.test(line));
}
