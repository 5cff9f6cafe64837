import { describeError } from '../base/errors.js';
import type { LifecycleEvent } from '../base/events.js';
import { requireOptions } from '../base/nearest.js';

/** Whatever reports lifecycle events: a container. */
export interface EventSource {
  /** Calls `listener` for every event, until the returned function is called. */
  on(listener: (event: LifecycleEvent) => void): () => void;
}

/** What `recordHistory` should keep. */
export interface HistoryOptions {
  /** Only events of these types, for example `['service']`; by default all. */
  types?: readonly LifecycleEvent['type'][];
}

/** Listeners of the test kit itself, which are no leaks. */
export const recorders = new WeakSet();

/** What has happened since the recording began. */
export interface History {
  /** One line for each event, see `recordHistory`. The same array all the time. */
  readonly list: string[];
  /** The events themselves. The same array all the time. */
  readonly events: LifecycleEvent[];
  /** Forgets what was recorded so far. */
  clear(): void;
  /** Records no more. */
  stop(): void;
}

/**
 * Records the lifecycle events of a container as short lines, for tests that compare lists:
 *
 * ```ts
 * const history = recordHistory(container, { types: ['service'] });
 * await container.boot(App);
 * expect(history.list).toEqual(['Redis: idle→starting', 'Redis: starting→running', 'App: idle→starting', …]);
 * ```
 *
 * Times and delays are left out, for they differ from run to run; see `events` for them. What the lines look like:
 *
 * ```text
 * container: idle→starting
 * Redis: starting→stopping (boom)
 * Cache.refresh: begin
 * Cache.refresh: skip ×3
 * Redis: restart 1 (boom)
 * Redis: abandoned, waiting on onStop
 * warning: something odd
 * ```
 */
export function recordHistory(source: EventSource, options: HistoryOptions = {}): History {
  requireOptions(options, ['types'], 'recordHistory()');
  const { types } = options;
  const list: string[] = [];
  const events: LifecycleEvent[] = [];
  const record = (event: LifecycleEvent): void => {
    if (types !== undefined && !types.includes(event.type)) return;
    events.push(event);
    list.push(lineOf(event));
  };
  recorders.add(record);
  const stop = source.on(record);
  return {
    list,
    events,
    clear() {
      list.length = 0;
      events.length = 0;
    },
    stop,
  };
}

function lineOf(event: LifecycleEvent): string {
  const line = sentenceOf(event);
  return 'error' in event ? `${line} (${describeError(event.error)})` : line;
}

function sentenceOf(event: LifecycleEvent): string {
  switch (event.type) {
    case 'container':
      return `container: ${event.from}→${event.to}`;
    case 'service':
      return `${event.name}: ${event.from}→${event.to}`;
    case 'task':
    case 'timer':
      return `${event.service}.${event.name}: ${event.what}${timesOf(event)}`;
    case 'restart':
      return `${event.service}: restart ${String(event.attempt)}`;
    case 'retry':
      return `${event.service}: retry ${String(event.attempt)}`;
    case 'degraded':
      return `${event.service}: degraded`;
    case 'abandoned':
      return `${event.service}: abandoned, waiting on ${event.waitingOn.join(', ')}`;
    case 'warning':
      return `warning: ${event.message}`;
  }
}

function timesOf({ count = 1 }: { what: string; count?: number }): string {
  return count === 1 ? '' : ` ×${String(count)}`;
}
