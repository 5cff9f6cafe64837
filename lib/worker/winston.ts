/** The only file that knows winston. */

import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { createLogger, format, transports, type Logger as WinstonLogger } from 'winston';
import type { Clock } from '../base/clock.js';
import { describeError } from '../base/errors.js';
import { UsageError } from './errors.js';
import { LEVELS, type WorkerLogLevel } from './levels.js';
import { formatLine, formatMeta, type WorkerLog } from './logging.js';

export interface WinstonLogOptions {
  level: WorkerLogLevel;
  clock: Clock;
  /** A path, which is appended to, or a stream, which is left open at the end. */
  target: string | NodeJS.WritableStream;
}

/** Opens a log on winston. Raises a `UsageError` when the file cannot be written. */
export async function openWinstonLog({ level, clock, target }: WinstonLogOptions): Promise<WorkerLog> {
  const file = typeof target === 'string' ? await openFile(target) : undefined;
  const stream = file ?? (target as NodeJS.WritableStream);
  const colors = wantsColors(stream);
  const logger = createLogger({
    levels: Object.fromEntries(LEVELS.map((name, index) => [name, index])),
    level,
    format: format.printf((info) => {
      const meta = formatMeta(info['meta']);
      return formatLine(new Date(clock.date()), info.level as WorkerLogLevel, `${String(info.message)}${meta}`, colors);
    }),
    transports: [new transports.Stream({ stream, eol: '\n' })],
  });
  let open = true;
  const writer = (name: WorkerLogLevel) => (message: string, meta?: unknown) => {
    // What something that leaked has to say after the end is lost, rather than an error of its own.
    // The extra data is a field: winston spreads an object over the entry, where its `message` would replace ours.
    if (open) logger.log({ level: name, message, meta });
  };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    crit: writer('crit'),
    enabled: (wanted) => LEVELS.indexOf(wanted) <= LEVELS.indexOf(level),
    close(ms) {
      open = false;
      return close(logger, file, ms);
    },
  };
}

function wantsColors(stream: NodeJS.WritableStream): boolean {
  // only a terminal has this method; it knows about NO_COLOR and dumb terminals
  return 'hasColors' in stream && (stream as WriteStream).hasColors();
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
