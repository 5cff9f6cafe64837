/** Everything that went wrong in a run, told once each, to people. */

import { ModeError, type StopError } from '../base/errors.js';
import type { LifecycleEvent } from '../base/events.js';
import type { Explainer, ExplainOptions } from './explain.js';

export class Failures {
  readonly #all: unknown[] = [];
  /** Who crashed, by the error. */
  readonly #culprits = new WeakMap<object, string>();

  /** @param tell is given several lines, each time that there is something new to say */
  constructor(
    private readonly explainer: Explainer,
    private readonly tell: (text: string) => void,
  ) {}

  /** First things first. */
  get all(): readonly unknown[] {
    return this.#all;
  }

  /** Notes who met an error, so that it can be named when the error arrives. */
  notice(event: LifecycleEvent): void {
    if (event.type === 'service' && isObject(event.error) && !this.#culprits.has(event.error)) {
      this.#culprits.set(event.error, event.name);
    }
  }

  add(error: unknown, how: ExplainOptions = this.#howToTell(error)): void {
    if (this.#all.includes(error)) return;
    const known = this.#isOldNews(error);
    this.#all.push(error);
    if (!known) this.tell(this.explainer.explain(error, how));
  }

  /** A stop that met a crash reports that crash again. */
  #isOldNews(error: unknown): boolean {
    if (!ModeError.is(error) || error.code !== 'ERR_MODE_STOP') return false;
    const { errors, abandoned } = error as StopError;
    return abandoned.length === 0 && errors.every((one) => this.#all.includes(one.error));
  }

  #howToTell(error: unknown): ExplainOptions {
    const culprit = isObject(error) ? this.#culprits.get(error) : undefined;
    if (culprit === undefined || ModeError.is(error)) return {};
    return {
      what: `${culprit} crashed`,
      advice: `Mend ${culprit}, or let it come back by itself: @service({ restart: { maxRestarts: 5 } }).`,
    };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
