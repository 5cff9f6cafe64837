/** The levels of a worker's log, as they are asked for and as mode prints them. */

import type { LogLevel } from '../base/events.js';
import { UsageError } from './errors.js';

/** A level of the worker's log: the core's four, and `crit` for what ends the program. */
export type WorkerLogLevel = LogLevel | 'crit';

/** Most urgent first. */
export const LEVELS: readonly WorkerLogLevel[] = ['crit', 'error', 'warn', 'info', 'debug'];

/** What a line says, the names of Python's logging. */
export const levelLabel: Readonly<Record<WorkerLogLevel, string>> = {
  crit: 'CRITICAL',
  error: 'ERROR',
  warn: 'WARNING',
  info: 'INFO',
  debug: 'DEBUG',
};

const aliases: Readonly<Record<string, WorkerLogLevel>> = { critical: 'crit', warning: 'warn' };

/** Reads a level in either spelling and any case. Raises a `UsageError` that lists the levels for anything else. */
export function parseLevel(text: string): WorkerLogLevel {
  const wanted = text.toLowerCase();
  const level = aliases[wanted] ?? LEVELS.find((candidate) => candidate === wanted);
  if (level === undefined) {
    throw new UsageError(`There is no log level '${text}'.`, `Use one of ${[...LEVELS].reverse().join(', ')}.`);
  }
  return level;
}
