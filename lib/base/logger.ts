/** Loggers that a program brings along, made fit for use: in the order of arguments that they take, and never an error of their own. */
import { isThenable } from './async.js';
import { silentLogger, type LogLevel, type Logger } from './events.js';
import { inWords, peek } from './words.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Writes a line. */
export type Write<Level = LogLevel> = (level: Level, message: string, meta: unknown) => unknown;

/**
 * Refuses a logger that could not take a line of every level.
 *
 * @throws TypeError
 */
export function checkLogger(logger: unknown, of: string): void {
  if (logger === undefined || LEVELS.every((level) => typeof peek(logger, level) === 'function')) return;
  throw new TypeError(
    `logger of ${of} has functions debug, info, warn and error, not ${inWords(logger, { depth: 0 })}\n  → Give console, or a logger of winston or pino.`,
  );
}

/** How to write a line with a logger. */
export function writerOf(logger: Logger): Write {
  if (takesDataFirst(logger)) {
    return (level, message, meta) => {
      const data = meta === undefined || isObject(meta) ? meta : { meta };
      return (logger as unknown as DataFirst)[level](data ?? {}, message);
    };
  }
  // `console` shows whatever it is given, also an `undefined`
  return (level, message, meta) => (meta === undefined ? logger[level](message) : logger[level](message, meta));
}

/** A logger that never throws. The first time that it fails, and only then, `failed` is called. */
export function reliable(logger: Logger, failed: (error: unknown) => void): Logger {
  if (logger === silentLogger) return logger;
  const write = guarded(writerOf(logger), failed);
  const at = (level: LogLevel) => (message: string, meta?: unknown) => {
    write(level, message, meta);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The same for one function: what only tells must not change what happens. */
export function guarded<Level>(write: Write<Level>, failed: (error: unknown) => void): Write<Level> {
  let isTold = false;
  const tell = (error: unknown): void => {
    // once: whoever is told may write to the same logger
    if (isTold) return;
    isTold = true;
    failed(error);
  };
  return (level, message, meta) => {
    try {
      const result = write(level, message, meta);
      if (isThenable(result)) result.then(undefined, tell);
    } catch (error) {
      tell(error);
    }
  };
}

type DataFirst = Record<LogLevel, (data: object, message: string) => void>;

/** pino, and bunyan before it, take the data before the message. */
export function takesDataFirst(logger: Logger): boolean {
  return Symbol.for('pino.serializers') in logger || typeof peek(logger, 'addSerializers') === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
