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
  if (error === reason) return true;
  try {
    return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
  } catch {
    // a getter that throws
    return false;
  }
}

/** For a promise whose rejection is reported somewhere else. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {
    // reported where it happened
  });
  return promise;
}
