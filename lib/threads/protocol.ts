/** What the two sides of a thread say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { LogLevel } from '../base/events.js';
import type { Packed } from './crossing.js';

/** What a thread is born with. */
export interface ThreadStart {
  /** The line to the outside. `parentPort` stays free for the user's code. */
  readonly port: MessagePort;
  /** What people read about the service outside. */
  readonly label: string;
  /** A URL. */
  readonly module: string;
  readonly exportName: string;
  readonly setup: string | undefined;
  readonly args: readonly unknown[];
  /** The names from the root of the tree down to the service outside. */
  readonly tree: readonly string[];
  /** How many calls may be under way at once. */
  readonly concurrency: number;
}

export interface CallMessage {
  type: 'call';
  id: number;
  method: string;
  args: unknown[];
  /** Whether the method is given a signal as its last argument. */
  signal: boolean;
  /** Whether nobody waits for what it returns. */
  cast: boolean;
}

export type ToThread =
  CallMessage | { type: 'abort'; id: number; reason: Packed } | { type: 'stop' } | { type: 'ping' };

/** How a call ended. */
export type Answer = { type: 'returned'; id: number; value: unknown } | { type: 'threw'; id: number; error: Packed };

export type FromThread =
  | Answer
  /** From here on there is something to take back. */
  | { type: 'booting' }
  | { type: 'running' }
  /** The start failed, and what had started was stopped again. The thread ends. */
  | { type: 'failed'; error: Packed }
  /** It goes down because of an error. */
  | { type: 'crashed'; error: Packed }
  /** It goes down because somebody inside said so. */
  | { type: 'leaving' }
  /** Everything is down. The thread ends. `errors` is what went wrong on the way. */
  | { type: 'stopped'; errors: Packed }
  | { type: 'log'; level: LogLevel; message: string; meta: Packed }
  | { type: 'event'; event: Packed }
  | { type: 'pong' };
