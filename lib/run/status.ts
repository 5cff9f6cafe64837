/** What a timer or crontab has done and will do, as `container.timers()` lists it. */
export interface TimerStatus {
  /** What people call the service. */
  service: string;
  /** The method that is run, or the `name` that its decorator was given. */
  name: string;
  /** Which decorator it has. */
  kind: 'timer' | 'crontab';
  /** When it is due next, jitter included. Missing while it is not scheduled. */
  nextAt?: Date;
  /** When its last run began. */
  lastAt?: Date;
  /** How long its last finished run took, in milliseconds. */
  lastMs?: number;
  /** Runs that were begun. */
  runs: number;
  /** Runs that were due and not made: the last one still ran, it was noticed too late, or a coordinator refused it. */
  skipped: number;
  /** Runs that threw. */
  failures: number;
}
