/** Where the worker's log goes. The only file that knows winston. */

import type { WriteStream } from 'node:tty';
import { createLogger, format, transports } from 'winston';
import type { Clock } from '../base/clock.js';
import { describeError } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/events.js';
import { takesDataFirst, writerOf } from '../base/logger.js';
import { LogFile } from './logfile.js';
import {
  LEVELS,
  formatLine,
  formatMeta,
  logOf,
  parseLevel,
  prefix,
  type WorkerLog,
  type WorkerLogLevel,
  type WorkerLogLevelName,
} from './logging.js';

/** A logger of the program's own. */
export interface WorkerLogger extends Logger {
  /** Is called last, and awaited for at most two seconds; pino's is given a function to call when it is done. */
  flush?(done?: (error?: unknown) => void): unknown;
}

/** The options of a `Worker` that are about its log, with mode's names where mode has them. */
export interface LogOptions {
  /** The least urgent level that is logged. Default: `'info'`. */
  loglevel?: WorkerLogLevelName;
  /** A file, which is appended to, or a stream, instead of the standard output. */
  logfile?: string | NodeJS.WritableStream;
  /**
   * Your own logger instead of winston's: `console`, or one of winston or pino as it is. The message that it gets carries the
   * prefix (`[^--Name]: `); time, level and format are up to it.
   */
  logger?: WorkerLogger;
  /**
   * `false` leaves logging to the program (mode's `override_logging`): the worker opens no log of its own, and what it has
   * to say, and services whose container has no logger, goes to `logger` or nowhere. Default: `true`.
   */
  overrideLogging?: boolean;
}

/** Where trouble with the log is told, which cannot be told in the log. */
export type TellTrouble = (message: string) => void;

/** The log that the options ask for. Raises a `UsageError` when it cannot be written. */
export function openLog(
  options: LogOptions,
  clock: Clock,
  stdout: NodeJS.WritableStream,
  trouble: TellTrouble = () => undefined,
): WorkerLog {
  const logger = ownLogger(options);
  const level = parseLevel(options.loglevel ?? 'info');
  if (logger === undefined) return openWinston(level, options.logfile ?? stdout, clock, trouble);
  const write = writerOf(logger);
  // A program's own logger decides by itself which levels it writes.
  return logOf(
    (at, message, meta) => write(at === 'crit' ? 'error' : at, message, meta),
    { enabled: () => logger !== silentLogger, close: (ms) => within(ms, flushed(logger)) },
    (error) => {
      trouble(`The log cannot be written: ${describeError(error)}`);
    },
  );
}

/** The logger that takes the place of winston, if any does. */
function ownLogger({ overrideLogging = true, logger }: LogOptions): WorkerLogger | undefined {
  return logger ?? (overrideLogging ? undefined : silentLogger);
}

/** Whether what is logged shows at the terminal, or wherever the program's own logger shows it. */
export function isLogSeen(options: LogOptions): boolean {
  const logger = ownLogger(options);
  return logger === undefined ? typeof options.logfile !== 'string' : logger !== silentLogger;
}

/** Whether there is a log file that could be opened again. */
export function hasLogFile(options: LogOptions): boolean {
  return ownLogger(options) === undefined && typeof options.logfile === 'string';
}

/** Once a logger has written what it has kept back. pino's calls back, others return a promise or nothing. */
async function flushed(logger: WorkerLogger): Promise<void> {
  if (logger.flush === undefined) return;
  if (takesDataFirst(logger)) await new Promise<unknown>((resolve) => void logger.flush?.(resolve));
  else await logger.flush();
}

/** A path is appended to, a stream is left open at the end. */
function openWinston(
  level: WorkerLogLevel,
  target: string | NodeJS.WritableStream,
  clock: Clock,
  trouble: TellTrouble,
): WorkerLog {
  let open = true;
  const file =
    typeof target === 'string'
      ? new LogFile(target, (message) => {
          trouble(message);
          log.warn(prefix('Worker', 0) + message);
        })
      : undefined;
  const stream = file ?? (target as NodeJS.WritableStream);
  if (file === undefined) watch(stream);
  const colors = hasColors(stream);
  const logger = createLogger({
    levels: Object.fromEntries(LEVELS.map((name, index) => [name, index])),
    level,
    format: format.printf((info) => {
      const message = `${String(info.message)}${formatMeta(info['meta'])}`;
      return formatLine(new Date(clock.date()), info.level as WorkerLogLevel, message, colors);
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
  const log = logOf(
    (name, message, meta) => {
      // What something that leaked has to say after the end is lost, rather than an error of its own.
      // The extra data is a field: winston spreads an object over the entry, where its `message` would replace ours.
      if (open && !left.has(stream)) logger.log({ level: name, message, meta });
    },
    {
      enabled: (wanted) => LEVELS.indexOf(wanted) <= LEVELS.indexOf(level),
      async close(ms) {
        open = false;
        await new Promise<void>((resolve) => {
          logger.once('finish', resolve);
          logger.end();
        });
        // winston has handed everything on by now, but the file may not have been able to take it
        await file?.finish(ms);
      },
      ...(file !== undefined && {
        reopen: () => {
          file.reopen();
        },
      }),
    },
    (error) => {
      trouble(`The log cannot be written: ${describeError(error)}`);
    },
  );
  return log;
}

/** Streams whose reader has left. */
const left = new WeakSet();
const watched = new WeakSet();

/** That nobody reads any more ends the logging, and not the program; after any other error the next line is tried. */
function watch(stream: NodeJS.WritableStream): void {
  if (watched.has(stream)) return;
  watched.add(stream);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || !stream.writable) left.add(stream);
  });
}

/** On a terminal only, unless the environment says otherwise (NO_COLOR, FORCE_COLOR), which `hasColors` knows about. */
function hasColors(stream: NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true && 'hasColors' in stream && (stream as WriteStream).hasColors();
}

/** Settles with a promise, however that settles, or after so many milliseconds. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(done, done);
  });
}
