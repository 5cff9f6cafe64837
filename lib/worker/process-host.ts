import { Socket } from 'node:net';
import type { Host, StopSignal } from './host.js';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** The real process. Only this file touches it, and `main.ts` for the arguments. */
export function processHost(): Host {
  // Whoever reads our output may leave before us (`mode-worker app.ts | head`). That is no reason to go down unordered.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore);

  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    onSignal(listener) {
      for (const signal of SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener);
      };
    },
    onFault(listener) {
      // A program with its own listener for unhandled rejections has decided what they mean to it.
      const ownPolicy = process.listenerCount('unhandledRejection') > 0;
      process.on('uncaughtException', listener);
      if (!ownPolicy) process.on('unhandledRejection', listener);
      return () => {
        process.off('uncaughtException', listener);
        if (!ownPolicy) process.off('unhandledRejection', listener);
      };
    },
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

/** What is there in every process: the standard streams, and immediates, which are over in a moment. */
function withoutOurs(resources: readonly string[]): string[] {
  const left = resources.filter((kind) => kind !== 'Immediate');
  for (const stream of [process.stdout, process.stderr]) {
    const index = left.indexOf(stream.isTTY ? 'TTYWrap' : 'PipeWrap');
    if (stream instanceof Socket && index >= 0) left.splice(index, 1);
  }
  return left;
}

/** Where a worker writes that was given nothing else. */
export function standardStreams(): Pick<Host, 'stdout' | 'stderr'> {
  return { stdout: process.stdout, stderr: process.stderr };
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

function ignore(): void {
  // there is nobody left to tell
}
