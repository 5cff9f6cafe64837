/** Where the worker's log goes. The only file that knows winston. */

import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { createLogger, format, transports, type Logger as WinstonLogger } from 'winston';
import type { Clock } from '../base/clock.js';
import { describeError } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/events.js';
import { checkLogger, writerOf } from '../base/logger.js';
import { UsageError } from './explain.js';
import {
  LEVELS,
  formatLine,
  formatMeta,
  logOf,
  parseLevel,
  type WorkerLog,
  type WorkerLogLevel,
  type WorkerLogLevelName,
} from './logging.js';

/** The options of a `Worker` that are about its log, with mode's names where mode has them. */
export interface LogOptions {
  /** The least urgent level that is logged. Default: `'info'`. */
  loglevel?: WorkerLogLevelName;
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
}

/** The log that the options ask for. Raises a `UsageError` when it cannot be written. */
export async function openLog(
  options: LogOptions,
  clock: Clock,
  stdout: NodeJS.WritableStream,
  failed?: (error: unknown) => void,
): Promise<WorkerLog> {
  const { overrideLogging = true, logger = overrideLogging ? undefined : silentLogger } = options;
  const level = parseLevel(options.loglevel ?? 'info');
  if (logger === undefined) return openWinston(level, options.logfile ?? stdout, clock, failed);
  checkLogger(logger, 'a Worker');
  const write = writerOf(logger);
  // A program's own logger decides by itself which levels it writes.
  return logOf(
    (at, message, meta) => write(at === 'crit' ? 'error' : at, message, meta),
    { enabled: () => logger !== silentLogger, close: () => Promise.resolve() },
    failed,
  );
}

/** Whether what is logged shows at the terminal, or wherever the program's own logger shows it. */
export function isLogSeen({ logger, logfile, overrideLogging = true }: LogOptions): boolean {
  return logger !== undefined || (overrideLogging && typeof logfile !== 'string');
}

/** A path is appended to, a stream is left open at the end. */
async function openWinston(
  level: WorkerLogLevel,
  target: string | NodeJS.WritableStream,
  clock: Clock,
  failed?: (error: unknown) => void,
): Promise<WorkerLog> {
  const file = typeof target === 'string' ? await openFile(target) : undefined;
  const stream = file ?? (target as NodeJS.WritableStream);
  // only a terminal has this method; it knows about NO_COLOR and dumb terminals
  const colors = 'hasColors' in stream && (stream as WriteStream).hasColors();
  const logger = createLogger({
    levels: Object.fromEntries(LEVELS.map((name, index) => [name, index])),
    level,
    format: format.printf((info) => {
      const message = `${String(info.message)}${formatMeta(info['meta'])}`;
      return formatLine(new Date(clock.date()), info.level as WorkerLogLevel, message, colors);
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
  let open = true;
  return logOf(
    (name, message, meta) => {
      // What something that leaked has to say after the end is lost, rather than an error of its own.
      // The extra data is a field: winston spreads an object over the entry, where its `message` would replace ours.
      if (open) logger.log({ level: name, message, meta });
    },
    {
      enabled: (wanted) => LEVELS.indexOf(wanted) <= LEVELS.indexOf(level),
      close(ms) {
        open = false;
        return close(logger, file, ms);
      },
    },
    failed,
  );
}

type File = ReturnType<typeof createWriteStream>;

function openFile(path: string): Promise<File> {
  return new Promise((resolve, reject) => {
    const file = createWriteStream(path, { flags: 'a' });
    file.once('open', () => {
      // A disk that fills up later must not take the program down with it.
      file.off('error', refuse).on('error', () => undefined);
      resolve(file);
    });
    file.once('error', refuse);
    function refuse(error: Error): void {
      reject(
        new UsageError(
          `The log file ${path} cannot be written: ${describeError(error)}`,
          'Name a file in a directory that exists and that this user may write to.',
          error,
        ),
      );
    }
  });
}

/** winston has handed everything on when it is finished, but the file has not written it yet: that is waited for as well. */
async function close(logger: WinstonLogger, file: File | undefined, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    logger.once('finish', resolve);
    logger.end();
  });
  if (file === undefined || file.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    file.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    file.end();
  });
}
