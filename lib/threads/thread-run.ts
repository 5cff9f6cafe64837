/** One thread, from its birth to its end. A restart makes a new one. */
import { existsSync } from 'node:fs';
import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
  type ResourceLimits,
} from 'node:worker_threads';
import { deferred, handled } from '../base/async.js';
import type { LogLevel } from '../base/events.js';
import { unpack } from './crossing.js';
import * as errors from './errors.js';
import { Keepalive, type Watch } from './keepalive.js';
import type { FromThread, ThreadStart } from './protocol.js';
import { PendingCalls, type PendingCallsHost, type Post } from './pending-calls.js';

/** What a thread needs of the service outside. */
export interface ThreadHost extends PendingCallsHost {
  /** It crashed while it ran. */
  crashed(error: unknown): void;
  /** It goes down because somebody inside said so. */
  leaving(): void;
  log(level: LogLevel, message: string, meta: unknown): void;
  event(event: unknown): void;
}

/** How a thread is made. */
export interface ThreadOptions {
  readonly start: Omit<ThreadStart, 'port'>;
  readonly watch: Watch | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
}

// `loading`: there is nothing to take back yet. `failing`: it crashed, and goes down by itself.
type Phase = 'loading' | 'booting' | 'running' | 'failing' | 'stopping' | 'ended';

export class ThreadRun {
  readonly calls: PendingCalls;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #keepalive: Keepalive | undefined;
  readonly #started = deferred();
  readonly #ended = deferred();
  #phase: Phase = 'loading';
  /** Why it cannot start, or crashed. */
  #failure: { error: unknown } | undefined;
  /** What went wrong on the way down. */
  readonly #errors: unknown[] = [];
  /** Whether it has said that it ends, or was told to. */
  #expected = false;
  #blocked = false;

  constructor(
    private readonly host: ThreadHost,
    { start, watch, resourceLimits, env }: ThreadOptions,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.calls = new PendingCalls(host);
    void handled(this.#started.promise);
    const workerData: ThreadStart = { ...start, port: port2 };
    this.#worker = spawn(host.label, {
      name: host.label,
      workerData,
      transferList: [port2],
      ...(resourceLimits !== undefined && { resourceLimits }),
      ...(env !== undefined && { env: { ...env } }),
    });
    port1.on('message', this.#heard);
    port1.on('messageerror', this.#failed);
    this.#worker.on('error', this.#perished);
    this.#worker.on('exit', this.#exited);
    this.#keepalive =
      watch &&
      new Keepalive(
        watch,
        () => {
          this.post({ type: 'ping' });
        },
        this.#unresponsive,
      );
  }

  readonly post: Post = (message, transfer = []) => {
    this.#port.postMessage(message, transfer);
  };

  /** Resolves when the service inside runs. Rejects as its start did, or with the reason of the signal, once the thread has ended. */
  async start(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => {
      this.#failure ??= { error: signal.reason };
      if (this.#phase === 'loading') this.terminate();
      else this.#ask();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.#started.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /**
   * Stops the service inside in order; ends the thread at once when grace is over. Rejects with what went wrong. `crash` is
   * why, when it is no peaceful stop.
   */
  async stop(signal: AbortSignal, crash?: { error: unknown }): Promise<void> {
    if (crash !== undefined) {
      this.#failure ??= crash;
      this.#closeCalls();
    }
    const terminate = (): void => {
      this.terminate();
    };
    if (this.#blocked || signal.aborted) this.terminate();
    else this.#ask();
    signal.addEventListener('abort', terminate, { once: true });
    await this.#ended.promise;
    signal.removeEventListener('abort', terminate);
    if (this.#errors.length === 1) throw this.#errors[0];
    if (this.#errors.length > 1) {
      throw new AggregateError(this.#errors, `The thread of ${this.host.label} met several errors while it stopped`);
    }
  }

  /** Ends the thread at once, whatever it does. Does not wait for it: native code cannot be interrupted. */
  terminate(): void {
    if (this.#phase === 'ended') return;
    if (this.#phase === 'running') this.#phase = 'stopping';
    this.#expected = true;
    this.#keepalive?.stop();
    this.#closeCalls();
    void this.#worker.terminate();
  }

  /** Tells it to stop; from then on it has to show that it is able to. */
  #ask(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'stopping';
    this.post({ type: 'stop' });
    this.#keepalive?.start();
  }

  readonly #heard = (message: FromThread): void => {
    this.#keepalive?.alive();
    switch (message.type) {
      case 'returned':
      case 'threw':
        this.calls.answered(message);
        break;
      case 'booting':
        if (this.#phase === 'loading') this.#phase = 'booting';
        break;
      case 'running':
        this.#runs();
        break;
      case 'failed':
        this.#expected = true;
        this.#failed(unpack(message.error));
        break;
      case 'crashed':
        this.#failed(unpack(message.error));
        break;
      case 'leaving':
        if (this.#phase === 'running') this.host.leaving();
        break;
      case 'stopped':
        this.#expected = true;
        this.#errors.push(...(unpack(message.errors) as unknown[]));
        break;
      case 'log':
        this.host.log(message.level, message.message, unpack(message.meta));
        break;
      case 'event':
        this.host.event(unpack(message.event));
        break;
      case 'pong':
        break;
    }
  };

  #runs(): void {
    // told to stop meanwhile
    if (this.#phase !== 'booting') return;
    this.#phase = 'running';
    this.#keepalive?.start();
    this.calls.open(this.post);
    this.#started.resolve();
  }

  /** What nothing in there could catch: it ran out of memory, say. Node ends the thread. */
  readonly #perished = (error: unknown): void => {
    this.#expected = true;
    this.#failed(error);
  };

  readonly #failed = (error: unknown, phase = this.#phase): void => {
    switch (phase) {
      case 'loading':
      case 'booting':
        this.#failure ??= { error };
        break;
      case 'running':
        if (this.#phase === 'running') this.#phase = 'failing';
        this.#failure = { error };
        this.#closeCalls();
        this.host.crashed(error);
        break;
      case 'stopping':
        this.#errors.push(error);
        break;
      case 'failing':
      case 'ended':
        // what brought it down is known already
        break;
    }
  };

  readonly #unresponsive = (ms: number): void => {
    this.#blocked = true;
    this.#failed(errors.blocked(this.host.label, ms, this.calls.methods));
    if (this.#phase === 'stopping') this.terminate();
  };

  readonly #exited = (code: number): void => {
    // what it said before it ended can still be on its way
    for (let last = receiveMessageOnPort(this.#port); last !== undefined; last = receiveMessageOnPort(this.#port)) {
      this.#heard(last.message as FromThread);
    }
    const phase = this.#phase;
    this.#phase = 'ended';
    this.#keepalive?.stop();
    this.#port.close();
    if (!this.#expected) this.#failed(errors.exited(this.host.label, code), phase);
    this.#closeCalls();
    this.#started.reject(this.#failure?.error);
    this.#ended.resolve();
  };

  /** No call is answered any more. */
  #closeCalls(): void {
    const { label } = this.host;
    const failure = this.#failure;
    this.calls.close((method) =>
      failure === undefined ? errors.stopped(label, method) : errors.crashed(label, method, failure.error),
    );
  }
}

function spawn(label: string, options: ConstructorParameters<typeof Worker>[1]): Worker {
  const entry = entryFor(label);
  // `node --input-type=module` is inherited, and refuses every entry that is a file
  const needsText = process.execArgv.some((argument) => argument.startsWith('--input-type'));
  return needsText
    ? new Worker(`import(${JSON.stringify(entry.href)})`, { ...options, eval: true })
    : new Worker(entry, options);
}

/** The file that a thread begins with, which only the package itself has. */
function entryFor(label: string): URL {
  // a bundle in CommonJS may have no URL
  const url: string | undefined = import.meta.url;
  const entry = url === undefined ? undefined : new URL(/* webpackIgnore: true */ './inside/main.js', url);
  if (entry === undefined || !existsSync(entry)) throw errors.bundled(label);
  return entry;
}
