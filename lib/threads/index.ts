/**
 * `mode-ts/threads`: services that run in threads of their own. From the outside in:
 *
 * - `service-thread.ts`, `queue-service-thread.ts`: the services that stand out here for those in there
 * - `link.ts`, `thread-run.ts`: the thread of one run; `keepalive.ts`: whether it still turns; `pending-calls.ts`: who waits
 * - `protocol.ts`, `crossing.ts`, `transfer.ts`: what goes over, and how
 * - `inside/`: the program of the thread: a container with the service, and the queue of its calls
 */
export { ServiceThread } from './service-thread.js';
export { QueueServiceThread } from './queue-service-thread.js';
export type { LeadingArguments, QueueServiceThreadOptions, ServiceThreadOptions } from './options.js';
export type { AnyService, Remote, RemoteArguments, RemoteMethod, RemoteResult, ServiceOf } from './remote.js';
export type { KeepaliveOptions } from './keepalive.js';
export { transfer } from './transfer.js';
