import { Fifo } from './fifo.js';

interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `callback` once when the signal aborts, unless the returned function is called before. However many callers
 * watch a signal, it carries one listener: adding a listener takes time in proportion to those it has (a thousand
 * callers waiting on their service's signal would take half a million steps), and node warns of a leak at the eleventh.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? watch(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    signal.removeEventListener('abort', listener);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    watches.delete(signal);
    for (const callback of [...callbacks]) callback();
  };
  const started: Watch = { callbacks, listener };
  watches.set(signal, started);
  signal.addEventListener('abort', listener, { once: true });
  return started;
}

interface Waiter<Result, Request> {
  readonly request: Request;
  resolve(result: Result): void;
  reject(error: unknown): void;
  /** Stops watching the caller's signal. */
  unwatch?: () => void;
}

/** Callers in a line: each waits, with its request, until it is served or its signal aborts. */
export class Waiters<Result, Request = void> {
  readonly #line = new Fifo<Waiter<Result, Request>>();

  /** @param onLeave called when somebody has given up, and the line is shorter without anybody having been served */
  constructor(private readonly onLeave?: () => void) {}

  /** How many wait. */
  get size(): number {
    return this.#line.size;
  }

  /** What the first in line asks for. */
  get first(): Request | undefined {
    return this.#line.first?.request;
  }

  /** Waits at the end of the line; rejects with the signal's reason when it aborts. */
  wait(request: Request, signal: AbortSignal | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waiter: Waiter<Result, Request> = { request, resolve, reject };
      const place = this.#line.push(waiter);
      if (signal === undefined) return;
      waiter.unwatch = onAbort(signal, () => {
        this.#line.remove(place);
        reject(signal.reason as Error);
        this.onLeave?.();
      });
    });
  }

  /** Answers the first in line. */
  serve(result: Result): void {
    this.#leave()?.resolve(result);
  }

  /** Refuses the first in line. */
  refuse(error: unknown): void {
    this.#leave()?.reject(error);
  }

  #leave(): Waiter<Result, Request> | undefined {
    const waiter = this.#line.shift();
    waiter?.unwatch?.();
    return waiter;
  }
}
