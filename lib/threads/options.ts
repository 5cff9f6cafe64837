import type { ResourceLimits } from 'node:worker_threads';
import type { KeepaliveOptions } from './keepalive.js';

/** The first arguments of the constructor of a class, any number of them. */
export type LeadingArguments<S> = S extends abstract new (...args: infer Parameters) => unknown
  ? Leading<Parameters>
  : readonly unknown[];

type Leading<P extends readonly unknown[]> = P['length'] extends 0
  ? readonly []
  : number extends P['length']
    ? P
    : P extends readonly [_?: infer First, ...rest: infer Rest]
      ? readonly [] | readonly [First, ...Leading<Rest>]
      : readonly [];

/** What a thread runs, and how. */
export interface ServiceThreadOptions<S = unknown> {
  /**
   * The module of the service class: `new URL('./cruncher.js', import.meta.url)`, or `import.meta.url` for the very file. The
   * thread loads it for itself, so nothing in it is shared with the outside. A `.js` that is not there stands for the `.ts`.
   */
  module: URL | string;
  /** The export that is the service class. Default: `'default'`. */
  export?: string;
  /**
   * The first arguments of its constructor, as structured clones; the container in the thread injects those that follow. To
   * be cloned again for each restart, so nothing can be transferred here.
   */
  args?: LeadingArguments<S>;
  /** The export that is a function which is given the thread's container before the boot, to bind what the service needs. */
  setup?: string;
  /** What people read about the service outside. Default: the name of its class; for one without its own, that of the export. */
  name?: string;
  /** How the thread is watched: whoever blocks its event loop for `timeout` crashes the service. `false`: not at all. */
  keepalive?: KeepaliveOptions | false;
  /** Limits of the thread's memory, in megabytes. Default: those of Node. */
  resourceLimits?: ResourceLimits;
  /** The thread's `process.env`. Default: a copy of ours. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** What a thread runs, and how it answers calls. */
export interface QueueServiceThreadOptions<S = unknown> extends ServiceThreadOptions<S> {
  /** How many calls are under way at once. The others wait, first come, first served. Default 1 (mode's `num_workers`, there 2). */
  concurrency?: number;
  /** How many calls can be without an answer before further ones are refused. Default 1000 (mode: no limit). */
  maxQueue?: number;
}

export const THREAD_OPTIONS: readonly (keyof ServiceThreadOptions)[] = [
  'module',
  'export',
  'args',
  'setup',
  'name',
  'keepalive',
  'resourceLimits',
  'env',
];

export const QUEUE_OPTIONS: readonly (keyof QueueServiceThreadOptions)[] = [
  ...THREAD_OPTIONS,
  'concurrency',
  'maxQueue',
];

/** Those of `resourceLimits`, which Node does not check. */
export const LIMITS: readonly (keyof ResourceLimits)[] = [
  'maxYoungGenerationSizeMb',
  'maxOldGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];
