import { QUEUE_OPTIONS, type QueueServiceThreadOptions } from './options.js';
import type { AnyService, Remote, RemoteArguments, RemoteMethod, RemoteResult } from './remote.js';
import { ServiceThread, THREAD, unnamed } from './service-thread.js';

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
 * - The class may be any: one without hooks is only made, and called.
 * - When the service stops, calls that wait are refused; a method that is under way sees its signal abort, and the stop waits
 *   for it as for a task. When it crashes, or is terminated, all calls reject at once.
 *
 * What `call` and `remote` reject with besides what the method threw, and `cast` throws, is a `ModeError` with one of the codes
 * ERR_MODE_THREAD_NOT_RUNNING, ERR_MODE_THREAD_QUEUE_FULL, ERR_MODE_THREAD_STOPPED, ERR_MODE_THREAD_CRASHED (the crash is its
 * cause), ERR_MODE_THREAD_CLONE and ERR_MODE_THREAD_METHOD.
 */
export class QueueServiceThread<S = AnyService> extends ServiceThread<S> {
  constructor(options: QueueServiceThreadOptions<S>) {
    super(options, QUEUE_OPTIONS);
  }

  /** The methods of the service inside, as functions that call them there. */
  get remote(): Remote<S> {
    return new Proxy(Object.create(null) as Remote<S>, {
      get: (_, name) => {
        // whoever awaits it must not mistake it for a promise
        if (typeof name !== 'string' || name === 'then') return undefined;
        return (...args: unknown[]) => this[THREAD].call(name, args);
      },
    });
  }

  /** Calls a method of the service inside and gives back what it returns (mode's `call_thread`). */
  call<Name extends RemoteMethod<S>>(method: Name, ...args: RemoteArguments<S, Name>): RemoteResult<S, Name> {
    return this[THREAD].call(method, args) as RemoteResult<S, Name>;
  }

  /**
   * Calls a method of the service inside and waits for nothing (mode's `cast_thread`). When it fails there, that is a `warning`
   * event of the container.
   *
   * @throws ModeError when it cannot be sent
   */
  cast<Name extends RemoteMethod<S>>(method: Name, ...args: RemoteArguments<S, Name>): void {
    this[THREAD].cast(method, args);
  }
}

unnamed.add(QueueServiceThread);
