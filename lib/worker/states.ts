/**
 * What a worker decides, as one table: no combination of flags, no cell left out. What happens is elsewhere
 * (`worker.ts`); this page only says when.
 */

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

/** What the worker does on a transition. `join` means that what is under way already is the answer. */
export type WorkerAction = 'boot' | 'announce' | 'stop' | 'force' | 'leave' | 'terminate' | 'join' | 'nothing';

type Cell = readonly [to: WorkerState, action: WorkerAction];

export const transitions: Readonly<Record<WorkerState, Readonly<Record<WorkerEvent, Cell>>>> = {
  idle: {
    run: ['booting', 'boot'],
    booted: ['idle', 'nothing'],
    stop: ['idle', 'nothing'],
    signal: ['idle', 'nothing'],
    down: ['idle', 'nothing'],
    overdue: ['idle', 'nothing'],
  },
  booting: {
    run: ['booting', 'join'],
    booted: ['up', 'announce'],
    stop: ['stopping', 'stop'],
    signal: ['draining', 'stop'],
    down: ['exited', 'leave'],
    overdue: ['booting', 'nothing'],
  },
  up: {
    run: ['up', 'join'],
    booted: ['up', 'nothing'],
    stop: ['stopping', 'stop'],
    signal: ['draining', 'stop'],
    down: ['exited', 'leave'],
    overdue: ['up', 'nothing'],
  },
  stopping: {
    run: ['stopping', 'join'],
    booted: ['stopping', 'nothing'],
    stop: ['stopping', 'join'],
    // The first signal asks for what is under way already. An orchestrator's SIGTERM that meets a crash must not cut it short.
    signal: ['draining', 'join'],
    down: ['exited', 'leave'],
    overdue: ['stopping', 'nothing'],
  },
  draining: {
    run: ['draining', 'join'],
    booted: ['draining', 'nothing'],
    stop: ['draining', 'join'],
    signal: ['forced', 'force'],
    down: ['exited', 'leave'],
    overdue: ['draining', 'nothing'],
  },
  forced: {
    run: ['forced', 'join'],
    booted: ['forced', 'nothing'],
    stop: ['forced', 'join'],
    signal: ['exited', 'terminate'],
    down: ['exited', 'leave'],
    overdue: ['exited', 'leave'],
  },
  exited: {
    run: ['exited', 'join'],
    booted: ['exited', 'nothing'],
    stop: ['exited', 'join'],
    // The logs are being flushed, which takes a second at most: cutting that short would lose the reason of the exit.
    signal: ['exited', 'nothing'],
    down: ['exited', 'nothing'],
    overdue: ['exited', 'nothing'],
  },
};
