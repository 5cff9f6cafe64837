import { afterTurn, Alarm, type Clock } from '../base/clock.js';

/** Something that must be over by a certain time. */
export interface Timed {
  /** On the clock's `now()`. Below 0 while nobody has looked at the clock yet: it has that long. */
  deadline: number;
  /** For {@link Deadlines} alone: who watches it. */
  watcher: Deadlines | undefined;
  expired(): void;
}

/**
 * Watches any number of deadlines with a single timer. Nearly everything is over before anybody has to look at the clock, so that is
 * done once for all that began in one turn of the event loop: then the time of what is still there begins.
 */
export class Deadlines {
  /** In the order in which they came; with some that were forgotten, or are there twice. */
  private list: Timed[] = [];
  /** How many entries of the list count: those after them are left from before. */
  private listed = 0;
  private count = 0;
  private expectsLook = false;
  private alarm: Alarm | undefined;

  constructor(private readonly clock: Clock) {}

  /** Watches it, or watches it further with a deadline that has changed. */
  watch(item: Timed): void {
    if (item.watcher !== this) {
      item.watcher?.forget(item);
      item.watcher = this;
      this.count += 1;
      this.list[this.listed] = item;
      this.listed += 1;
    }
    if (!this.expectsLook) this.expectLook();
  }

  forget(item: Timed): void {
    if (item.watcher !== this) {
      // its service went over to a container in the middle of its run
      item.watcher?.forget(item);
      return;
    }
    item.watcher = undefined;
    this.count -= 1;
    if (this.count > 0) return;
    this.listed = 0;
    // not at once: often the next one comes right after
    if (!this.expectsLook && this.alarm !== undefined) this.expectLook();
  }

  private expectLook(): void {
    this.expectsLook = true;
    afterTurn(this.clock, this.look);
  }

  private readonly look = (): void => {
    this.expectsLook = false;
    const { list, listed } = this;
    this.list = [];
    this.listed = 0;
    if (this.count === 0) {
      this.alarm?.cancel();
      this.alarm = undefined;
      return;
    }
    const now = this.clock.now();
    const expired: Timed[] = [];
    let next = Infinity;
    for (let index = 0; index < listed; index += 1) {
      const item = list[index] as Timed;
      if (item.watcher !== this) continue;
      // one that is there twice is met once
      item.watcher = undefined;
      // whole milliseconds: a number with a fraction takes an object of its own in each run
      if (item.deadline < 0) item.deadline = Math.ceil(now - item.deadline);
      if (item.deadline <= now) {
        expired.push(item);
        continue;
      }
      next = Math.min(next, item.deadline);
      this.list.push(item);
    }
    for (const item of this.list) item.watcher = this;
    this.listed = this.list.length;
    this.count -= expired.length;
    // anew each time: the last one may have been set with timers that a test runner has taken away since
    if (this.count > 0) this.arm(next);
    for (const item of expired) item.expired();
  };

  private arm(at: number): void {
    this.alarm?.cancel();
    this.alarm = new Alarm(this.clock, at, () => {
      this.alarm = undefined;
      this.look();
    });
  }
}
