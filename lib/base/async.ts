import { ModeError, type ModeErrorCode } from './errors.js';
import { peek } from './words.js';

/** A promise that is settled from outside. (`Promise.withResolvers` came with Node 22.) */
export interface Deferred<T> {
  /** What whoever waits is given. */
  readonly promise: Promise<T>;
  /** Fulfils it. Nothing happens once it is settled. */
  resolve(value: T | PromiseLike<T>): void;
  /** Rejects it. Nothing happens once it is settled. */
  reject(error: unknown): void;
}

/** A new one, not settled. */
export function deferred<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve'];
  let reject!: Deferred<T>['reject'];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const SETTLED = Promise.resolve();

/** Calls back as soon as what runs now is over: `queueMicrotask`, which fake timers of a test runner take the place of. */
export function soon(callback: () => void): void {
  void SETTLED.then(callback);
}

/** Whether something can be awaited, whoever made it: a promise, or what any library takes for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Whether an error only repeats that something has ended, whose signal aborted with `reason`. */
export function isEcho(error: unknown, reason: unknown): boolean {
  return error === reason || isAbort(error);
}

/** Whether an error is what the platform rejects with when a signal aborts. */
export function isAbort(error: unknown): boolean {
  return peek(error, 'name') === 'AbortError';
}

/** For a promise whose rejection is reported somewhere else. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {
    // reported where it happened
  });
  return promise;
}

const OVERTAKEN: ReadonlySet<ModeErrorCode> = new Set([
  'ERR_MODE_STOPPED',
  'ERR_MODE_STOPPING',
  'ERR_MODE_RESTART_ABORTED',
  'ERR_MODE_BOOT_ABORTED',
]);

/** Whether an error says no more than that a stop had the last word. */
export function isOvertaken(error: unknown): boolean {
  const seen = new Set<unknown>();
  // an error may be its own cause
  for (let at = error; ModeError.is(at) && !seen.has(at); at = peek(at, 'cause')) {
    const code = peek(at, 'code') as ModeErrorCode;
    if (OVERTAKEN.has(code)) return true;
    if (code !== 'ERR_MODE_BOOT') return false;
    seen.add(at);
  }
  return false;
}

/**
 * A start or restart, as it is given to who asked for it: nobody has to mind that a stop overtook it, so `void service.restart()` does
 * not end the process in the middle of that stop.
 */
export function unlessOvertaken<T>(order: () => Promise<T>): Promise<T> {
  const given = new Promise<T>((resolve, reject) => {
    order().then(resolve, (error: unknown) => {
      if (isOvertaken(error)) void handled(given);
      // oxlint-disable-next-line prefer-promise-reject-errors -- it is what was thrown
      reject(error);
    });
  });
  return given;
}
