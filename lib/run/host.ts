import type { Clock } from '../base/clock.js';
import type { LifecycleEventBody } from '../base/events.js';

/**
 * Asked before each run of a crontab, so that of many replicas only one does the work. The key is the crontab's name, which no
 * other of its container has (`Service.method`; for a child, with the way to it: `Parent/Child.method`), and the instant it fires
 * for. Both are the same in every replica. The default always says yes.
 *
 * What was claimed is run at most once: a replica that dies between its claim and its run takes that run with it.
 */
export interface Coordinator {
  /** Whether this replica is to run it. An error stands for a no, and is told as a `warning`. */
  claim(key: { name: string; at: Date }): boolean | Promise<boolean>;
}

/** The coordinator of a program that runs only once: everything may run. */
export const everyRun: Coordinator = { claim: () => true };

/** What a task, timer or crontab needs of the run it belongs to. */
export interface TaskHost {
  readonly clock: Clock;
  readonly coordinator: Coordinator;
  /** The name of the service. */
  readonly service: string;
  /** What tells it from every other service of its container, in every replica. */
  readonly key: string;
  /** The service itself. */
  readonly target: unknown;
  /** Aborts when the run ends. */
  readonly signal: AbortSignal;
  emit(event: LifecycleEventBody): void;
  /** Ends the run with this error. */
  crash(error: unknown): void;
}
