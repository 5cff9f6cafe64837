/**
 * How often a crash is survived, and how long to wait before trying again. Pure: a policy, a history and a time go in, a
 * verdict and a new history come out.
 *
 * The window of the budget is measured in uptime. A wall clock would get both cases wrong that matter. With delays of up
 * to 30 s, five restarts never fit into a minute of it, so a service that crashes every time it comes up would be
 * restarted for ever. And time spent waiting proves nothing about health, so it must not make old crashes forgotten.
 * Hence the clock of the window stands still from a crash until the service is back.
 *
 * The budget is OTP's `intensity` and `period` (`supervisor.erl`, `add_restart`; systemd has the same as `StartLimitBurst=` and
 * `StartLimitIntervalSec=`), which count real time, and can, since they restart at once or after a short time. Mode's
 * `max_restarts` and `over` are a rate limit of the same kind. Delays that grow up to a limit are systemd's `RestartSteps=` and
 * `RestartMaxDelaySec=`.
 */
import { formatMs, toMs, type Duration } from '../base/duration.js';
import { requireOptions } from '../base/nearest.js';
import { inWords } from '../base/words.js';

/** How long to wait before a restart or another attempt: `initial`, then `factor` times as long each further time, up to `max`. */
export interface BackoffOptions {
  /** The wait before the first restart. Default 100 ms, or `max` where that is shorter. */
  initial?: Duration;
  /** By how much every wait is longer than the one before it. At least 1; default 2. */
  factor?: number;
  /** The longest wait. Default 30 s, or `initial` where that is longer. */
  max?: Duration;
  /** By which part every wait is randomly shorter or longer, so that what crashed together does not come back together. From 0 to 1; default 0.2. */
  jitter?: number;
  /** How long a service has to stay up for the waits to begin with `initial` again. Default 1 minute. */
  resetAfter?: Duration;
}

/** How often a service is restarted, and how fast. */
export interface RestartPolicyOptions {
  /** How many restarts are made within `over`; one more crash is too much. A whole number from 0, or `Infinity`. Default 5. */
  maxRestarts?: number;
  /** The window of `maxRestarts`, in time during which the service is up. Default 1 minute. */
  over?: Duration;
  /** How long to wait before each restart; `false` restarts at once. Default: 100 ms, then twice as long each time, up to 30 s. */
  backoff?: false | BackoffOptions;
}

/** A backoff, complete and in milliseconds. */
export interface Backoff {
  /** The wait before the first restart. */
  readonly initialMs: number;
  /** By how much every wait is longer than the one before it. From 1. */
  readonly factor: number;
  /** The longest wait. */
  readonly maxMs: number;
  /** By which part every wait is randomly shorter or longer. From 0 to 1. */
  readonly jitter: number;
  /** After how long without a crash the waits begin anew. */
  readonly resetAfterMs: number;
}

/** A restart policy, complete, checked and in milliseconds. */
export interface RestartPolicy {
  /** How many restarts are made within `overMs`; `Infinity` where there is no limit. */
  readonly maxRestarts: number;
  /** The window of `maxRestarts`, in milliseconds of uptime. */
  readonly overMs: number;
  /** The waits; `false` restarts at once. */
  readonly backoff: false | Backoff;
}

/** What has to be remembered from one crash to the next. Never changed, only replaced. */
export interface RestartHistory {
  /** The restarts within the window, oldest first, on the scale of `uptimeMs`. */
  readonly restarts: readonly number[];
  /** How long the service had been up altogether at its last crash. */
  readonly uptimeMs: number;
  /** Since when it has been up again, on the caller's clock. Nothing before the first crash, and while it is down. */
  readonly upSince: number | undefined;
  /** Restarts since the waits last began with `initial`. */
  readonly streak: number;
}

/** The history of a service that has never crashed. */
export const noRestarts: RestartHistory = Object.freeze({
  restarts: Object.freeze([]),
  uptimeMs: 0,
  upSince: undefined,
  streak: 0,
});

/** What is to become of a crash. */
export type Verdict =
  | {
      readonly restart: true;
      /** How long to wait before it, in milliseconds. */
      readonly delayMs: number;
      /** Which restart this is: of those within the window; of those in a row, where there is no limit. From 1. */
      readonly attempt: number;
      readonly history: RestartHistory;
    }
  | {
      /** The budget is spent: `history.restarts` are those that it allowed. */
      readonly restart: false;
      readonly history: RestartHistory;
    };

/** What a policy can say. */
export const POLICY_OPTIONS: readonly (keyof RestartPolicyOptions)[] = ['maxRestarts', 'over', 'backoff'];

/**
 * Checks a policy and completes it.
 *
 * @param what whose policy it is, for the message: `'restart of Redis'`
 * @throws TypeError when something is of the wrong kind, RangeError when it is out of range; both show the value.
 */
export function restartPolicy(options: RestartPolicyOptions = {}, what = 'restart policy'): RestartPolicy {
  if (typeof options !== 'object' || (options as unknown) === null) throw wrong(what, 'an object', options);
  requireOptions(options, POLICY_OPTIONS, what);
  const { maxRestarts = 5, over = '1m', backoff = {} } = options;
  requireCount(maxRestarts, `${what}: maxRestarts`);
  const overMs = toMs(over, `${what}: over`);
  if (overMs === 0) throw outOfRange(`${what}: over`, 'more than 0', over);
  return Object.freeze({ maxRestarts, overMs, backoff: backoffOf(backoff, what) });
}

/** How a start that fails is tried again. Options that are left out have their defaults. */
export interface StartRetryOptions {
  /** How many more attempts are made after the first. A whole number from 0, or `Infinity`. Default 5. */
  attempts?: number;
  /** How long to wait before each; `false` tries again at once. Default: 100 ms, then twice as long each time, up to 30 s. */
  backoff?: false | BackoffOptions;
}

/** The same, complete and in milliseconds. */
export interface RetryPolicy {
  /** How many attempts are made after the first. */
  readonly attempts: number;
  /** The waits; `false` tries again at once. */
  readonly backoff: false | Backoff;
}

/**
 * Checks how a start is tried again, and completes it. A number is that of the attempts.
 *
 * @throws TypeError when something is of the wrong kind, RangeError when it is out of range; both show the value.
 */
export function retryPolicy(given: number | StartRetryOptions, what: string): RetryPolicy {
  const options = typeof given === 'number' ? { attempts: given } : given;
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw wrong(what, 'a number of attempts or an object', given);
  }
  requireOptions(options, ['attempts', 'backoff'], what);
  const { attempts = 5, backoff = {} } = options;
  requireCount(attempts, typeof given === 'number' ? what : `${what}: attempts`);
  return Object.freeze({ attempts, backoff: backoffOf(backoff, what) });
}

/** How long to wait before the nth further attempt, in milliseconds. */
export function retryDelay({ backoff }: RetryPolicy, attempt: number, random: number = Math.random()): number {
  return backoff === false ? 0 : jittered(backoff, delayOf(backoff, attempt), random);
}

function backoffOf(given: false | BackoffOptions, what: string): false | Backoff {
  return given === false ? false : completed(given, what);
}

function completed(given: BackoffOptions, what: string): Backoff {
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw wrong(`${what}: backoff`, 'false or an object', given);
  }
  requireOptions(given, ['initial', 'factor', 'max', 'jitter', 'resetAfter'], `${what}: backoff`);
  const { initial, factor = 2, max, jitter = 0.2, resetAfter = '1m' } = given;
  const givenInitial = initial === undefined ? undefined : toMs(initial, `${what}: backoff.initial`);
  const givenMax = max === undefined ? undefined : toMs(max, `${what}: backoff.max`);
  const initialMs = givenInitial ?? Math.min(100, givenMax ?? Infinity);
  const maxMs = givenMax ?? Math.max(30_000, initialMs);
  if (maxMs < initialMs) {
    throw outOfRange(`${what}: backoff.max`, `at least backoff.initial (${inWords(initial)})`, max);
  }
  requireNumber(factor, `${what}: backoff.factor`, 'at least 1 and finite', (n) => n >= 1 && n < Infinity);
  requireNumber(jitter, `${what}: backoff.jitter`, 'between 0 and 1', (n) => n >= 0 && n <= 1);
  const resetAfterMs = toMs(resetAfter, `${what}: backoff.resetAfter`);
  return Object.freeze({ initialMs, factor, maxMs, jitter, resetAfterMs });
}

function requireCount(value: number, what: string): void {
  requireNumber(value, what, 'a whole number from 0, or Infinity', isCount);
}

function isCount(n: number): boolean {
  return n === Infinity || (Number.isSafeInteger(n) && n >= 0);
}

function requireNumber(value: unknown, what: string, expected: string, fits: (value: number) => boolean): void {
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong(what, 'a number', value);
  if (!fits(value)) throw outOfRange(what, expected, value);
}

function wrong(what: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${what} must be ${expected}, not ${inWords(value)}`);
}

function outOfRange(what: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${what} must be ${expected}, not ${inWords(value)}`);
}

/**
 * What is to become of a crash.
 *
 * What restarts as one has one history, and its crashes are decided one after the other. A restart is presumed to be over
 * once its delay is; say so with `restartEnded` when it really is, since a restart that takes its time, and fails at the
 * end, is no uptime either.
 *
 * @param now when it crashed: milliseconds on any clock that never jumps
 * @param random a number from 0 up to 1, for the jitter
 */
export function decide(
  policy: RestartPolicy,
  history: RestartHistory,
  now: number,
  random: number = Math.random(),
): Verdict {
  const { maxRestarts, overMs, backoff } = policy;
  const up = history.upSince === undefined ? 0 : Math.max(0, now - history.upSince);
  const uptimeMs = history.uptimeMs + up;
  const restarts = within(history.restarts, uptimeMs - overMs);
  if (restarts.length >= maxRestarts) {
    return { restart: false, history: { ...history, restarts, uptimeMs, upSince: now } };
  }

  const streak = backoff !== false && up >= backoff.resetAfterMs ? 1 : history.streak + 1;
  const delayMs = backoff === false ? 0 : jittered(backoff, delayOf(backoff, streak), random);
  // Without a limit there is nothing to count, and the list would grow for ever.
  const counted = maxRestarts === Infinity ? [] : [...restarts, uptimeMs];
  return {
    restart: true,
    delayMs,
    attempt: maxRestarts === Infinity ? streak : counted.length,
    history: { restarts: counted, uptimeMs, upSince: now + delayMs, streak },
  };
}

/** The history when a service goes down for whatever reason: until `restartEnded`, no time counts as its uptime. */
export function restartBegan({ backoff }: RestartPolicy, history: RestartHistory, now: number): RestartHistory {
  const up = history.upSince === undefined ? 0 : Math.max(0, now - history.upSince);
  const healthy = backoff !== false && up >= backoff.resetAfterMs;
  return { ...history, uptimeMs: history.uptimeMs + up, upSince: undefined, streak: healthy ? 0 : history.streak };
}

/** The history once a restart is over, well or badly: up to `now`, the service was not up. */
export function restartEnded(history: RestartHistory, now: number): RestartHistory {
  return { ...history, upSince: now };
}

/**
 * The policy in words: `'restarts after 100ms, 200ms, 400ms, 800ms, 1.6s (each ±20%), at most 5 restarts within 1m not
 * counting the waiting; the delay starts over after 1m without a crash; a crash loop is given up after 3.1s of waiting'`.
 */
export function describePolicy({ maxRestarts, overMs, backoff }: RestartPolicy): string {
  if (maxRestarts === 0) return 'never restarts';
  const limit =
    maxRestarts === Infinity
      ? 'as often as it takes'
      : `at most ${String(maxRestarts)} ${maxRestarts === 1 ? 'restart' : 'restarts'} within ${formatMs(overMs)}`;
  if (backoff === false || backoff.initialMs === 0) return `restarts at once, ${limit}`;
  const { resetAfterMs, jitter } = backoff;
  const each = jitter === 0 ? '' : ` (each ±${String(Number((jitter * 100).toFixed(1)))}%)`;
  const words = [`restarts after ${delaysInWords(backoff, maxRestarts)}${each}, ${limit}`];
  if (maxRestarts !== Infinity) words[0] += ' not counting the waiting';
  if (maxRestarts > 1) words.push(`the delay starts over after ${formatMs(resetAfterMs)} without a crash`);
  if (maxRestarts !== Infinity) {
    words.push(`a crash loop is given up after ${formatMs(totalDelay(backoff, maxRestarts))} of waiting`);
  }
  return words.join('; ');
}

/** How many delays are listed one by one. */
const LISTED = 10;

function delaysInWords(backoff: Backoff, maxRestarts: number): string {
  // From the first delay that is as long as they get, they are all the same.
  let last = 1;
  while (last < maxRestarts && last <= LISTED && delayOf(backoff, last + 1) > delayOf(backoff, last)) last += 1;
  const complete = last <= LISTED;
  const listed = Array.from({ length: complete ? last : LISTED / 2 }, (_, index) =>
    formatMs(delayOf(backoff, index + 1)),
  );
  if (!complete) {
    const longest = delayOf(backoff, maxRestarts);
    return `${listed.join(', ')}, … up to ${formatMs(longest)}`;
  }
  if (last === maxRestarts) return listed.join(', ');
  const then = listed.pop() ?? '';
  return listed.length === 0 ? `${then} each time` : `${listed.join(', ')}, then ${then} each time`;
}

/** The waits of a service that crashes as soon as it is up, until its budget is spent. Without jitter. */
function totalDelay(backoff: Backoff, maxRestarts: number): number {
  let total = 0;
  for (let streak = 1; streak <= maxRestarts; streak += 1) {
    const delay = delayOf(backoff, streak);
    if (delay === backoff.maxMs || backoff.factor === 1) return total + delay * (maxRestarts - streak + 1);
    total += delay;
  }
  return total;
}

/** The wait before the nth restart in a row, without jitter. */
function delayOf({ initialMs, factor, maxMs }: Backoff, streak: number): number {
  // 0 times a factor that has grown beyond all numbers would be no number
  return initialMs === 0 ? 0 : Math.min(maxMs, initialMs * factor ** (streak - 1));
}

/** In whole milliseconds, and never longer than `max`, which is what people were promised. */
function jittered({ jitter, maxMs }: Backoff, delay: number, random: number): number {
  return Math.min(maxMs, Math.round(delay * (1 + jitter * (2 * random - 1))));
}

/** What came after `since`. Oldest first, so what is to be forgotten is at the front. */
function within(restarts: readonly number[], since: number): readonly number[] {
  const first = restarts.findIndex((at) => at > since);
  return first === -1 ? [] : first === 0 ? restarts : restarts.slice(first);
}
