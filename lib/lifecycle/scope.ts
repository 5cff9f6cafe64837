import { isThenable } from '../base/async.js';

export type Release = () => unknown;

/** What a run has acquired, released last-in first-out (mode's exit stacks). */
export class Scope {
  readonly #releases: Release[] = [];

  add(release: Release): void {
    this.#releases.push(release);
  }

  /**
   * Releases up to the first that is asynchronous, which the next call goes on from; everything, unless one has time to wait for the
   * other. `onError` gets each error.
   */
  close(onError: (error: unknown) => void, inTime = true): Promise<unknown> | undefined {
    while (this.#releases.length > 0) {
      try {
        const pending = this.#releases.pop()?.();
        if (isThenable(pending)) {
          const settled = Promise.resolve(pending).then(undefined, onError);
          if (inTime) return settled;
        }
      } catch (error) {
        onError(error);
      }
    }
    return undefined;
  }
}
