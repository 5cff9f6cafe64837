import type { Clock } from '../base/clock.js';
import { silentLogger } from '../base/events.js';
import { foreignLog, type WorkerLog } from './logging.js';
import type { WorkerOptions } from './options.js';
import { openWinstonLog } from './winston.js';

/** The log that the options ask for. Raises a `UsageError` when it cannot be written. */
export async function openLog(options: WorkerOptions, clock: Clock, stdout: NodeJS.WritableStream): Promise<WorkerLog> {
  const { logger, overrideLogging = true, loglevel = 'info', logfile = stdout } = options;
  if (logger !== undefined) return foreignLog(logger);
  if (!overrideLogging) return foreignLog(silentLogger);
  return openWinstonLog({ level: loglevel, clock, target: logfile });
}

/** Whether what is logged shows at the terminal, or wherever the program's own logger shows it. */
export function isLogSeen({ logger, logfile, overrideLogging = true }: WorkerOptions): boolean {
  return logger !== undefined || (overrideLogging && typeof logfile !== 'string');
}
