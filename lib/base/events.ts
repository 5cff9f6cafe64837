/** Everything the core reports. The core never logs: a listener, or the worker's event log, decides what to say. */

/** The life of one service. `stopped` and `crashed` are where every run ends. */
export type ServiceState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed';

/** The life of a container. */
export type ContainerState = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';

interface ContainerEvent {
  type: 'container';
  from: ContainerState;
  to: ContainerState;
  error?: unknown;
}

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

interface RunEvent {
  type: 'task' | 'timer';
  service: string;
  name: string;
  what: 'begin' | 'end' | 'skip' | 'error';
  /** Counts the runs of this task or timer, from 1. */
  run?: number;
  /** Of a skip: how many runs it stands for. */
  count?: number;
  /** Of a skip. */
  reason?: SkipReason;
  ms?: number;
  error?: unknown;
}

interface RestartEvent {
  type: 'restart';
  service: string;
  /** Counts the restarts within the budget, from 1. */
  attempt: number;
  delayMs: number;
  scope: string;
  error: unknown;
}

interface AbandonedEvent {
  type: 'abandoned';
  service: string;
  waitingOn: string[];
}

interface WarningEvent {
  type: 'warning';
  message: string;
  service?: string;
  error?: unknown;
}

/** What happened, without its time. */
export type LifecycleEventBody =
  ContainerEvent | ServiceEvent | RunEvent | RestartEvent | AbandonedEvent | WarningEvent;

/** One thing that happened, and when (wall clock). */
export type LifecycleEvent = LifecycleEventBody & { at: Date };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where a service's `log` goes. Silent unless `new Container({ logger })` or a worker gives one. */
export type Logger = Record<LogLevel, (message: string, meta?: unknown) => void>;

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // a logger that nobody gave says nothing
}
