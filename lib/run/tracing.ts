/**
 * Who waits for what, while tracing is on: which task made a wait, and on which line. Off, it costs one comparison for each
 * call and each wait; on, a stack for each wait and node's async context for each call, so it is for looking into a
 * program, not for leaving on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { OWN_FILES } from '../base/own-files.js';
import type { TaskHost } from './host.js';

/** One thing that is being waited for. */
export interface TracedWait {
  readonly what: string;
  /** On the clock's `now()`. */
  readonly since: number;
  /** Where it was called from, innermost first, when tracing is on. */
  readonly stack?: readonly string[];
}

/** One call of a hook, task, timer or crontab of a service, and what it waits for at the moment. */
export interface TracedCall {
  readonly host: TaskHost;
  readonly kind: 'hook' | 'task' | 'timer';
  readonly name: string;
  /** Counts the runs of this task or timer, from 1; of a hook, the runs of its service. */
  readonly run: number;
  /** What was called, which tells two tasks of one name apart. For a hook, the run of its service. */
  readonly call: object;
  /** What it waits for at the moment. */
  readonly waits: Set<TracedWait>;
}

let calls: AsyncLocalStorage<TracedCall> | undefined;
/** The call that each function made last. */
let latest = new WeakMap<object, TracedCall>();

/**
 * Turns the tracing of waits on or off, for the whole process. While it is on, `tracebacks()` knows on which line every task
 * went to sleep, and a rejection that nobody caught is known to belong to the task it came from. What was called before it
 * was turned on is not traced. Default: off.
 */
export function traceWaits(on = true): void {
  if (on) calls ??= new AsyncLocalStorage();
  else {
    calls?.disable();
    calls = undefined;
    latest = new WeakMap();
  }
}

/** Whether `traceWaits()` is on. */
export function isTracing(): boolean {
  return calls !== undefined;
}

/** Makes a call, and has whatever it waits for attributed to it. */
export function traced<T>(call: Omit<TracedCall, 'waits'>, make: () => T): T {
  if (calls === undefined) return make();
  const entry: TracedCall = { ...call, waits: new Set() };
  latest.set(call.call, entry);
  return calls.run(entry, make);
}

/** The call that a function, or a hook of a run, made last. Unknown when it was made before tracing was on. */
export function lastCall(call: object): TracedCall | undefined {
  return latest.get(call);
}

/** Whose code is running now. Unknown while tracing is off, and outside services. */
export function currentCall(): TracedCall | undefined {
  return calls?.getStore();
}

/** Frames that are looked at, and those that are kept. */
const DEPTH = 24;
const KEPT = 8;

/** Where the code that asks was called from, innermost first, without frames of this package and of node. */
export function callSite(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('where from');
  Error.stackTraceLimit = stackTraceLimit;
  return framesOf(stack)
    .filter((frame) => !frame.includes('node:') && !OWN_FILES.some((own) => frame.includes(own)))
    .filter((frame) => /:\d+:\d+\)?$/.test(frame))
    .slice(0, KEPT);
}

/** The lines of a stack that name a place, without their `at`. */
export function framesOf(stack: string): string[] {
  return stack.split('\n').flatMap((line) => /^\s+at (.*)$/.exec(line)?.[1] ?? []);
}
