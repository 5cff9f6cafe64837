import { Fifo } from './fifo.js';
import { Waiters } from './waiters.js';
import { requireOptions } from '../base/nearest.js';

/** How a `FlowControlEvent` begins. */
export interface FlowControlEventOptions {
  /** Whether flow stands still until the first `resume()`. Default true, as in mode. */
  initiallySuspended?: boolean;
}

/**
 * Suspends and resumes production into any number of `FlowControlQueue`s at once (mode's `FlowControlEvent`).
 *
 * While it is suspended, `put` into the queues it governs waits. Consumers go on taking what is there.
 */
export class FlowControlEvent {
  #active: boolean;
  readonly #acquirers = new Waiters<void>();
  readonly #listeners = new Set<() => void>();
  // An event that lives as long as the program must not keep every queue that it ever governed.
  readonly #managed = new Set<WeakRef<{ clear(): void }>>();
  #sweepAt = 32;

  constructor(options: FlowControlEventOptions = {}) {
    requireOptions(options, ['initiallySuspended'], 'new FlowControlEvent()');
    const { initiallySuspended = true } = options;
    this.#active = !initiallySuspended;
  }

  /** Whether production is allowed (mode's `is_active()`). */
  get isActive(): boolean {
    return this.#active;
  }

  /** Stops production: every `put` from now on waits. */
  suspend(): void {
    this.#active = false;
  }

  /** Clears the managed queues (those with `clearOnResume`), then lets production go on, in the order in which it waits. */
  resume(): void {
    this.#active = true;
    this.clear();
    while (this.#acquirers.size > 0) this.#acquirers.serve();
    for (const listener of [...this.#listeners]) listener();
  }

  /** Clears the managed queues. */
  clear(): void {
    for (const reference of this.#managed) {
      const queue = reference.deref();
      if (queue === undefined) this.#managed.delete(reference);
      else queue.clear();
    }
  }

  /** Waits until flow is active; at once when it is. Rejects with the signal's reason when that aborts first. */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#active) await this.#acquirers.wait(undefined, signal);
  }

  /** Has `queue.clear()` called on every resume (mode's `manage_queue`). The queue is held weakly. */
  manage(queue: { clear(): void }): void {
    if (this.#managed.size >= this.#sweepAt) {
      for (const reference of this.#managed) if (reference.deref() === undefined) this.#managed.delete(reference);
      this.#sweepAt = Math.max(32, this.#managed.size * 2);
    }
    this.#managed.add(new WeakRef(queue));
  }

  /** Calls `listener` on every resume, until the returned function is called. */
  onResume(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** What one producer wants to know about pressure. */
export interface PressureCallbacks {
  /** Called when the queue is too full: produce less. */
  onPressureHigh?: () => void;
  /** Called once the queue has drained: produce again. */
  onPressureDrop?: () => void;
}

/** How much a `FlowControlQueue` holds, who suspends it, and who hears when it fills up. */
export interface FlowControlQueueOptions extends PressureCallbacks {
  /** How many items `put` lets in before it waits. Default `Infinity`; 0 means the same, as in Python. */
  maxSize?: number;
  /** Suspends and resumes production. Default: nobody does. */
  flowControl?: FlowControlEvent;
  /** Whether what is in the queue is thrown away when flow resumes. Default false. */
  clearOnResume?: boolean;
  /** Pressure is high with more than `maxSize / pressureHighRatio` items. At least 1; default 1.25. */
  pressureHighRatio?: number;
  /** Pressure drops again at `maxSize * pressureDropRatio` items. At most `1 / pressureHighRatio`; default 0.4. */
  pressureDropRatio?: number;
}

const QUEUE_OPTIONS: readonly (keyof FlowControlQueueOptions)[] = [
  'maxSize',
  'flowControl',
  'clearOnResume',
  'pressureHighRatio',
  'pressureDropRatio',
  'onPressureHigh',
  'onPressureDrop',
];

/**
 * A queue that can be bounded, suspended, and tell producers when to slow down (mode's `FlowControlQueue`).
 *
 * `put` waits while the queue is full or flow is suspended, `get` while it is empty; both strictly in the order of
 * arrival. Whoever gives up (its `signal` aborts) has put or taken nothing.
 *
 * ```ts
 * const queue = new FlowControlQueue<Job>({ maxSize: 100, onPressureHigh: () => consumer.pause(), onPressureDrop: () => consumer.resume() });
 * for await (const job of queue.values(this.signal)) await handle(job);
 * ```
 *
 * An error that a pressure callback throws disturbs neither the queue nor the caller: it is raised as an uncaught
 * exception.
 */
export class FlowControlQueue<T> implements AsyncIterable<T> {
  /** How many items `put` lets in; `Infinity` when there is no bound. */
  readonly maxSize: number;
  /** With more items than this, pressure is high. */
  readonly pressureHighSize: number;
  /** With this many items or fewer, pressure that was high has dropped. */
  readonly pressureDropSize: number;

  readonly #flow: FlowControlEvent | undefined;
  readonly #callbacks: PressureCallbacks;
  readonly #items = new Fifo<T>();
  readonly #getters = new Waiters<T>();
  readonly #putters = new Waiters<void, T>(() => {
    this.#attend();
  });
  #unattend: (() => void) | undefined;
  #pressed = false;
  /** What producers that have been told of high pressure are to be told when it drops. */
  readonly #drops = new Set<() => void>();

  /** @throws TypeError, RangeError when a size or ratio makes no sense, with its value. */
  constructor(options: FlowControlQueueOptions = {}) {
    requireOptions(options, QUEUE_OPTIONS, `new ${new.target.name}()`);
    const {
      maxSize = Infinity,
      flowControl,
      clearOnResume = false,
      pressureHighRatio = 1.25,
      pressureDropRatio = 0.4,
    } = options;
    if (maxSize !== Infinity && !(Number.isSafeInteger(maxSize) && maxSize >= 0)) {
      throw new RangeError(`maxSize must be a whole number from 0, or Infinity, not ${String(maxSize)}`);
    }
    if (!(pressureHighRatio >= 1)) {
      throw new RangeError(`pressureHighRatio must be at least 1, not ${String(pressureHighRatio)}`);
    }
    if (!(pressureDropRatio >= 0 && pressureDropRatio <= 1 / pressureHighRatio)) {
      throw new RangeError(
        `pressureDropRatio must be between 0 and 1 / pressureHighRatio, not ${String(pressureDropRatio)}`,
      );
    }
    this.maxSize = maxSize === 0 ? Infinity : maxSize;
    this.pressureHighSize = Math.floor(this.maxSize / pressureHighRatio);
    this.pressureDropSize = this.maxSize === Infinity ? Infinity : Math.floor(this.maxSize * pressureDropRatio);
    this.#flow = flowControl;
    this.#callbacks = options;
    if (clearOnResume) flowControl?.manage(this);
  }

  /** How many items are in the queue. */
  get size(): number {
    return this.#items.size;
  }

  /** Whether a `get` would wait. */
  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  /** Whether the bound is reached. */
  get isFull(): boolean {
    return this.#items.size >= this.maxSize;
  }

  /** Whether pressure has become high and not dropped since. */
  get pressureHigh(): boolean {
    return this.#pressed;
  }

  /**
   * Adds an item; waits while the queue is full or suspended. Rejects with the signal's reason when that aborts first:
   * the item is then not in the queue and never will be.
   */
  async put(item: T, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryPut(item)) return;
    const admitted = this.#putters.wait(item, signal);
    this.#attend();
    await admitted;
  }

  /** Adds an item if that needs no waiting (mode's `put_nowait`, which raises instead). Answers whether it did. */
  tryPut(item: T): boolean {
    // whoever waits already comes first
    if (this.#putters.size > 0 || !this.#open) return false;
    this.#accept(item);
    return true;
  }

  /**
   * Adds an item at once, past the bound, past suspension and past every `put` that waits (mode's `force_put_nowait`,
   * and with callbacks its `put_nowait_enhanced`): for producers that cannot wait, but can slow down.
   *
   * Each `onPressureDrop` is remembered once; it is called when pressure has dropped, one for every item taken, and all
   * that are left when the queue is empty. The `onPressureHigh` that came with it is called when it is remembered.
   *
   * @returns whether pressure is high
   */
  forcePut(item: T, pressure?: Required<PressureCallbacks>): boolean {
    this.#accept(item);
    if (
      pressure !== undefined &&
      this.#items.size > this.pressureHighSize &&
      !this.#drops.has(pressure.onPressureDrop)
    ) {
      this.#drops.add(pressure.onPressureDrop);
      notify(pressure.onPressureHigh);
    }
    return this.#pressed;
  }

  /**
   * Takes the oldest item; waits while there is none. Rejects with the signal's reason when that aborts first: no item
   * is then lost.
   */
  async get(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.raise();
    return this.#items.size > 0 ? this.#take() : this.#getters.wait(undefined, signal);
  }

  /** Takes the oldest item, or gives `undefined` when there is none (mode's `get_nowait`, which raises instead). */
  tryGet(): T | undefined {
    this.raise();
    return this.#items.size > 0 ? this.#take() : undefined;
  }

  /** Throws away what is in the queue. A `put` that waits for room then finds some, and its item is kept. */
  clear(): void {
    this.#items.clear();
    this.#admit();
    this.#relieve();
  }

  /** Takes items for as long as somebody asks for them; ends, without an error, when the signal aborts. */
  async *values(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    while (!(signal?.aborted ?? false)) {
      let item: T;
      try {
        item = await this.get(signal);
      } catch (error) {
        // A `ThrowableQueue` may raise an error of its own just as the signal aborts; that one is not swallowed.
        if (signal?.reason !== undefined && error === signal.reason) return;
        throw error;
      }
      yield item;
    }
  }

  /** `for await (const item of queue)`: endless; leave it with `break`, or use `values(signal)`. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.values();
  }

  /** Throws what a consumer has to hear of before it gets another item. Nothing, in this class. */
  protected raise(): void {
    // `ThrowableQueue` knows errors
  }

  /** Makes the first `get` that waits reject. Answers whether there was one. */
  protected refuseGetter(error: unknown): boolean {
    if (this.#getters.size === 0) return false;
    this.#getters.refuse(error);
    return true;
  }

  /** Whether a producer may add an item. */
  get #open(): boolean {
    return this.#items.size < this.maxSize && this.#flow?.isActive !== false;
  }

  #accept(item: T): void {
    if (this.#getters.size > 0) {
      // somebody waits, so the queue is empty and stays so
      this.#getters.serve(item);
      return;
    }
    this.#items.push(item);
    if (this.#items.size <= this.pressureHighSize || this.#pressed) return;
    this.#pressed = true;
    notify(this.#callbacks.onPressureHigh);
  }

  #take(): T {
    const item = this.#items.shift() as T;
    this.#admit();
    this.#relieve();
    return item;
  }

  /** Lets in whoever waits, as far as there is room. */
  #admit(): void {
    while (this.#putters.size > 0 && this.#open) {
      const item = this.#putters.first as T;
      this.#putters.serve();
      this.#accept(item);
    }
    this.#attend();
  }

  /** Hears of resumed flow exactly while somebody waits to put: the event then keeps the queue alive, and else not. */
  #attend(): void {
    if (this.#putters.size > 0) {
      this.#unattend ??= this.#flow?.onResume(() => {
        this.#admit();
      });
    } else {
      this.#unattend?.();
      this.#unattend = undefined;
    }
  }

  #relieve(): void {
    if (this.#items.size > this.pressureDropSize) return;
    if (this.#pressed) {
      this.#pressed = false;
      notify(this.#callbacks.onPressureDrop);
    }
    for (const drop of [...this.#drops]) {
      this.#drops.delete(drop);
      notify(drop);
      // What is left in the queue will call the rest, one at a time, so that producers come back one by one.
      if (this.#items.size > 0) break;
    }
  }
}

/** The caller is somebody else (a producer hears of a consumer's `get`), so an error must not reach it. */
function notify(callback: (() => void) | undefined): void {
  try {
    callback?.();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
