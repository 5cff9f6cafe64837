import { LIFECYCLE } from '../lifecycle/lifecycle.js';
import { Service } from '../service.js';
import { ThreadLink } from './link.js';
import { THREAD_OPTIONS, type ServiceThreadOptions } from './options.js';
import { requireOptions } from '../base/nearest.js';

/** Where a service keeps its thread. */
export const THREAD = Symbol('mode-ts.thread');

/** Classes that are called after what they run, and not by their own names. */
export const unnamed = new WeakSet();

/**
 * A service whose work runs in a thread of its own (`node:worker_threads`), with an event loop of its own (mode's
 * `ServiceThread`). Threads share no objects, so it names a service class for the thread to make; a container in there boots
 * it, with whatever it depends on.
 *
 * ```ts
 * const cruncher = new ServiceThread<typeof Cruncher>({ module: new URL('./cruncher.js', import.meta.url), export: 'Cruncher' });
 * await cruncher.start(); // resolves once Cruncher runs in there
 * await cruncher.stop();  // stops it in order, and ends the thread
 * ```
 *
 * The two live one life. What keeps the service inside from starting is what `start()` rejects with. When it crashes in
 * there, or the thread ends or blocks, the service out here crashes; when it stops in there, this one stops. Whatever stops
 * this one stops the other in order, and ends the thread at the latest when `stopTimeout` is over. Logs and lifecycle events
 * of the inside (but the begin and end of each task) appear out here, one level below this service. A restart starts a fresh
 * thread. For a service inside that hangs to be named, its `stopTimeout` must be shorter than the one out here.
 *
 * A subclass with hooks of its own calls `super.onStart(signal)` and `super.onStop(signal)` in them. mode's `on_thread_started`
 * and `on_thread_stop` are the `onStarted` and `onStop` of the service inside.
 *
 * @throws TypeError for a module that is no absolute URL or path, and for a bad duration
 * @throws ModeError ERR_MODE_THREAD_CLONE for `args` that cannot be cloned
 */
export class ServiceThread<S = unknown> extends Service {
  /** @internal */
  readonly [THREAD]: ThreadLink;

  /** @param known for subclasses of this package: which options there are */
  constructor(options: ServiceThreadOptions<S>, known: readonly string[] = THREAD_OPTIONS) {
    super();
    requireOptions(options, known, `new ${new.target.name}()`);
    const { [LIFECYCLE]: lifecycle } = this;
    const name =
      options.name ?? (unnamed.has(new.target) && options.export !== undefined ? `${options.export}Thread` : undefined);
    if (name !== undefined) {
      lifecycle.name = name;
      lifecycle.id = name;
    }
    this[THREAD] = new ThreadLink(this, options);
  }

  override async onStart(signal: AbortSignal): Promise<void> {
    const run = this[THREAD].open();
    // whatever becomes of the start and the stop: no way down ends with a thread left
    this.defer(() => {
      run.terminate();
    });
    await run.start(signal);
  }

  override async onStop(signal: AbortSignal): Promise<void> {
    await this[THREAD].run?.stop(signal, this[LIFECYCLE].run?.failure);
  }
}

unnamed.add(ServiceThread);
