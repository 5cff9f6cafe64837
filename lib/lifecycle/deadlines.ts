import { Alarm, type Clock } from '../base/clock.js';

/** Something that must be over by a certain time. */
export interface Timed {
  /** On the clock's `now()`. */
  deadline: number;
  expired(): void;
}

/** Watches any number of deadlines with a single timer, since nearly all of them are met. */
export class Deadlines {
  readonly #watched = new Set<Timed>();
  #alarm: Alarm | undefined;

  constructor(private readonly clock: Clock) {}

  watch(item: Timed): void {
    this.#watched.add(item);
    if (this.#alarm === undefined || item.deadline < this.#alarm.at) this.#arm(item.deadline);
  }

  forget(item: Timed): void {
    if (this.#watched.delete(item) && this.#watched.size === 0) {
      this.#alarm?.cancel();
      this.#alarm = undefined;
    }
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
    const expired = [...this.#watched].filter(({ deadline }) => deadline <= now);
    for (const item of expired) this.forget(item);
    for (const item of expired) item.expired();
    let next = Infinity;
    for (const { deadline } of this.#watched) next = Math.min(next, deadline);
    if (next < Infinity && (this.#alarm === undefined || next < this.#alarm.at)) this.#arm(next);
  }
}
