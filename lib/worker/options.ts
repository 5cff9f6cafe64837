/** The options of a worker: in code, on the command line, and in the environment. */

import type { Clock } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import { checkLogger } from '../base/logger.js';
import { inWords } from '../base/words.js';
import { UsageError, split } from './explain.js';
import { parseLevel } from './logging.js';
import type { LogOptions } from './winston.js';
import { requireOptions } from '../base/nearest.js';

/** The options of a `Worker`. */
export interface WorkerOptions extends LogOptions {
  /**
   * How long the whole shutdown may take. What does not stop in time is abandoned and named, and the exit code is 1.
   * Default: no limit beyond the `stopTimeout` of each service (60 s).
   */
  stopTimeout?: Duration;
  /**
   * `false` is for jobs: the program ends, with 0, once every task has returned (timers and crontabs do not count). A signal
   * before that stops it in order, and it exits with 128+n, since its work was not done. Default: `true`.
   */
  daemon?: boolean;
  /** The time source, also of the container that is made for classes and services. Default: the real one. */
  clock?: Clock;
}

/** The options of `worker.stop()`. */
export interface WorkerStopOptions {
  /** The exit code, unless something goes wrong. Default: 0. */
  code?: number;
  /** Why, for the log. */
  reason?: string;
}

/** An option that the command line and the environment have as well. */
export interface Setting {
  readonly name: 'loglevel' | 'logfile' | 'stopTimeout' | 'daemon';
  readonly env: string;
  readonly flags: string;
  readonly help: string;
  /**
   * Reads what was given as text.
   *
   * @throws TypeError
   */
  readonly parse: (text: string) => WorkerOptions[Setting['name']];
}

export const SETTINGS: readonly Setting[] = [
  {
    name: 'loglevel',
    env: 'MODE_LOGLEVEL',
    flags: '-l, --loglevel <level>',
    help: 'debug, info, warn, error or crit (default: "info")',
    parse: parseLevel,
  },
  {
    name: 'logfile',
    env: 'MODE_LOGFILE',
    flags: '-f, --logfile <path>',
    help: 'append the log to a file, which SIGHUP opens again (default: the standard output)',
    parse: (text) => text,
  },
  {
    name: 'stopTimeout',
    env: 'MODE_STOP_TIMEOUT',
    flags: '--stop-timeout <duration>',
    help: "how long a shutdown may take in all, such as '30s' (default: no limit)",
    parse: parseDuration,
  },
  {
    name: 'daemon',
    env: 'MODE_DAEMON',
    flags: '--no-daemon',
    help: 'for jobs: end once every task has returned',
    parse: parseBoolean,
  },
];

/**
 * What the environment says about the options of a worker; an empty variable says nothing.
 *
 * @throws UsageError
 */
export function optionsIn(env: Readonly<Record<string, string | undefined>> = {}): WorkerOptions {
  const given = SETTINGS.flatMap(({ name, env: variable, parse }) => {
    const text = env[variable] ?? '';
    if (text === '') return [];
    try {
      return [[name, parse(text)]];
    } catch (error) {
      const { remedy = 'Correct it, or leave it out.' } = split(error);
      throw new UsageError(`${variable} in the environment cannot be ${inWords(text)}`, remedy);
    }
  });
  return Object.fromEntries(given) as WorkerOptions;
}

const WORKER_OPTIONS: readonly (keyof WorkerOptions)[] = [
  'loglevel',
  'logfile',
  'logger',
  'overrideLogging',
  'stopTimeout',
  'daemon',
  'clock',
];

/** @throws TypeError for a value that an option cannot have */
export function checkOptions(options: WorkerOptions): void {
  requireOptions(options, WORKER_OPTIONS, 'new Worker()');
  const { loglevel, stopTimeout, daemon, logger } = options;
  if (loglevel !== undefined) parseLevel(loglevel);
  if (stopTimeout !== undefined) toMs(stopTimeout, 'The stopTimeout of a worker');
  if (daemon !== undefined && typeof daemon !== 'boolean') {
    throw new TypeError(`The daemon of a worker cannot be ${inWords(daemon)}\n  → Give true, or false for a job.`);
  }
  checkLogger(logger, 'a Worker');
}

/** @throws TypeError for an option that there is not, and for what no process can exit with */
export function checkStop(options: WorkerStopOptions): WorkerStopOptions {
  requireOptions(options, ['code', 'reason'], 'stop() of a worker');
  const { code } = options;
  if (code === undefined || (Number.isInteger(code) && code >= 0 && code <= 255)) return options;
  throw new TypeError(`The exit code of a worker cannot be ${inWords(code)}\n  → Give a whole number from 0 to 255.`);
}

/** As the API takes it: digits alone are milliseconds. */
function parseDuration(text: string): Duration {
  const value = /^\d+$/.test(text) ? Number(text) : text;
  toMs(value);
  return value;
}

function parseBoolean(text: string): boolean {
  if (text === '1' || text === '0') return text === '1';
  throw new TypeError('No boolean\n  → Use 1 or 0.');
}
