import { Alarm, type Clock } from '../base/clock.js';

/** Something that must be over by a certain time. Doubly linked while it is watched, which costs nothing to allocate. */
export interface Timed {
  /** On the clock's `now()`. */
  deadline: number;
  /** @internal */
  before: Timed | undefined;
  /** @internal */
  after: Timed | undefined;
  expired(): void;
}

/** Watches any number of deadlines with a single timer, since nearly all of them are met. */
export class Deadlines {
  readonly #head: Timed = { deadline: Infinity, before: undefined, after: undefined, expired: () => undefined };
  #alarm: Alarm | undefined;

  constructor(private readonly clock: Clock) {}

  /** Watches it, or watches it further with a deadline that has changed. */
  watch(item: Timed): void {
    if (item.before === undefined) {
      const first = this.#head.after;
      item.before = this.#head;
      item.after = first;
      this.#head.after = item;
      if (first !== undefined) first.before = item;
    }
    if (this.#alarm === undefined || item.deadline < this.#alarm.at) this.#arm(item.deadline);
  }

  forget(item: Timed): void {
    if (item.before === undefined) return;
    item.before.after = item.after;
    if (item.after !== undefined) item.after.before = item.before;
    item.before = undefined;
    item.after = undefined;
    if (this.#head.after !== undefined) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #arm(at: number): void {
    this.#alarm?.cancel();
    this.#alarm = new Alarm(this.clock, at, () => {
      this.#alarm = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const now = this.clock.now();
    const expired = [...this.#watched()].filter(({ deadline }) => deadline <= now);
    for (const item of expired) this.forget(item);
    for (const item of expired) item.expired();
    let next = Infinity;
    for (const { deadline } of this.#watched()) next = Math.min(next, deadline);
    if (next < Infinity && (this.#alarm === undefined || next < this.#alarm.at)) this.#arm(next);
  }

  *#watched(): Generator<Timed> {
    for (let item = this.#head.after; item !== undefined; item = item.after) yield item;
  }
}
