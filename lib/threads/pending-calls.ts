/** The calls of the outside that have no answer yet. */
import type { Transferable } from 'node:worker_threads';
import { deferred, type Deferred } from '../base/async.js';
import { peek } from '../base/words.js';
import { pack, unpack } from './crossing.js';
import * as errors from './errors.js';
import type { Answer, CallMessage, ToThread } from './protocol.js';
import { transferListOf } from './transfer.js';

/** Puts something on its way to the thread. */
export type Post = (message: ToThread, transfer?: readonly Transferable[]) => void;

export interface PendingCallsHost {
  readonly label: string;
  readonly state: string;
  readonly maxQueue: number;
  /** Nobody waits for this call, so this is where its error goes. */
  castFailed(method: string, error: unknown): void;
}

interface Pending {
  readonly message: CallMessage;
  readonly transfer: readonly Transferable[];
  /** Nobody waits for the answer of a cast. */
  readonly result: Deferred<unknown> | undefined;
  /** Whoever called does not want to know any more. */
  aborted: boolean;
  forget(): void;
}

/** The calls of one run of the service. */
export class PendingCalls {
  readonly #pending = new Map<number, Pending>();
  #post: Post | undefined;
  #lastId = 0;
  #closed = false;

  constructor(private readonly host: PendingCallsHost) {}

  /** Methods whose calls have no answer yet, in the order of the calls. */
  get methods(): string[] {
    return Array.from(this.#pending.values(), ({ message }) => message.method);
  }

  /** Sends a call, or keeps it until the thread that is starting runs. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const { signal, rest } = split(args);
    const result = deferred<unknown>();
    try {
      signal?.throwIfAborted();
      this.#send(method, rest, signal, result);
    } catch (error) {
      result.reject(error);
    }
    return result.promise;
  }

  /** The same with nobody to wait for it. Throws what keeps it from being sent. */
  cast(method: string, args: readonly unknown[]): void {
    const { signal, rest } = split(args);
    if (signal?.aborted !== true) this.#send(method, rest, signal, undefined);
  }

  /** The thread runs: what waited for that goes off. */
  open(post: Post): void {
    this.#post = post;
    for (const [id, pending] of this.#pending) {
      try {
        post(pending.message, pending.transfer);
      } catch (error) {
        this.#settle(id, {
          error: errors.notCloneable(this.host.label, `An argument of ${pending.message.method}()`, error),
        });
      }
    }
  }

  answered(answer: Answer): void {
    this.#settle(answer.id, answer.type === 'returned' ? { value: answer.value } : { error: unpack(answer.error) });
  }

  /** There will be no more answers. */
  close(why: (method: string) => unknown): void {
    this.#post = undefined;
    this.#closed = true;
    for (const [id, { message }] of this.#pending) this.#settle(id, { error: why(message.method) });
  }

  #send(method: string, args: unknown[], signal: AbortSignal | undefined, result: Deferred<unknown> | undefined): void {
    const { label, state, maxQueue } = this.host;
    if (this.#closed || (state !== 'starting' && state !== 'running')) throw errors.notRunning(label, state, method);
    if (this.#pending.size >= maxQueue) throw errors.queueFull(label, method, maxQueue);
    this.#lastId += 1;
    const id = this.#lastId;
    const message: CallMessage = {
      type: 'call',
      id,
      method,
      args,
      signal: signal !== undefined,
      cast: result === undefined,
    };
    const transfer = transferListOf(args);
    try {
      this.#post?.(message, transfer);
    } catch (error) {
      throw errors.notCloneable(label, `An argument of ${method}()`, error);
    }
    const pending: Pending = { message, transfer, result, aborted: false, forget: () => undefined };
    this.#pending.set(id, pending);
    if (signal !== undefined) this.#follow(pending, signal);
  }

  /** Nobody waits for longer than its signal lets it. The call keeps its place in the queue until it has ended in there. */
  #follow(pending: Pending, signal: AbortSignal): void {
    const { id } = pending.message;
    const abort = (): void => {
      const reason: unknown = signal.reason;
      pending.aborted = true;
      pending.result?.reject(reason);
      if (this.#post === undefined) this.#settle(id, { error: reason });
      else this.#post({ type: 'abort', id, reason: pack(reason) });
    };
    pending.forget = () => {
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
  }

  #settle(id: number, outcome: { value: unknown } | { error: unknown }): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.forget();
    const { result, message } = pending;
    if ('value' in outcome) result?.resolve(outcome.value);
    else if (result !== undefined) result.reject(outcome.error);
    else if (!pending.aborted) this.host.castFailed(message.method, outcome.error);
  }
}

/** A signal cannot be cloned. As the last argument, bare or as `{ signal }`, it stays here and speaks for the one inside. */
function split(args: readonly unknown[]): { signal: AbortSignal | undefined; rest: unknown[] } {
  const last = args.at(-1);
  const signal = last instanceof AbortSignal ? last : signalIn(last);
  return { signal, rest: signal === undefined ? [...args] : args.slice(0, -1) };
}

function signalIn(value: unknown): AbortSignal | undefined {
  const signal = typeof value === 'object' ? peek(value, 'signal') : undefined;
  // last, since a list of all keys can be long
  return signal instanceof AbortSignal && Object.keys(value as object).length === 1 ? signal : undefined;
}
