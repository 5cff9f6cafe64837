import { isThenable } from './async.js';

interface Waiting {
  done(value: unknown): void;
  failed(error: unknown): void;
}

const waiting = new WeakMap<object, Set<Waiting>>();

/**
 * Calls back when a promise has settled, unless the returned function is called before. However many wait for it, it carries one
 * reaction: a promise keeps each that it is given for as long as it lives, so a loop that races against one which lives as
 * long as the program (`closed`, `drained`) would keep something of each turn.
 */
export function whenSettled<T>(
  promise: PromiseLike<T>,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): () => void {
  const all = waiting.get(promise) ?? react(promise);
  const one: Waiting = { done, failed };
  all.add(one);
  return () => {
    all.delete(one);
  };
}

/** Leaves the rejection of a promise to somebody else, or to nobody. */
export function ignoreFailure(value: unknown): void {
  if (isThenable(value) && !waiting.has(value)) react(value);
}

function react(promise: PromiseLike<unknown>): Set<Waiting> {
  const all = new Set<Waiting>();
  waiting.set(promise, all);
  const settle = (tell: (one: Waiting) => void): void => {
    waiting.delete(promise);
    for (const one of all) tell(one);
    all.clear();
  };
  Promise.resolve(promise).then(
    (value) => {
      settle((one) => {
        one.done(value);
      });
    },
    (error: unknown) => {
      settle((one) => {
        one.failed(error);
      });
    },
  );
  return all;
}

/** Begins to wait for something. What it returns ends that. */
export type Begin<T> = (done: (value: T) => void, failed: (error: unknown) => void) => () => void;

/** Waits for one. */
export function valueOf<T>(promise: PromiseLike<T>): Begin<T> {
  return (done, failed) => whenSettled(promise, done, failed);
}

/** Waits for the first of several. */
export function firstOf<T>(promises: readonly PromiseLike<T>[]): Begin<{ value: T; index: number }> {
  return (done, failed) => {
    const undo = promises.map((promise, index) =>
      whenSettled(
        promise,
        (value) => {
          done({ value, index });
        },
        failed,
      ),
    );
    return () => {
      for (const one of undo) one();
    };
  };
}

/** Waits for all of several. */
export function allOf<T>(promises: readonly PromiseLike<T>[]): Begin<T[]> {
  return (done, failed) => {
    const values: T[] = [];
    let left = promises.length;
    if (left === 0) done(values);
    const undo = promises.map((promise, index) =>
      whenSettled(
        promise,
        (value) => {
          values[index] = value;
          left -= 1;
          if (left === 0) done(values);
        },
        failed,
      ),
    );
    return () => {
      for (const one of undo) one();
    };
  };
}
