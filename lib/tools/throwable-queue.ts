import { Fifo } from './fifo.js';
import { FlowControlQueue } from './flow-control.js';

/**
 * A queue through which a producer can also send an error (mode's `ThrowableQueue`): it overtakes every item and is
 * thrown by the next `get`. The queue goes on after it.
 */
export class ThrowableQueue<T> extends FlowControlQueue<T> {
  readonly #errors = new Fifo<{ error: unknown }>();

  /** Whether a `get` would wait: there is neither an item nor an error. */
  override get isEmpty(): boolean {
    return super.isEmpty && this.#errors.size === 0;
  }

  /** Makes a `get` throw: the first one that waits, or else the next one. Each error is thrown once. */
  throw(error: unknown): void {
    if (!this.refuseGetter(error)) this.#errors.push({ error });
  }

  /** Throws away what is in the queue, errors included. */
  override clear(): void {
    this.#errors.clear();
    super.clear();
  }

  protected override raise(): void {
    const raised = this.#errors.shift();
    if (raised !== undefined) throw raised.error;
  }
}
