/** What a worker decides: the table of its life, and the exit code. How it does what follows is in `worker.ts`. */

import { isError } from './explain.js';
import { signalNumber, type StopSignal } from './host.js';

/**
 * The life of a worker. `stopping` is a stop that nobody pressed a key for (the program ended by itself, or crashed);
 * `draining` is one that a signal asked for, so that only there a further signal means impatience.
 */
export type WorkerState = 'idle' | 'booting' | 'up' | 'stopping' | 'draining' | 'forced' | 'exited';

/**
 * `stop` is a stop from inside: `worker.stop()`, a crash, a container that went down by itself. `down` is when nothing
 * is left to wait for, `overdue` when a forced exit has no more time to wait.
 */
export type WorkerEvent = 'run' | 'booted' | 'stop' | 'signal' | 'down' | 'overdue';

/**
 * What follows. `stop` and `drain` bring everything down. `heed`: the first signal asks for what is under way already, and
 * an orchestrator's SIGTERM that meets a crash must not cut it short. `hurry`: the log and the streams get less time to be
 * written. `ignore`: too early, too late, or under way.
 */
export type WorkerMove =
  'boot' | 'announce' | 'stop' | 'drain' | 'heed' | 'force' | 'leave' | 'hurry' | 'terminate' | 'ignore';

/** Every state and event, with nothing left open. */
export const transitions: Readonly<Record<WorkerState, Readonly<Record<WorkerEvent, WorkerMove>>>> = {
  idle: { run: 'boot', booted: 'ignore', stop: 'ignore', signal: 'ignore', down: 'ignore', overdue: 'ignore' },
  booting: { run: 'ignore', booted: 'announce', stop: 'stop', signal: 'drain', down: 'leave', overdue: 'ignore' },
  up: { run: 'ignore', booted: 'ignore', stop: 'stop', signal: 'drain', down: 'leave', overdue: 'ignore' },
  stopping: { run: 'ignore', booted: 'ignore', stop: 'ignore', signal: 'heed', down: 'leave', overdue: 'ignore' },
  draining: { run: 'ignore', booted: 'ignore', stop: 'ignore', signal: 'force', down: 'leave', overdue: 'ignore' },
  forced: { run: 'ignore', booted: 'ignore', stop: 'ignore', signal: 'terminate', down: 'leave', overdue: 'leave' },
  exited: { run: 'ignore', booted: 'ignore', stop: 'ignore', signal: 'hurry', down: 'ignore', overdue: 'ignore' },
};

/** Where each move leads. */
export const leadsTo: Readonly<Record<Exclude<WorkerMove, 'ignore'>, WorkerState>> = {
  boot: 'booting',
  announce: 'up',
  stop: 'stopping',
  drain: 'draining',
  heed: 'draining',
  force: 'forced',
  leave: 'exited',
  hurry: 'exited',
  terminate: 'exited',
};

/** What a run came to. */
export interface Outcome {
  /** Everything that went wrong, first things first. */
  readonly failures: readonly unknown[];
  /** The signal that took all grace away. */
  readonly forcedBy?: StopSignal | undefined;
  /** The signal that stopped a job before its work was done. */
  readonly cutOffBy?: StopSignal | undefined;
  /** What `worker.stop({ code })` asked for. */
  readonly code?: number | undefined;
  /** What the program has set as `process.exitCode`. */
  readonly programCode?: number | undefined;
}

/**
 * 128+n forced by signal n; 2 when the first failure is a bad usage, module or plan; 1 for any other failure; 128+n for a job that
 * signal n cut off; else what `worker.stop({ code })` or the program asked for, or 0.
 */
export function exitCode({ failures, forcedBy, cutOffBy, code = 0, programCode = 0 }: Outcome): number {
  if (forcedBy !== undefined) return 128 + signalNumber[forcedBy];
  if (failures.length > 0) return isMistake(failures[0]) ? 2 : 1;
  if (cutOffBy !== undefined) return 128 + signalNumber[cutOffBy];
  return code === 0 ? programCode : code;
}

/** Whether the program is wrong as it is written or asked for, so that running it again changes nothing. */
function isMistake(error: unknown): boolean {
  return isError(error, 'ERR_MODE_PLAN') || isError(error, 'ERR_MODE_USAGE');
}
