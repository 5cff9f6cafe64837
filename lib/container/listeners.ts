/** Who listens to the lifecycle events of a container, and how they are told. */
import { isThenable } from '../base/async.js';
import type { Clock } from '../base/clock.js';
import type { LifecycleEvent, LifecycleEventBody } from '../base/events.js';

type Listener = (event: LifecycleEvent) => void;

export class Listeners {
  /** As they are called, and as they were given. */
  readonly #listeners = new Map<Listener, Listener>();
  /** What is being told, and what is to be told after it. */
  readonly #events: LifecycleEvent[] = [];

  constructor(private readonly clock: Clock) {}

  get any(): boolean {
    return this.#listeners.size > 0;
  }

  get all(): Listener[] {
    return [...this.#listeners.values()];
  }

  /** Takes one on, until the returned function is called. */
  add(listener: Listener): () => void {
    // the same function may be given twice, and each has its own end
    const own = (event: LifecycleEvent): void => {
      const result: unknown = listener(event);
      if (isThenable(result)) {
        result.then(undefined, (error: unknown) => {
          this.#failed(event, error);
        });
      }
    };
    this.#listeners.set(own, listener);
    return () => this.#listeners.delete(own);
  }

  emit(body: LifecycleEventBody): void {
    this.#events.push({ ...body, at: new Date(this.clock.date()) });
    if (this.#events.length > 1) return;
    // what happens while an event is told is told after it, so that everybody hears everything in the same order
    for (let event = this.#events[0]; event !== undefined; event = this.#events[0]) {
      for (const listener of [...this.#listeners.keys()]) {
        if (!this.#listeners.has(listener)) continue;
        try {
          listener(event);
        } catch (error) {
          this.#failed(event, error);
        }
      }
      this.#events.shift();
    }
  }

  #failed(event: LifecycleEvent, error: unknown): void {
    // one that fails on the warning as well has nobody left to tell
    if (event.type !== 'warning') this.emit({ type: 'warning', message: 'A listener of container.on() threw', error });
  }
}
