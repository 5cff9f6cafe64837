/** What `use()`, `adopt()` and `defer()` do. */
import type { Lifecycle } from './lifecycle.js';
import { notRunning } from './mishaps.js';
import * as Phase from './phase.js';
import type { Release } from './scope.js';
import { warn } from './telling.js';
import { inWords } from '../base/words.js';

/** Has something released at the end of a service's run. Where there is none, it is released at once and refused. */
export function releaseWith(lifecycle: Lifecycle, what: string, release: Release): void {
  const { run } = lifecycle;
  if (typeof release !== 'function') {
    throw new TypeError(
      `${what} of ${lifecycle.name} takes a function that releases, not ${inWords(release, { depth: 0 })}`,
    );
  }
  // a release may take something on itself, which is released next, and so may onShutdown
  if (run !== undefined && run.phase !== Phase.Down) {
    run.scope.add(release);
    return;
  }
  Promise.resolve()
    .then(release)
    .catch((error: unknown) => {
      warn(lifecycle, `could not release what it gave to ${what}`, error);
    });
  throw notRunning(lifecycle, what);
}

/** How to release a value that knows it by itself. */
export function releaseOf(value: AsyncDisposable | Disposable): Release {
  const given = value as Partial<AsyncDisposable & Disposable> | null | undefined;
  const dispose = given?.[Symbol.asyncDispose] ?? given?.[Symbol.dispose];
  if (typeof dispose !== 'function') {
    throw new TypeError(
      'use() takes a value with [Symbol.asyncDispose] or [Symbol.dispose]; for any other, adopt(value, release)',
    );
  }
  return () => dispose.call(value) as unknown;
}
