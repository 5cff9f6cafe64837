/** The wall clock of a time zone, and the moments at which it is moved. */

/** A moment at which a wall clock is moved. */
export interface Transition {
  readonly at: number;
  /** How far the wall clock is ahead of UTC before and after it, in milliseconds. */
  readonly before: number;
  readonly after: number;
}

/** How far a wall clock is ahead of UTC at a moment, in milliseconds. */
export type Offset = (at: number) => number;

// Clocks have been moved by up to a day (at the date line), and nowhere twice within four days.
const DAY = 86_400_000;
/** Nowhere is it later, or earlier, than this from UTC. */
const FARTHEST = DAY;

/** A wall clock. Its times are told as numbers too: the moment at which a clock in UTC shows the same. */
export class WallClock {
  constructor(readonly offset: Offset) {}

  /** What it shows at a moment. */
  timeAt(at: number): number {
    return at + this.offset(at);
  }

  /** The latest time that it has shown up to a moment: more than it shows then, where it was set back shortly before. */
  latestTimeAt(at: number): number {
    const moved = this.transition(at - DAY - 1, at);
    const shown = this.timeAt(at);
    return moved === undefined ? shown : Math.max(shown, moved.at + moved.before - 1);
  }

  /**
   * The first moment, from `since` on, at which it shows this time or a later one: that of the time itself; the end of a gap that
   * has swallowed it; the first of two, if it comes twice.
   */
  reaches(time: number, since = -Infinity): number {
    const moved = this.transition(time - FARTHEST, time + FARTHEST);
    if (moved === undefined) return time - this.offset(time);
    const at = time - moved.before;
    return at < moved.at && at >= since ? at : Math.max(moved.at, time - moved.after);
  }

  /** Where it is moved after `from`, up to `to`: at most three days, in which that happens once at most. */
  transition(from: number, to: number): Transition | undefined {
    const before = this.offset(from);
    const after = this.offset(to);
    if (before === after) return undefined;
    let [early, late] = [from, to];
    while (late - early > 1) {
      const middle = Math.floor((early + late) / 2);
      if (this.offset(middle) === before) early = middle;
      else late = middle;
    }
    return { at: late, before, after };
  }
}

/** The wall clock of a zone of the IANA database; of the machine, if none is given. */
export function wallClockOf(timezone: string | undefined): WallClock {
  return new WallClock(timezone === undefined ? machineOffset : offsetOf(timezone));
}

function machineOffset(at: number): number {
  const date = new Date(at);
  const shown = Date.UTC(
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getMilliseconds(),
  );
  return shown - Math.trunc(at);
}

function offsetOf(timeZone: string): Offset {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    // `3/28/2027, GMT-01:00`, with seconds where they are not 0; UTC itself is `GMT`
    const match = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(format.format(at));
    if (match === null) return 0;
    const [, sign, hours, minutes, seconds = 0] = match;
    const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -ms : ms;
  };
}
