/** The worker's log: what a line looks like, and the small port behind which winston, or anything else, writes it. */

import { inspect } from 'node:util';
import type { Logger } from '../base/events.js';
import { explain } from './explain.js';
import { levelLabel, type WorkerLogLevel } from './levels.js';

/** Where a worker's lines go. */
export interface WorkerLog extends Logger {
  /** What ends the program. */
  crit(message: string, meta?: unknown): void;
  /** Whether a line of this level would be written at all. */
  enabled(level: WorkerLogLevel): boolean;
  /** Settles once everything has reached the file behind the log, or after so many milliseconds. */
  close(ms: number): Promise<void>;
}

/** `[2018-03-27 15:47:12,159: INFO]: ` before the message: mode's format, in local time. */
export function formatLine(date: Date, level: WorkerLogLevel, message: string, colors: boolean): string {
  const head = `[${timestamp(date)}: ${levelLabel[level]}]: `;
  const color = colors ? paint[level] : undefined;
  return color === undefined ? `${head}${message}` : `${head}${color}${message}${RESET}`;
}

/** What follows a message: an error with its stack on lines of its own, anything else on the same line. */
export function formatMeta(meta: unknown): string {
  if (meta === undefined) return '';
  if (meta instanceof Error) return `\n${explain(meta)}`;
  return ` ${typeof meta === 'string' ? meta : inspect(meta, { breakLength: Infinity, depth: 4 })}`;
}

/** The prefix that names a service by its distance from the worker: `[^--PageViewCache]: `. */
export function prefix(name: string, depth: number): string {
  return `[^${'-'.repeat(depth)}${name}]: `;
}

/** A program's own logger as a worker's log. It decides by itself which levels it writes. */
export function foreignLog(logger: Logger): WorkerLog {
  return {
    debug: (message, meta) => {
      logger.debug(message, meta);
    },
    info: (message, meta) => {
      logger.info(message, meta);
    },
    warn: (message, meta) => {
      logger.warn(message, meta);
    },
    error: (message, meta) => {
      logger.error(message, meta);
    },
    crit: (message, meta) => {
      logger.error(message, meta);
    },
    enabled: () => true,
    close: () => Promise.resolve(),
  };
}

function timestamp(date: Date): string {
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time},${pad(date.getMilliseconds(), 3)}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

const RESET = '\u001B[0m';

// mode's colours, but for its white, which cannot be read on white
const paint: Readonly<Partial<Record<WorkerLogLevel, string>>> = {
  crit: '\u001B[1;31m',
  error: '\u001B[31m',
  warn: '\u001B[33m',
  debug: '\u001B[34m',
};
