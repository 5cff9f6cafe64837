/** What a container can be told. */
import type { Container as InversifyContainer, ContainerOptions as InversifyOptions } from 'inversify';
import type { Clock } from '../base/clock.js';
import type { Duration } from '../base/duration.js';
import type { Logger } from '../base/events.js';
import type { InjectOption } from '../declare/definition.js';
import type { Coordinator } from '../run/host.js';

/** Options of a container, besides those of inversify's. */
export interface ContainerOptions extends Omit<InversifyOptions, 'parent'> {
  parent?: InversifyContainer;
  /** Where the `log` of services goes. Default: nowhere. */
  logger?: Logger;
  /** The time source. Default: the real clock. */
  clock?: Clock;
  /** Asked before each run of a crontab, so that of many replicas only one does the work. Default: always yes. */
  coordinator?: Coordinator;
}

/** Options of `boot`. */
export interface BootOptions {
  /** Gives the boot up, which rolls it back. */
  signal?: AbortSignal;
}

/** Options of `stop`. */
export interface StopOptions {
  /** One budget for the whole stop. What is not down by then is abandoned and named. Default: only each `stopTimeout`. */
  timeout?: Duration;
}

/** How a resource is made and released. */
export interface ResourceOptions<T> {
  /** What `start` is given, in order. */
  inject?: readonly InjectOption[];
  /** Makes the value. Called with what `inject` names and a signal that aborts when the start is given up. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what `inject` names cannot be typed from tokens
  start: (...args: any[]) => T | PromiseLike<T>;
  /** Releases the value. The signal aborts when grace is over. */
  stop?: (value: T, signal: AbortSignal) => unknown;
  /** What people read. Default: the name of the token. */
  name?: string;
  /** Default 60 s. */
  startTimeout?: Duration;
  /** Default 60 s. */
  stopTimeout?: Duration;
}

export function isBootOptions(value: unknown): value is BootOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isStopOptions(value: unknown): value is StopOptions {
  return typeof value === 'object' && value !== null;
}
