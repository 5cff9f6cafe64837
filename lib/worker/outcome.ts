/** What a run came to, and the one place that says which exit code that is. */

import { ModeError } from '../base/errors.js';
import { signalNumber, type StopSignal } from './host.js';

export interface Outcome {
  /** Everything that went wrong, first things first. */
  readonly failures: readonly unknown[];
  /** The signal that took all grace away. */
  readonly forcedBy?: StopSignal | undefined;
  /** What `worker.stop({ code })` asked for. */
  readonly code?: number | undefined;
}

/**
 * 128+n forced by signal n; 2 when the first failure is a bad usage, module or plan; 1 for any other failure; else what
 * `worker.stop({ code })` asked for, or 0.
 */
export function exitCode({ failures, forcedBy, code = 0 }: Outcome): number {
  if (forcedBy !== undefined) return 128 + signalNumber[forcedBy];
  if (failures.length === 0) return code;
  return isMistake(failures[0]) ? 2 : 1;
}

/** Whether the program is wrong as it is written or asked for, so that running it again changes nothing. */
function isMistake(error: unknown): boolean {
  return ModeError.is(error) && (error.code === 'ERR_MODE_PLAN' || error.code === 'ERR_MODE_USAGE');
}
