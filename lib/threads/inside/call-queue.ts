/** The calls that came in from the outside, answered in their order. */
import { hooksAmong } from '../../declare/hook.js';
import type { Lifecycle } from '../../lifecycle/lifecycle.js';
import * as Phase from '../../lifecycle/phase.js';
import { StoppedError } from '../../lifecycle/run.js';
import { backgroundTask } from '../../run/background.js';
import { Service } from '../../service.js';
import { pack } from '../crossing.js';
import * as errors from '../errors.js';
import type { CallMessage } from '../protocol.js';
import { transferListOf } from '../transfer.js';
import type { Outside } from './outside.js';

export interface CallQueueHost {
  readonly label: string;
  readonly outside: Outside;
  /** The life of the service whose methods are called. It may come back as another instance. */
  readonly lifecycle: Lifecycle;
}

interface Call {
  readonly message: CallMessage;
  /** For a call that can be cancelled. */
  readonly controller: AbortController | undefined;
}

export class CallQueue {
  readonly #calls = new Map<number, Call>();
  readonly #waiting: Call[] = [];
  #busy = 0;
  /** Aborts for what has no life of its own: a class without hooks, or one that was bound as a value. */
  readonly #closing = new AbortController();
  readonly #unmanaged = new Set<Promise<void>>();

  constructor(
    private readonly host: CallQueueHost,
    private readonly concurrency: number,
  ) {}

  push(message: CallMessage): void {
    const call: Call = { message, controller: message.signal ? new AbortController() : undefined };
    if (this.#closing.signal.aborted) {
      this.#refuse(call, errors.stopped(this.host.label, message.method));
      return;
    }
    this.#calls.set(message.id, call);
    this.#waiting.push(call);
    this.proceed();
  }

  /** Whoever called does not wait any more. */
  abort(id: number, reason: unknown): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.controller?.abort(reason);
    const index = this.#waiting.indexOf(call);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#refuse(call, reason);
  }

  /** Begins what can begin now. While the service is being restarted, nothing can. */
  proceed(): void {
    while (this.#busy < this.concurrency && this.#isReady()) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      this.#begin(call);
    }
  }

  /** Nothing begins any more. What is under way belongs to the service, whose stop waits for it; what does not is awaited here. */
  async close(): Promise<void> {
    this.#closing.abort(new StoppedError(this.host.label));
    for (const call of this.#waiting.splice(0)) {
      this.#refuse(call, errors.stopped(this.host.label, call.message.method));
    }
    await Promise.all(this.#unmanaged);
  }

  #begin(call: Call): void {
    const { lifecycle } = this.host;
    this.#busy += 1;
    const make = async (ended: AbortSignal): Promise<void> => {
      await this.#make(call, lifecycle.target, ended);
      this.#busy -= 1;
      this.proceed();
    };
    if (isManaged(lifecycle)) {
      const run = lifecycle.activeRun('a call', Phase.Tasks);
      run.add(backgroundTask(run, `call ${call.message.method}()`, make));
    } else {
      const made = make(this.#closing.signal).finally(() => this.#unmanaged.delete(made));
      this.#unmanaged.add(made);
    }
  }

  #isReady(): boolean {
    const { lifecycle } = this.host;
    return lifecycle.state === 'running' || !isManaged(lifecycle);
  }

  /** Never rejects: an error is the answer. */
  async #make(call: Call, target: object, ended: AbortSignal): Promise<void> {
    const { method, args } = call.message;
    try {
      const signal = call.controller && AbortSignal.any([call.controller.signal, ended]);
      const value: unknown = await this.#methodOf(target, method).apply(
        target,
        signal === undefined ? args : [...args, signal],
      );
      this.#answer(call, call.message.cast ? undefined : value);
    } catch (error) {
      this.#refuse(call, error);
    }
  }

  #methodOf(target: object, method: string): (...args: unknown[]) => unknown {
    const value: unknown = (target as Record<string, unknown>)[method];
    const isOwn = typeof value === 'function' && !(method in Service.prototype) && hooksAmong([method]) === 0;
    if (isOwn) return value as (...args: unknown[]) => unknown;
    throw errors.noMethod(this.host.label, this.host.lifecycle.name, method);
  }

  #answer(call: Call, value: unknown): void {
    const { id, method } = call.message;
    try {
      this.host.outside.post({ type: 'returned', id, value }, transferListOf([value]));
      this.#calls.delete(id);
    } catch (error) {
      throw errors.notCloneable(this.host.label, `What ${method}() returned`, error);
    }
  }

  #refuse(call: Call, error: unknown): void {
    this.#calls.delete(call.message.id);
    this.host.outside.post({ type: 'threw', id: call.message.id, error: pack(error) });
  }
}

/** Whether the container drives it, so that it runs, and can be restarted. */
function isManaged({ owner }: Lifecycle): boolean {
  return owner !== undefined;
}
