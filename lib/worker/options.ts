import type { Clock } from '../base/clock.js';
import type { Duration } from '../base/duration.js';
import type { Logger } from '../base/events.js';
import type { WorkerLogLevel } from './levels.js';

/** The options of a `Worker`, with mode's names where mode has them. */
export interface WorkerOptions {
  /** The least urgent level that is logged. Default: `'info'`. */
  loglevel?: WorkerLogLevel;
  /** A file, which is appended to, or a stream, instead of the standard output. */
  logfile?: string | NodeJS.WritableStream;
  /**
   * Your own logger instead of winston. The message it gets carries the prefix (`[^--Name]: `); time, level and format are
   * up to it.
   */
  logger?: Logger;
  /**
   * `false` leaves logging to the program (mode's `override_logging`): the worker opens no log of its own, and what it has
   * to say, and services whose container has no logger, goes to `logger` or nowhere. Default: `true`.
   */
  overrideLogging?: boolean;
  /**
   * How long the whole shutdown may take. What does not stop in time is abandoned and named, and the exit code is 1.
   * Default: no limit beyond the `stopTimeout` of each service (60 s).
   */
  stopTimeout?: Duration;
  /** The time source, also of the container that is made for classes and services. Default: the real one. */
  clock?: Clock;
}
