import type { LogLevel, Logger } from '../base/events.js';
import type { Lifecycle } from './lifecycle.js';
import { depthOf } from './tree.js';

/** A logger that says who speaks, and how far from the root: `[^--Name]: ...`. */
export function prefixed(lifecycle: Lifecycle): Logger {
  const say =
    (level: LogLevel) =>
    (message: string, meta?: unknown): void => {
      const { env, name } = lifecycle;
      env.logger[level](`[^${'-'.repeat(depthOf(lifecycle))}${name}]: ${message}`, meta);
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
