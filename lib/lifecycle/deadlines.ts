import { Alarm, type Clock } from '../base/clock.js';

/** Something that must be over by a certain time. */
export interface Timed {
  /** On the clock's `now()`. */
  deadline: number;
  /** For {@link Deadlines} alone: who watches it. */
  watcher: Deadlines | undefined;
  expired(): void;
}

const AT_REST = Promise.resolve();

/**
 * Watches any number of deadlines with a single timer. Nearly all of them are met, so what is forgotten is only marked, and
 * taken off the list when there is a reason to look at it.
 */
export class Deadlines {
  private list: Timed[] = [];
  private count = 0;
  private resting = false;
  private alarm: Alarm | undefined;

  constructor(private readonly clock: Clock) {}

  /** Watches it, or watches it further with a deadline that has changed. */
  watch(item: Timed): void {
    if (item.watcher !== this) {
      item.watcher?.forget(item);
      item.watcher = this;
      this.count += 1;
      const { list } = this;
      list.push(item);
      if (list.length > 2 * this.count + 64) this.tidy();
    }
    if (this.alarm === undefined || item.deadline < this.alarm.at) this.arm(item.deadline);
  }

  forget(item: Timed): void {
    if (item.watcher !== this) {
      // its service went over to a container in the middle of its run
      item.watcher?.forget(item);
      return;
    }
    item.watcher = undefined;
    this.count -= 1;
    if (this.count > 0 || this.resting) return;
    this.resting = true;
    // cheaper than `queueMicrotask`, which makes an async resource each time
    void AT_REST.then(this.rest);
  }

  /** Sets no timer and clears none for each of many that come one after another. */
  private readonly rest = (): void => {
    this.resting = false;
    if (this.count > 0) return;
    this.list = [];
    this.alarm?.cancel();
    this.alarm = undefined;
  };

  private tidy(): void {
    const list: Timed[] = [];
    for (let index = 0; index < this.list.length; index += 1) {
      const item = this.list[index] as Timed;
      if (item.watcher !== this) continue;
      // one that was forgotten and watched again is on the list twice
      item.watcher = undefined;
      list.push(item);
    }
    for (let index = 0; index < list.length; index += 1) (list[index] as Timed).watcher = this;
    this.list = list;
  }

  private arm(at: number): void {
    this.alarm?.cancel();
    this.alarm = new Alarm(this.clock, at, () => {
      this.alarm = undefined;
      this.sweep();
    });
  }

  private sweep(): void {
    this.tidy();
    const now = this.clock.now();
    const expired = this.list.filter(({ deadline }) => deadline <= now);
    for (const item of expired) this.forget(item);
    for (const item of expired) item.expired();
    const next = this.list.reduce(
      (least, { watcher, deadline }) => (watcher === this ? Math.min(least, deadline) : least),
      Infinity,
    );
    if (next < Infinity && (this.alarm === undefined || next < this.alarm.at)) this.arm(next);
  }
}
