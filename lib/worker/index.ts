/** `mode-ts/worker`: runs services as a program. */

export { Worker } from './worker.js';
export type { WorkerOptions, WorkerStopOptions } from './options.js';
export type { WorkerTarget, WorkerUnit } from './target.js';
export type { WorkerState } from './transitions.js';
export type { WorkerLogLevel, WorkerLogLevelName } from './logging.js';
export type { WorkerLogger } from './winston.js';
export type { Host, StopSignal } from './host.js';
export { UsageError } from './explain.js';
export { loadTarget, type LoadOptions, type Loaded } from './load.js';
