import { isThenable } from '../base/async.js';

export type Release = () => unknown;

/** What a run has acquired, released last-in first-out (mode's exit stacks). */
export class Scope {
  readonly #releases: Release[] = [];
  #underWay = 0;

  /** How many releases are still to come, or have not ended. */
  get size(): number {
    return this.#releases.length + this.#underWay;
  }

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
          this.#underWay += 1;
          const settled = Promise.resolve(pending)
            .then(undefined, onError)
            .then(() => {
              this.#underWay -= 1;
            });
          if (inTime) return settled;
        }
      } catch (error) {
        onError(error);
      }
    }
    return undefined;
  }
}
