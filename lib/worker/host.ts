/** What a worker needs of the process it runs in. A test hands in one that it plays itself. */

/** The signals that stop a worker. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface Host {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** The directory that paths on the command line are relative to. */
  readonly cwd: string;
  /** Tells of every SIGINT and SIGTERM, until the returned function is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Tells of every error that nobody caught, until the returned function is called. */
  onFault(listener: (error: unknown) => void): () => void;
  /** What keeps the event loop from ending, as node names it. */
  heldBy(): string[];
  /** Ends the process once what was written has left it, or after `ms` milliseconds. */
  exit(code: number, ms: number): Promise<void>;
  /** Ends the process at once. What was not written yet is lost. */
  terminate(code: number): void;
}

/** The number that a shell knows the signal by: a process that it ended exits with 128 and this. */
export const signalNumber: Readonly<Record<StopSignal, number>> = { SIGINT: 2, SIGTERM: 15 };
