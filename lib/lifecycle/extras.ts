import type { Deferred } from '../base/async.js';
import type { Logger } from '../base/events.js';
import type { Waits } from './waiting.js';

/** What few services in a container need, and there are many of those. */
export class Extras {
  name: string | undefined;
  id: string | undefined;
  log: Logger | undefined;
  /** For who asked for the signal before the first start. */
  early: AbortController | undefined;
  waits: Waits | undefined;
  /** For who calls `start()` and `stop()` on the service itself. */
  starting: Deferred<void> | undefined;
  stopping: Deferred<void> | undefined;
  /** How often it was to be stopped for good. */
  stops = 0;
}
