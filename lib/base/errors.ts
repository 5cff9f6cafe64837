/**
 * Every error this package raises by itself. One base class with a stable `code`, the `path` from the root to the
 * culprit where there is one, a `cause`, and a message that ends with the remedy. Errors of user code are never
 * replaced: they travel as `cause`.
 */

import { describeError, firstOf, isErrorObject, peek, shorten } from './words.js';

export { describeError };

const BRAND = Symbol.for('mode-ts.ModeError');

// how every message ends; those of nested errors are indented further
const REMEDY = '\n  → ';

/** How long a message of ours may be, which can quote many of others. */
const LONGEST = 1_000_000;

/**
 * What kind of mistake or mishap an error is. Stable: programs may compare against it. New ones may come. What to do about
 * each is in `docs/errors.md`.
 */
export type ModeErrorCode =
  | 'ERR_MODE_ABANDONED' // a stop went on without what did not settle
  | 'ERR_MODE_ASYNC_CONSTRUCTION' // something that is constructed or injected is made asynchronously
  | 'ERR_MODE_BOOT' // a service could not start, and all that had started was stopped again
  | 'ERR_MODE_BOOT_ABORTED' // a service was stopped while it was starting
  | 'ERR_MODE_COPIES' // a class was declared with another installed copy of this package
  | 'ERR_MODE_CYCLE' // a service would become a child of one of its own children
  | 'ERR_MODE_DECLARATION' // a decorator or `defineService()` names what it cannot name, or what is declared already
  | 'ERR_MODE_INTERNAL' // something happened that cannot happen
  | 'ERR_MODE_INTERRUPTED' // a signal told the worker to stop while it was booting
  | 'ERR_MODE_NOT_RUNNING' // something was asked of a service or a resource that does not run
  | 'ERR_MODE_OWNED' // a service has somebody else who starts and stops it
  | 'ERR_MODE_PLAN' // the dependency graph is not sound, and nothing was started
  | 'ERR_MODE_PROXY' // a proxy has no service to stand for
  | 'ERR_MODE_RESTART_ABORTED' // a service that was to be restarted did not come back
  | 'ERR_MODE_RESTART_LIMIT' // a service crashed more often than its budget allows
  | 'ERR_MODE_SHADOWED' // a field of a service hides a member that every `Service` has
  | 'ERR_MODE_SIGNAL' // an async handler of a `SyncSignal` failed, for which nobody waits
  | 'ERR_MODE_STARTED' // it is too late for that: the service runs already
  | 'ERR_MODE_START_TIMEOUT' // a start took longer than its `startTimeout`
  | 'ERR_MODE_STOP' // something did not stop cleanly; the rest was stopped all the same
  | 'ERR_MODE_STOPPED' // the service was stopped: why its signals abort
  | 'ERR_MODE_STOPPING' // what should start is about to stop
  | 'ERR_MODE_STOP_TIMEOUT' // a stop took longer than its `stopTimeout`: why its signals abort
  | 'ERR_MODE_THREAD_BLOCKED' // the event loop of a thread did not turn for too long
  | 'ERR_MODE_THREAD_CLONE' // something cannot be sent to another thread
  | 'ERR_MODE_THREAD_CRASHED' // a thread crashed before a call of it had ended
  | 'ERR_MODE_THREAD_EXITED' // a thread ended by itself
  | 'ERR_MODE_THREAD_METHOD' // the service in a thread has no such method
  | 'ERR_MODE_THREAD_MODULE' // what a thread should run cannot be found or made
  | 'ERR_MODE_THREAD_NOT_RUNNING' // no thread runs that could answer the call
  | 'ERR_MODE_THREAD_QUEUE_FULL' // too many calls wait for a thread
  | 'ERR_MODE_THREAD_STOPPED' // a thread was stopped before a call of it had ended
  | 'ERR_MODE_UNKNOWN' // there is no such service in this container, or no such child
  | 'ERR_MODE_USAGE'; // the worker was given something that it cannot run

/** What a `ModeError` says, apart from its code. */
export interface ModeErrorOptions {
  /** What happened, in one sentence that names the culprit. */
  message: string;
  /** What to do about it. Becomes the end of the message. */
  remedy?: string;
  /** From the root to the culprit. */
  path?: readonly string[];
  /** What was thrown, as it was thrown. */
  cause?: unknown;
}

/**
 * The base class of all errors of this package.
 *
 * ```ts
 * if (ModeError.is(error) && error.code === 'ERR_MODE_STOPPING') ...
 * ```
 */
export class ModeError extends Error {
  override readonly name: string = 'ModeError';
  /** What kind of mistake or mishap it is: what to compare, since messages may change. Node's errors have a `code`, too. */
  readonly code: ModeErrorCode;
  /** Names from the root to the culprit, where there is a path. */
  declare readonly path?: string[];

  constructor(code: ModeErrorCode, options: ModeErrorOptions) {
    const { remedy, path } = options;
    const message = shorten(options.message, LONGEST);
    // what was thrown may be `undefined`
    super(
      remedy === undefined ? message : message + REMEDY + remedy,
      'cause' in options ? { cause: options.cause } : {},
    );
    this.code = code;
    if (path !== undefined) this.path = [...path];
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether a value is an error of this package, also one from another installed copy of it. */
  static is(value: unknown): value is ModeError {
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      // a proxy that lets nobody look
      return false;
    }
  }
}

/** One thing that is wrong with a graph. */
export interface PlanProblem {
  /**
   * - `missing`: nothing is bound to what is needed
   * - `cycle`: it needs itself, by way of others
   * - `ambiguous`: several bindings fit where one is needed
   * - `metadata`: the compiler wrote down no types, and nothing else says what is needed
   * - `parent`: it belongs to the parent container, where it does not run
   */
  kind: 'missing' | 'cycle' | 'ambiguous' | 'metadata' | 'parent';
  /** What is wrong and what to do about it, in one or more lines. */
  message: string;
  /** Names from the root to the culprit; for a cycle, the names around it, the first one repeated at the end. */
  path: string[];
  /** The nearest names that do exist, nearest first. */
  suggestions: string[];
}

/** How many problems are told in one message. */
const WORTH_READING = 50;

/** The graph is not sound. Nothing was constructed and nothing was started. */
export class PlanError extends ModeError {
  override readonly name: string = 'PlanError';
  /** All that is wrong, not only the first. At least one. */
  readonly problems: PlanProblem[];

  constructor(problems: PlanProblem[], remedy?: string) {
    const count = problems.length === 1 ? 'a problem' : `${String(problems.length)} problems`;
    const more = problems.length - WORTH_READING;
    const lines = problems.slice(0, WORTH_READING).map(({ message }) => indent(message));
    if (more > 0) lines.push(`  - and ${String(more)} more: see \`problems\``);
    super('ERR_MODE_PLAN', {
      message: `The dependency graph has ${count}:\n${lines.join('\n')}`,
      remedy: remedy ?? `Nothing was started; mend ${problems.length === 1 ? 'it' : 'them'} and boot again.`,
      path: problems[0]?.path ?? [],
    });
    this.problems = problems;
  }
}

/** A boot failed, timed out or was aborted, and everything that it had started was stopped again. */
export class BootError extends ModeError {
  override readonly name: string = 'BootError';
  /** The service that failed. */
  readonly service: string;
  declare readonly path: string[];
  /** What went wrong on the way back. */
  readonly errors: unknown[];

  constructor(service: string, path: readonly string[], cause: unknown, errors: unknown[] = []) {
    const onTheWayBack = errors.length === 0 ? '' : `; on the way back: ${firstOf(errors, within).join('; ')}`;
    super('ERR_MODE_BOOT', {
      message: `${service} could not be started (${way(path)}): ${within(cause)}${onTheWayBack}`,
      remedy:
        remedyOf(cause) ?? `Everything that had started was stopped again; see the cause for what ${service} met.`,
      path,
      cause,
    });
    this.service = service;
    this.errors = errors;
  }
}

/** A stop met errors, or had to give up waiting for somebody. Everything else was stopped all the same. */
export class StopError extends ModeError {
  override readonly name: string = 'StopError';
  /** What was thrown on the way down, and by whom. */
  readonly errors: { service: string; error: unknown }[];
  /** Whose stop took longer than it was given, and what each was waiting on. They may still be at it. */
  readonly abandoned: { service: string; waitingOn: string[] }[];

  constructor(errors: { service: string; error: unknown }[], abandoned: { service: string; waitingOn: string[] }[]) {
    const lines = [
      ...firstOf(errors, ({ service, error }) => `${service}: ${within(error)}`),
      ...firstOf(abandoned, ({ service, waitingOn }) => `${service} was abandoned, waiting on ${waitingOn.join(', ')}`),
    ];
    super('ERR_MODE_STOP', {
      message: `Not everything stopped cleanly:\n${lines.map(indent).join('\n')}`,
      remedy:
        abandoned.length === 0
          ? 'Everything else was stopped; see `errors` for what each service met.'
          : 'Let what is named settle when its signal aborts, or give it more time with `stopTimeout` or `stop({ timeout })`.',
      path: [errors[0]?.service ?? abandoned[0]?.service ?? ''],
      ...(errors[0] !== undefined && { cause: errors[0].error }),
    });
    this.errors = errors;
    this.abandoned = abandoned;
  }
}

/** A service crashed more often than its restart budget allows (mode's `MaxRestartsExceeded`). Its last crash is the `cause`. */
export class RestartLimitError extends ModeError {
  override readonly name: string = 'RestartLimitError';
  /** The service whose crash was too much. */
  readonly service: string;
  /** How many restarts the budget allowed and were made. */
  readonly restarts: number;

  constructor(
    service: string,
    restarts: number,
    cause: unknown,
    schedule?: string,
    path: readonly string[] = [service],
  ) {
    const again = restarts === 0 ? '' : ` again after ${String(restarts)} ${restarts === 1 ? 'restart' : 'restarts'}`;
    super('ERR_MODE_RESTART_LIMIT', {
      message: `${service} crashed${again}: ${within(cause)}` + (schedule === undefined ? '' : ` (${schedule})`),
      remedy: 'Mend the cause, or allow more with `maxRestarts`, `over` and `backoff`.',
      path,
      cause,
    });
    this.service = service;
    this.restarts = restarts;
  }
}

/** A path in words. It can be very long, and then its ends tell the most. */
export function way(path: readonly string[]): string {
  const shown =
    path.length <= 12 ? path : [...path.slice(0, 5), `… ${String(path.length - 10)} more …`, ...path.slice(-5)];
  return shown.join(' → ');
}

/** The same within the message of another error of ours, which ends with the remedy. */
function within(error: unknown): string {
  return ModeError.is(error) ? splitRemedy(error).message : describeError(error);
}

/** A thrown value as an `Error`, for the places that need one. */
export function asError(error: unknown): Error {
  return isErrorObject(error) ? error : new Error(describeError(error), { cause: error });
}

function remedyOf(error: unknown): string | undefined {
  return ModeError.is(error) ? splitRemedy(error).remedy : undefined;
}

/** What one of our errors says, and the remedy with which that ends. */
function splitRemedy(error: ModeError): { message: string; remedy: string | undefined } {
  const message = peek(error, 'message');
  if (typeof message !== 'string') return { message: describeError(error), remedy: undefined };
  const end = message.lastIndexOf(REMEDY);
  if (end < 0) return { message: shorten(message), remedy: undefined };
  return { message: shorten(message.slice(0, end)), remedy: shorten(message.slice(end + REMEDY.length)) };
}

function indent(text: string): string {
  return `  - ${text.replaceAll('\n', '\n    ')}`;
}
