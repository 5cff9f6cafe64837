import type { Hooks } from '../lifecycle/lifecycle.js';
import type { Service } from '../service.js';
import { ServiceThread, THREAD, unnamed, type ServiceThreadOptions } from './service-thread.js';

/** The instances of a class; anything else is taken for the type of the instances itself. */
export type ServiceOf<S> = S extends abstract new (...args: never[]) => infer Instance ? Instance : S;

/** The names of the methods that can be called: its own ones, and not those that every service has. */
export type RemoteMethod<S> = {
  [Name in keyof ServiceOf<S>]: Name extends string
    ? ServiceOf<S>[Name] extends (...args: never[]) => unknown
      ? Name extends keyof Service | keyof Hooks
        ? never
        : Name
      : never
    : never;
}[keyof ServiceOf<S>];

/** What such a method takes. Where it takes a signal at the end, `{ signal }` stands for it too; and any method can be cancelled by one. */
export type RemoteArguments<S, Name extends RemoteMethod<S>> =
  | ParametersOf<ServiceOf<S>[Name]>
  | (string extends keyof S ? never : [...WithoutSignal<ParametersOf<ServiceOf<S>[Name]>>, { signal: AbortSignal }]);

/** What a call of such a method gives. */
export type RemoteResult<S, Name extends RemoteMethod<S>> = Promise<
  ServiceOf<S>[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never
>;

/** The service inside, seen from the outside: each method answers with a promise. */
export type Remote<S> = {
  readonly [Name in RemoteMethod<S>]: (...args: RemoteArguments<S, Name>) => RemoteResult<S, Name>;
};

type ParametersOf<F> = F extends (...args: infer P) => unknown ? P : never;
type WithoutSignal<P extends readonly unknown[]> = Required<P> extends [...infer Others, AbortSignal] ? Others : P;

/** A service of which no type is known: any method, with any arguments. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whoever gives no type wants none
export type AnyService = Record<string, (...args: any[]) => any>;

/** What a thread runs, and how it answers calls. */
export interface QueueServiceThreadOptions<S = unknown> extends ServiceThreadOptions<S> {
  /** How many calls are under way at once. The others wait, first come, first served. Default 1 (mode's `num_workers`, there 2). */
  concurrency?: number;
  /** How many calls can be without an answer before further ones are refused. Default 1000 (mode: no limit). */
  maxQueue?: number;
}

/**
 * A service in a thread whose methods can be called from out here (mode's `QueueServiceThread`):
 *
 * ```ts
 * const thread = new QueueServiceThread<typeof Cruncher>({ module: new URL('./cruncher.js', import.meta.url), export: 'Cruncher' });
 * await thread.start();
 * await thread.call('primes', 1_000);             // mode's call_thread
 * await thread.remote.primes(1_000, { signal });  // the same with a signal that cancels it
 * thread.cast('warmUp');                          // mode's cast_thread: nobody waits for it
 * ```
 *
 * - Calls are answered one after another, in the order in which they were made, unless `concurrency` allows several at once.
 *   While the service inside is being restarted in there, they wait.
 * - Made while the thread starts, a call waits until it runs; before that, and once it stops, calls are refused. More than
 *   `maxQueue` without an answer are refused as well.
 * - Arguments and results are structured clones, or move there: see `transfer()`. Errors keep name, message, stack, code, cause
 *   and other properties; built-in classes and those of this package keep their class.
 * - A signal as the last argument, bare or as `{ signal }`, cancels the call: it rejects at once with the reason. A method that
 *   has begun is given a signal in its place, which also aborts when its service stops; one that has not is not called at all.
 * - When the service stops, calls that wait are refused; a method that is under way sees its signal abort, and the stop waits
 *   for it as for a task. When it crashes, or is terminated, all calls reject at once.
 *
 * What `call` and `remote` reject with besides what the method threw, and `cast` throws, is a `ModeError` with one of the codes
 * ERR_MODE_THREAD_NOT_RUNNING, ERR_MODE_THREAD_QUEUE_FULL, ERR_MODE_THREAD_STOPPED, ERR_MODE_THREAD_CRASHED (the crash is its
 * cause), ERR_MODE_THREAD_CLONE and ERR_MODE_THREAD_METHOD.
 */
export class QueueServiceThread<S = AnyService> extends ServiceThread<S> {
  // eslint-disable-next-line no-useless-constructor -- it takes the options for the queue as well
  constructor(options: QueueServiceThreadOptions<S>) {
    super(options);
  }

  /** The methods of the service inside, as functions that call them there. */
  get remote(): Remote<S> {
    return new Proxy(Object.create(null) as Remote<S>, {
      get: (_, name) => {
        // whoever awaits it must not mistake it for a promise
        if (typeof name !== 'string' || name === 'then') return undefined;
        return (...args: unknown[]) => this[THREAD].calls.call(name, args);
      },
    });
  }

  /** Calls a method of the service inside and gives back what it returns (mode's `call_thread`). */
  call<Name extends RemoteMethod<S>>(method: Name, ...args: RemoteArguments<S, Name>): RemoteResult<S, Name> {
    return this[THREAD].calls.call(method, args) as RemoteResult<S, Name>;
  }

  /**
   * Calls a method of the service inside and waits for nothing (mode's `cast_thread`). When it fails there, that is a `warning`
   * event of the container.
   *
   * @throws ModeError when it cannot be sent
   */
  cast<Name extends RemoteMethod<S>>(method: Name, ...args: RemoteArguments<S, Name>): void {
    this[THREAD].calls.cast(method, args);
  }
}

unnamed.add(QueueServiceThread);
