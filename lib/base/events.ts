/** Everything the core reports. The core never logs: a listener, or the worker's event log, decides what to say. */

/** The life of one service. `stopped` and `crashed` are where every run ends. */
export type ServiceState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed';

/** The life of a container. */
export type ContainerState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';

/** The container went from one state to another. */
interface ContainerEvent {
  type: 'container';
  from: ContainerState;
  to: ContainerState;
  error?: unknown;
}

/** A service, resource or running child went from one state to another. */
interface ServiceEvent {
  type: 'service';
  /** Unique in its container. */
  id: string;
  /** What people read. */
  name: string;
  from: ServiceState;
  to: ServiceState;
  /** How long the state that ends here took, in milliseconds. */
  ms?: number;
  error?: unknown;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  /** The level at which a log should mention it (mode's `mundane_level`): `'info'` unless the service says otherwise. */
  level?: LogLevel;
}

/** Why a run was not made: the last one still ran, it was noticed too late, a coordinator refused it, the service stopped. */
export type SkipReason = 'running' | 'late' | 'refused' | 'stopped';

/** A task, timer or crontab was run, or was not. */
interface RunEvent {
  type: 'task' | 'timer';
  service: string;
  /** The id of the service, which is unique in its container. */
  id?: string;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  name: string;
  /** A `begin`, and later an `end` or an `error`; a `skip` stands alone. */
  what: 'begin' | 'end' | 'skip' | 'error';
  /** Counts the runs of this task or timer, from 1. */
  run?: number;
  /** Of a skip: how many runs it stands for. */
  count?: number;
  /** Of a skip. */
  reason?: SkipReason;
  /** Of an end or an error: how long the run took, in milliseconds. */
  ms?: number;
  error?: unknown;
}

/** A crash is survived: what went down comes back after the delay. */
interface RestartEvent {
  type: 'restart';
  service: string;
  /** The id of the service, which is unique in its container. */
  id?: string;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  /** Counts the restarts within the budget, from 1. */
  attempt: number;
  /** How long it waits before it, in milliseconds. */
  delayMs: number;
  /** Who restarts with it: `self`, `dependents` or `all`; of a supervisor, its strategy. */
  scope: string;
  /** The crash. */
  error: unknown;
}

/** A start has failed, and is tried again after the delay. */
interface RetryEvent {
  type: 'retry';
  service: string;
  /** The id of the service, which is unique in its container. */
  id?: string;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  /** Counts the attempts after the first, from 1. */
  attempt: number;
  /** How long it waits before it, in milliseconds. */
  delayMs: number;
  /** What the attempt before it has failed with. */
  error: unknown;
}

/** A service that is not required has crashed or did not start, and is not brought back: the program goes on without it. */
interface DegradedEvent {
  type: 'degraded';
  service: string;
  /** The id of the service, which is unique in its container. */
  id?: string;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  error: unknown;
}

/** A stop went on without a service that did not settle in time. */
interface AbandonedEvent {
  type: 'abandoned';
  service: string;
  /** The id of the service, which is unique in its container. */
  id?: string;
  /** The service's distance from the root of the beacon tree. */
  depth?: number;
  waitingOn: string[];
}

/** Something went wrong that changes nothing: an error that came too late, or of a listener. */
interface WarningEvent {
  type: 'warning';
  message: string;
  service?: string;
  error?: unknown;
}

/** What happened, without its time. */
export type LifecycleEventBody =
  ContainerEvent | ServiceEvent | RunEvent | RestartEvent | RetryEvent | DegradedEvent | AbandonedEvent | WarningEvent;

/** One thing that happened, and when (wall clock). */
export type LifecycleEvent = LifecycleEventBody & { at: Date };

/** What tells a service from others of its name in a log: `Shard#2`, where its id says that it is the second one. */
export function nameAmong(name: string, id: string = name): string {
  return id.startsWith(`${name}#`) ? id : name;
}

/** How serious a line of a service's log is, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Where a service's `log` goes: a function for each level, which is given the line and whatever came with it. `console` and
 * winston's loggers fit, and so do pino's, which take the data before the message. It is not awaited; that it failed is told by a
 * `warning` event, once. Silent unless `new Container({ logger })` or a worker gives one.
 */
export type Logger = Record<LogLevel, (message: string, meta?: unknown) => void>;

/** The logger of services to which nobody gave one: it says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // a logger that nobody gave says nothing
}
