/** Everything that went wrong in a run, told once each. */

import { ModeError, type BootError, type StopError } from '../base/errors.js';
import type { LifecycleEvent } from '../base/events.js';
import { isError, isObject, type ExplainOptions } from './explain.js';

export class Failures {
  readonly #all: unknown[] = [];
  /** Who crashed, by the error. Of what is no object, the last. */
  readonly #culprits = new WeakMap<object, string>();
  #last: { readonly error: unknown; readonly name: string } | undefined;
  /** What was told, on its own or as part of something else. */
  readonly #told = new Set<unknown>();
  readonly #abandoned = new Set<string>();

  /** @param tell is called each time that there is something new to say */
  constructor(private readonly tell: (error: unknown, how: ExplainOptions) => void) {}

  /** First things first. */
  get all(): readonly unknown[] {
    return this.#all;
  }

  /** Notes who met an error, so that it can be named when the error arrives. */
  notice(event: LifecycleEvent): void {
    if (event.type !== 'service' || !('error' in event)) return;
    const { error, name } = event;
    if (!isObject(error)) this.#last = { error, name };
    else if (!this.#culprits.has(error)) this.#culprits.set(error, name);
  }

  add(error: unknown, how: ExplainOptions = this.#howToTell(error)): void {
    if (this.#all.includes(error)) return;
    const known = this.#isOldNews(error);
    this.#all.push(error);
    if (known) return;
    this.#remember(error);
    this.tell(error, how);
  }

  /** A stop that met a crash reports that crash again, and so does a boot that went down with it. */
  #isOldNews(error: unknown): boolean {
    if (isError(error, 'ERR_MODE_INTERRUPTED')) return true;
    if (isError(error, 'ERR_MODE_BOOT')) {
      const { cause, errors } = error as BootError;
      return this.#told.has(cause) && errors.every((one) => this.#isOldNews(one));
    }
    if (!isError(error, 'ERR_MODE_STOP')) return this.#told.has(error);
    const { errors, abandoned } = error as StopError;
    return (
      errors.every((one) => this.#told.has(one.error)) && abandoned.every(({ service }) => this.#abandoned.has(service))
    );
  }

  #remember(error: unknown): void {
    this.#told.add(error);
    if (isError(error, 'ERR_MODE_BOOT')) {
      const { cause, errors } = error as BootError;
      for (const one of [cause, ...errors]) this.#remember(one);
    } else if (isError(error, 'ERR_MODE_STOP')) {
      const { errors, abandoned } = error as StopError;
      for (const one of errors) this.#remember(one.error);
      for (const { service } of abandoned) this.#abandoned.add(service);
    }
  }

  #howToTell(error: unknown): ExplainOptions {
    const last = this.#last?.error === error ? this.#last?.name : undefined;
    const culprit = isObject(error) ? this.#culprits.get(error) : last;
    if (culprit === undefined || ModeError.is(error)) return {};
    return {
      what: `${culprit} crashed`,
      advice: `Mend ${culprit}, or let it come back by itself: @service({ restart: { maxRestarts: 5 } }).`,
    };
  }
}
