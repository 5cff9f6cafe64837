/** What a container can be told. */

import type { Container as InversifyContainer, ContainerOptions as InversifyOptions } from 'inversify';
import type { Clock } from '../base/clock.js';
import { toMs, type Duration } from '../base/duration.js';
import type { Logger } from '../base/events.js';
import { checkLogger } from '../base/logger.js';
import { isPlain, requireOptions } from '../base/nearest.js';
import { inWords } from '../base/words.js';
import { checkRequired, type InjectOption, type RestartOptions } from '../declare/definition.js';
import type { StartRetryOptions } from '../supervise/budget.js';
import type { Dependencies } from '../declare/token.js';
import type { Coordinator } from '../run/host.js';

/** Options of a container, besides those of inversify's. A key that nobody reads is a `TypeError`. */
export interface ContainerOptions extends Omit<InversifyOptions, 'parent'> {
  /** Whose bindings it sees where it has none of its own. What a parent binds, the parent starts and stops. */
  parent?: InversifyContainer;
  /** Where the `log` of services goes. Default: nowhere. */
  logger?: Logger;
  /** The time source. Default: the real clock. */
  clock?: Clock;
  /**
   * Asked before each run of a crontab, so that of many replicas only one does the work. Default: always yes. One without a
   * function `claim` is a `TypeError`.
   */
  coordinator?: Coordinator;
  /**
   * How many starts may be under way at once: a whole number from 1; `1` is mode's way, one after another. Of those that could start,
   * the first in the plan is next. Default: no limit. Anything else is a `TypeError`.
   */
  concurrency?: number;
}

/** Options of `boot`. A key that nobody reads is a `TypeError`. */
export interface BootOptions {
  /** Gives the boot up, which takes all of it back: also what others have asked for that joined it. */
  signal?: AbortSignal;
  /** No option: a service, which has a `signal` as well, is not to be taken for options. */
  start?: never;
}

/** Options of `stop`. A key that nobody reads is a `TypeError`. */
export interface StopOptions {
  /**
   * One budget for the whole stop, child containers that use something of this one included. What is under way when it is over
   * is abandoned and named. What has not had its turn by then gets a last short one: for all of it 500 ms, or the timeout where
   * that is less. Of several stops that join, the one that ends first counts. Default: only each `stopTimeout`.
   */
  timeout?: Duration;
}

/** What the `start` of a resource is called with: its dependencies, and a signal. */
export type StartArguments<I extends readonly InjectOption[]> = number extends I['length']
  ? Dependencies<I>
  : [...dependencies: Dependencies<I>, signal: AbortSignal];

/** How a resource is made and released. A key that nobody reads is a `TypeError`. */
export interface ResourceOptions<T, I extends readonly InjectOption[] = readonly InjectOption[]> {
  /** What `start` is given, in order. */
  inject?: I;
  /** Makes the value. Called with what `inject` names and a signal that aborts when the start is given up. */
  start: (...args: StartArguments<I>) => T | PromiseLike<T>;
  /** Releases the value. The signal aborts when grace is over. */
  stop?: (value: T, signal: AbortSignal) => unknown;
  /** What people read. Default: the name of the token. */
  name?: string;
  /**
   * How long `start` may take. Then its signal aborts, and it has another second to heed that, at most `stopTimeout`, before it is
   * abandoned. Default 60 s.
   */
  startTimeout?: Duration;
  /** How long `stop` may take before it is abandoned. Default 60 s. */
  stopTimeout?: Duration;
  /**
   * Called with the value once it is up, to report its crashes: `watch: (pool, crash) => { pool.on('error', crash) }`. What an earlier
   * run reports is ignored. One that throws or rejects is a crash itself.
   */
  watch?: (value: T, crash: (error: unknown) => void) => unknown;
  /** What becomes of a crash: `{}` restarts by the defaults. Without it, the container stops in order and fails. */
  restart?: RestartOptions;
  /** How often a `start` that fails or times out is tried again, as of a service. Default: never. */
  startRetry?: number | StartRetryOptions;
  /**
   * `false` for what the program can do without. While it is not there, `undefined` is injected, so it has to be injected as optional.
   * Default `true`.
   */
  required?: boolean;
}

/** Those of inversify's are checked by what it does with them; what nobody reads is refused here. */
const CONTAINER = ['parent', 'autobind', 'defaultScope', 'jitless', 'logger', 'clock', 'coordinator', 'concurrency'];
const RESOURCE = [
  'inject',
  'start',
  'stop',
  'name',
  'startTimeout',
  'stopTimeout',
  'watch',
  'restart',
  'startRetry',
  'required',
];

export function checkContainer(options: ContainerOptions): ContainerOptions {
  requireOptions(options, CONTAINER, 'new Container()');
  const { concurrency } = options;
  if (concurrency !== undefined && concurrency !== Infinity && !(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new TypeError(
      `concurrency of new Container() is a whole number from 1, not ${inWords(concurrency)}\n  → Give the number of starts that may be under way at once, or leave it out.`,
    );
  }
  checkLogger((options as ContainerOptions | undefined)?.logger, 'new Container()');
  const coordinator = options.coordinator as Partial<Coordinator> | null | undefined;
  if (coordinator !== undefined && typeof coordinator?.claim !== 'function') {
    throw new TypeError(
      `coordinator of new Container() is an object with a function claim, not ${inWords(coordinator, { depth: 0 })}\n  → Give { claim: ({ name, at }) => whether this replica is to run it }.`,
    );
  }
  return options;
}

/** Whether what a call was given first are its options already. */
export function isOptions(value: unknown): boolean {
  return isPlain(value);
}

export function checkBoot(options: BootOptions | undefined): BootOptions | undefined {
  if ((options as unknown) instanceof AbortSignal) {
    throw new TypeError('boot() takes options, not an AbortSignal\n  → Give { signal }.');
  }
  requireOptions(options, ['signal'], 'boot()');
  const signal: unknown = options?.signal;
  if (signal === undefined || signal instanceof AbortSignal) return options;
  throw new TypeError(
    `signal of boot() is an AbortSignal, not ${inWords(signal, { depth: 0 })}\n  → Give that of an AbortController: { signal: controller.signal }.`,
  );
}

/** The budget of a stop, in milliseconds. */
export function checkStop(options: StopOptions | undefined): number | undefined {
  requireOptions(options, ['timeout'], 'stop()');
  return options?.timeout === undefined ? undefined : toMs(options.timeout, 'The timeout of stop()');
}

export function checkResource(name: string, options: ResourceOptions<unknown>): void {
  const of = `resource(${name})`;
  const { start, stop, inject, watch, required } = (options as Partial<ResourceOptions<unknown>> | undefined) ?? {};
  if (typeof start !== 'function') {
    throw new TypeError(`${of} has no start\n  → Give { start: () => the value, stop?: (value) => ... }.`);
  }
  requireOptions(options, RESOURCE, of);
  if (stop !== undefined && typeof stop !== 'function') {
    throw new TypeError(
      `stop of ${of} is a function, not ${inWords(stop)}\n  → Give stop: (value) => ..., or leave it out.`,
    );
  }
  if (watch !== undefined && typeof watch !== 'function') {
    throw new TypeError(
      `watch of ${of} is a function, not ${inWords(watch)}\n  → Give watch: (value, crash) => ..., or leave it out.`,
    );
  }
  checkRequired(required, of);
  if (inject !== undefined && !Array.isArray(inject)) {
    throw new TypeError(
      `inject of ${of} is a list of classes and tokens, not ${inWords(inject, { depth: 0 })}\n  → Give what start takes, in order: inject: [...].`,
    );
  }
}
