import type { TreeNode } from './beacon.js';
import type { Lifecycle } from './lifecycle.js';

/** The hooks of a service. All are optional, and each may be async. */
export interface Hooks {
  /** Before this instance's first `onStart`. */
  onFirstStart?(): unknown;
  /** Acquires what the service needs. The signal aborts when the start is given up. */
  onStart?(signal: AbortSignal): unknown;
  /** After the service and its children run, its tasks and timers included. Dependents start after it has settled. */
  onStarted?(): unknown;
  /** Ends the work. The signal aborts when grace is over. Runs exactly when `onStart` had succeeded. */
  onStop?(signal: AbortSignal): unknown;
  /** The end of every way down: after a stop, a crash and a failed start. */
  onShutdown?(): unknown;
  /** Before every later `onStart`. */
  onRestart?(): unknown;
  /** Services that start and stop with this one (mode's `on_init_dependencies`). */
  onInitDependencies?(): Iterable<object> | undefined;
}

/** Who answers for a service: its container, its parent or its supervisor. */
export interface Owner {
  /** The distance from the root of whatever it owns, unless that has a parent. */
  readonly depth?: number;
  /** Unique in the container of what it owns. */
  readonly id?: string;
  /** What stands in the tree for what it owns, where that is not the service itself. */
  readonly treeNode?: TreeNode;
  /** Starts what it owns, and what that needs. */
  startOwned?(): Promise<void>;
  /** Stops what it owns, and first what needs that. */
  stopOwned?(): Promise<void>;
  restartOwned?(): Promise<void>;
  /** It runs, and `onStarted` has settled. */
  cameUp?(lifecycle: Lifecycle): void;
  /** It cannot be started, and is on its way down. */
  failing?(lifecycle: Lifecycle, error: unknown): void;
  /** It crashed while it ran. When it goes down is for the owner to say, by `descend()`. */
  crashed(lifecycle: Lifecycle, error: unknown): void;
  /** Its run has ended; `lifecycle.run` still tells how. */
  down?(lifecycle: Lifecycle): void;
}
