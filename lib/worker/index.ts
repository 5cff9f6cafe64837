/** `mode-ts/worker`: runs services as a program. */

export { Worker, type WorkerStopOptions } from './worker.js';
export type { WorkerOptions } from './options.js';
export type { WorkerTarget, WorkerUnit } from './target.js';
export type { WorkerState } from './states.js';
export type { WorkerLogLevel } from './levels.js';
export type { Host, StopSignal } from './host.js';
export { UsageError } from './errors.js';
export { loadTarget, type LoadOptions } from './load.js';
