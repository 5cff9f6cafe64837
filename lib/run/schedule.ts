import type { TimerStatus } from './status.js';

/** A method that is called again and again while its service runs. */
export interface Schedule {
  /** What events and lists call it. */
  readonly name: string;
  /** Begins to count. A first run that is due at once is made before this returns. */
  start(): void;
  /** Nothing is begun any more; a run that is under way is left to finish, see `idle`. */
  stop(): void;
  /** Makes a run now, as if it were due; what is returned settles, never rejecting, when that is over. */
  fire(): Promise<void> | undefined;
  /** Settles, never rejecting, when the run that is under way is over; `undefined` when there is none. */
  readonly idle: Promise<void> | undefined;
  /** What it has done and will do. */
  status(): TimerStatus;
}
