import { nameAmong, type LogLevel, type Logger } from '../base/events.js';
import { describeError } from '../base/words.js';
import type { Lifecycle } from './lifecycle.js';
import { depthOf } from './tree.js';

/** A logger that says who speaks, and how far from the root: `[^--Name]: ...`. */
export function prefixed(lifecycle: Lifecycle): Logger {
  const say =
    (level: LogLevel) =>
    (message: string, meta?: unknown): void => {
      const { env, id, name } = lifecycle;
      const who = '-'.repeat(depthOf(lifecycle)) + nameAmong(name, id);
      // what JavaScript gives may be anything
      const text = typeof message === 'string' ? message : describeError(message);
      env.logger[level](`[^${who}]: ${text}`, meta);
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
