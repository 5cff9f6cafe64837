import type { MessagePort, Transferable } from 'node:worker_threads';
import type { LifecycleEvent, Logger, LogLevel } from '../../base/events.js';
import { pack } from '../crossing.js';
import type { FromThread, ToThread } from '../protocol.js';

/** How long the standard streams may take to hand over what was printed, in milliseconds. */
const FLUSH_MS = 1_000;

/** The outside, as the thread sees it. */
export class Outside {
  constructor(private readonly port: MessagePort) {}

  on(listener: (message: ToThread) => void): void {
    this.port.on('message', listener);
  }

  post(message: FromThread, transfer: readonly Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }

  /** Logs out there. */
  get logger(): Logger {
    const say = (level: LogLevel) => (message: string, meta?: unknown) => {
      this.post({ type: 'log', level, message, meta: pack(meta) });
    };
    return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  }

  /** Tells of a lifecycle event, unless it is one of those that come all the time. */
  tell({ at: _, ...event }: LifecycleEvent): void {
    if (event.type === 'container') return;
    if ((event.type === 'task' || event.type === 'timer') && event.what !== 'error') return;
    this.post({ type: 'event', event: pack(event) });
  }

  /** Says the last word, after everything that was printed, and ends the thread. */
  async leave(message: FromThread): Promise<never> {
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    this.post(message);
    // the thread, whatever else still holds its loop
    process.exit();
  }
}

function flushed(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_MS);
    stream.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
