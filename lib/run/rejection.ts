import { frameLines } from '../base/words.js';
import { currentCall } from './tracing.js';

/** Whose rejection it was. */
export interface Culprit {
  /** What people call the service. */
  readonly service: string;
  /** The hook, task, timer or crontab, where that is known. */
  readonly task?: string;
  /** Which run of it, from 1. */
  readonly run?: number;
}

/**
 * Which service a rejection belongs to that nobody caught: a promise that user code made and forgot. To be called within the
 * handler of `unhandledRejection`, where node has restored the context in which the promise was made.
 *
 * With `traceWaits()` on, that context says exactly which run of which task it was. Otherwise the stack of the error is
 * searched for a method of one of the `known` classes; the nearest to where it was thrown is taken, which is the service
 * whose code failed, not necessarily the one that called it. `undefined` when neither tells.
 *
 * @param reason what the promise was rejected with
 * @param known names of the services' classes, or a map from those to what people call them
 */
export function serviceOfRejection(
  reason: unknown,
  known: ReadonlyMap<string, string> | Iterable<string> = [],
): Culprit | undefined {
  const call = currentCall();
  if (call !== undefined) return { service: call.host.service, task: call.name, run: call.run };
  const names =
    known instanceof Map
      ? (known as ReadonlyMap<string, string>)
      : new Map([...known].map((name) => [name as string, name as string]));
  for (const frame of frameLines(reason)) {
    // `at Consumer.poll (file:1:2)`, `at async Consumer.poll (…)`, `at new Consumer (…)`, `at Consumer.<anonymous> (…)`
    const place = frame.indexOf(' (');
    const match = place < 0 ? null : CALLED.exec(frame.slice(0, place));
    const service = match?.[1] === undefined ? undefined : names.get(match[1]);
    if (service === undefined) continue;
    const method = match?.[2];
    return method === undefined || method.startsWith('<') ? { service } : { service, task: method };
  }
  return undefined;
}

const CALLED = /^\s+at (?:async |new )*([\p{L}\p{N}_$]+)(?:\.(\S+))?/u;
