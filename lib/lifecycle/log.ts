import type { LogLevel, Logger } from '../base/events.js';
import type { Lifecycle } from './lifecycle.js';

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

/** Its distance from the root. */
export function depthOf(lifecycle: Lifecycle): number {
  let depth = 0;
  let top = lifecycle;
  for (; top.parent !== undefined; top = top.parent) depth += 1;
  return depth + (top.owner?.depth ?? 0);
}
