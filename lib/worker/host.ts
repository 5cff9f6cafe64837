/** What a worker needs of the process it runs in, and the real one. A test hands in one that it plays itself. */

import { Socket } from 'node:net';

/** The signals that stop a worker; SIGHUP opens its log file again where it has one. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The number that a shell knows the signal by: a process that it ended exits with 128 and this. */
export const signalNumber: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export interface Host {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /**
   * The directory that paths on the command line are relative to.
   *
   * @throws Error when it was deleted
   */
  readonly cwd: string;
  /** The environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The exit code that the program has asked for (`process.exitCode = 3`), if it has. */
  readonly exitCode?: number | undefined;
  /** Tells of every signal that stops, once for each key press, until the returned function is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Tells of every error that nobody caught, until the returned function is called. */
  onFault(listener: (error: unknown) => void): () => void;
  /** Tells that the process ends, whoever ends it, and with which code. Only what is done at once is still done. */
  onExit(listener: (code: number) => void): () => void;
  /** Tells when nothing is left that the process could wait for, until the returned function is called. */
  onIdle(listener: () => void): () => void;
  /** Whether somebody listens by `onSignal` in this process, be it by another copy of this package. */
  isTaken: () => boolean;
  /** What keeps the event loop from ending, as node names it. */
  heldBy(): string[];
  /** Ends the process once what was written has left it, or after `ms` milliseconds. */
  exit(code: number, ms: number): Promise<void>;
  /** Ends the process at once. What was not written yet is lost. */
  terminate(code: number): void;
}

/** The real process. Only this file touches it, and `main.ts` for the arguments. */
export function processHost(): Host {
  // Whoever reads our output may leave before us (`mode-worker app.ts | head`). That is no reason to go down unordered.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  return {
    ...standardStreams(),
    env: process.env,
    get cwd() {
      return process.cwd();
    },
    get exitCode() {
      const { exitCode } = process;
      return exitCode === undefined || exitCode === null ? undefined : Number(exitCode);
    },
    onSignal: (listener) => listen(STOP_SIGNALS, withoutEchoes(listener)),
    onFault(listener) {
      // A program with its own listener for unhandled rejections has decided what they mean to it.
      const ownPolicy = process.listeners('unhandledRejection').some((one) => !isOurs(one));
      return listen(
        ownPolicy ? ['uncaughtException'] : ['uncaughtException', 'unhandledRejection'],
        (error: unknown) => {
          listener(error);
        },
      );
    },
    onExit: (listener) => listen(['exit'], listener),
    onIdle: (listener) => listen(['beforeExit'], listener),
    isTaken,
    heldBy: () => withoutOurs(process.getActiveResourcesInfo()),
    async exit(code, ms) {
      process.exitCode = code;
      // `process.exit` loses what a pipe has not taken yet, so the streams go first.
      await Promise.all([drained(process.stdout, ms), drained(process.stderr, ms)]);
      process.exit(code);
    },
    terminate(code) {
      process.exit(code);
    },
  };
}

/**
 * Ends the process on a signal as long as there is no worker to stop: nothing has started then. It listens from the first
 * line of the program to the end, since node throws a signal away that arrived while nobody looked (a module that takes a
 * second to load, say) when the last listener leaves before it is told of it.
 *
 * @param args the command line, which nobody has parsed yet
 */
export function leaveOnEarlySignals(args: readonly string[]): void {
  const isJob = args.includes('--no-daemon') || process.env['MODE_DAEMON'] === '0';
  const hasLogFile = args.some((arg) => /^(--logfile|-f)/.test(arg)) || (process.env['MODE_LOGFILE'] ?? '') !== '';
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (isTaken() || (signal === 'SIGHUP' && hasLogFile)) return;
      // without a code it is the one that the program has asked for, or 0
      if (isJob) process.exit(128 + signalNumber[signal]);
      process.exit();
    });
  }
}

/** Where a worker writes that was given nothing else. */
export function standardStreams(): Pick<Host, 'stdout' | 'stderr'> {
  return { stdout: process.stdout, stderr: process.stderr };
}

/** How long after a signal the same one is its echo, in milliseconds. */
const ECHO_MS = 500;

/**
 * A listener that is told of each key press once. Wrappers (npm, cross-env) pass a signal on to their child although the terminal
 * has sent it to both, and one Ctrl-C that counts as two would cut the shutdown short.
 */
export function withoutEchoes<S>(listener: (signal: S) => void, after = afterTheEchoes): (signal: S) => void {
  const recent = new Set<S>();
  return (signal) => {
    if (recent.has(signal)) return;
    recent.add(signal);
    after(() => recent.delete(signal));
    listener(signal);
  };
}

/** An echo that waited while the event loop was blocked is met in the turn in which the timer fires, before the immediate. */
function afterTheEchoes(callback: () => void): void {
  setTimeout(() => setImmediate(callback), ECHO_MS).unref();
}

/** Settles when everything written to `stream` so far has left it, when it cannot leave any more, or after `ms`. */
export function drained(stream: NodeJS.WritableStream, ms: number): Promise<void> {
  if (!stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    // These stay: a stream calls back first and emits its error afterwards.
    stream.on('error', done);
    stream.on('close', done);
    stream.write('', done);
  });
}

// known to every copy of this package in the process
const OURS = Symbol.for('mode-ts.listener');

function listen(events: readonly string[], listener: Parameters<NodeJS.EventEmitter['on']>[1]): () => void {
  const tell = (value: unknown): void => {
    listener(value);
  };
  const ours = Object.assign(tell, { [OURS]: true });
  for (const event of events) process.on(event, ours);
  return () => {
    for (const event of events) process.off(event, ours);
  };
}

function isOurs(listener: unknown): boolean {
  return typeof listener === 'function' && OURS in listener;
}

function isTaken(): boolean {
  return process.listeners('SIGTERM').some(isOurs);
}

/** What is there in every process: the standard streams, and immediates, which are over in a moment. */
function withoutOurs(resources: readonly string[]): string[] {
  const left = resources.filter((kind) => kind !== 'Immediate');
  for (const stream of [process.stdout, process.stderr]) {
    const index = left.indexOf(stream.isTTY ? 'TTYWrap' : 'PipeWrap');
    if (stream instanceof Socket && index >= 0) left.splice(index, 1);
  }
  return left;
}
