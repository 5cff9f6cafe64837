import { isThenable } from '../base/async.js';

export type Release = () => unknown;

/** What a run has acquired, released last-in first-out (mode's exit stacks). */
export class Scope {
  readonly #releases: Release[] = [];

  add(release: Release): void {
    this.#releases.push(release);
  }

  /**
   * Releases everything, whatever fails; `onError` gets each error. Asynchronous only where a release is. One waits for the
   * other, unless there is no time left for that.
   */
  close(onError: (error: unknown) => void, inTime = true): void | Promise<void> {
    while (this.#releases.length > 0) {
      try {
        const pending = this.#releases.pop()?.();
        if (isThenable(pending)) {
          const settled = Promise.resolve(pending).then(undefined, onError);
          if (inTime) return settled.then(() => this.close(onError));
        }
      } catch (error) {
        onError(error);
      }
    }
  }
}
