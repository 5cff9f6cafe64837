import { isThenable } from '../base/async.js';
import { describeError, ModeError } from '../base/errors.js';
import { inWords } from '../base/words.js';
import { requireOptions } from '../base/nearest.js';

/** What is connected to a signal. `Result` is what the signal makes of its return value: awaited, or nothing. */
export type SignalHandler<Args extends unknown[], Sender = unknown, Result = unknown> = (
  sender: Sender,
  ...values: Args
) => Result;

/** What people read when a signal is printed, or fails. */
export interface SignalOptions {
  /** What people read. Default: the name of the owner's field that holds the signal. */
  name?: string;
  /** The object or class that has the signal as a field: `new Signal({ owner: this })`. Only for `name` and `label`. */
  owner?: object;
}

/** What a connection hears, and for how long it lives. */
export interface ConnectOptions<Sender = unknown> {
  /** Only what this sender sends (compared by identity). Default: what anybody sends. */
  sender?: Sender;
  /**
   * Does not keep the handler alive: once nobody else holds it, it is collected and forgotten. So somebody has to hold
   * it: a field of the object it belongs to, say. A function written in place, or a fresh `object.method.bind(object)`,
   * is gone at once. Default false.
   */
  weak?: boolean;
}

const CONNECT: readonly (keyof ConnectOptions)[] = ['sender', 'weak'];

/** The sender under which connections to everybody's sends are kept. */
const ANYBODY = Symbol('anybody');

/** One handler and what it listens to. */
interface Receiver<Handler extends object> {
  /** A weak reference when all of its connections are weak. */
  target: Handler | WeakRef<Handler>;
  /** By sender. */
  readonly connections: Map<unknown, { weak: boolean }>;
}

/** What `Signal` and `SyncSignal` have in common. */
abstract class BaseSignal<Args extends unknown[], Sender, Result, Sent> {
  readonly #name: string | undefined;
  readonly #owner: object | undefined;
  readonly #receivers = new Set<Receiver<SignalHandler<Args, Sender, Result>>>();
  readonly #byHandler = new WeakMap<object, Receiver<SignalHandler<Args, Sender, Result>>>();
  /** The receivers as an array, until they change. */
  #snapshot: readonly Receiver<SignalHandler<Args, Sender, Result>>[] | undefined;
  #sweepAt = 32;

  constructor(options: SignalOptions = {}) {
    requireOptions(options, ['name', 'owner'], `new ${new.target.name}()`);
    const { name, owner } = options;
    this.#name = name;
    this.#owner = owner;
  }

  /** The name it was given, or the name of its owner's field. Empty when it has neither. */
  get name(): string {
    // Looked up when asked: while a field is being initialized, its owner does not have it yet.
    return this.#name ?? fieldOf(this.#owner, this) ?? '';
  }

  /** `Owner.name`, or the name alone when no owner was given. */
  get label(): string {
    if (this.#owner === undefined) return this.name;
    const { name } = typeof this.#owner === 'function' ? this.#owner : this.#owner.constructor;
    return this.name === '' ? name : `${name}.${this.name}`;
  }

  /** How many handlers are connected. */
  get size(): number {
    this.#sweep();
    return this.#receivers.size;
  }

  /**
   * Has `handler` called with `(sender, ...values)` on every send, or on every send by one sender. Connecting it again
   * changes nothing, except that a strong connection outdoes a weak one; and a handler that is connected to everybody and
   * to the sender as well is still called once.
   *
   * @returns a function that disconnects it
   */
  connect(handler: SignalHandler<Args, Sender, Result>, options: ConnectOptions<Sender> = {}): () => void {
    requireOptions(options, CONNECT, `connect() of ${nameOf(this)}`);
    const { sender: key = ANYBODY as never, weak = false } = options;
    if (typeof handler !== 'function') {
      throw new TypeError(`connect() of ${nameOf(this)} takes a function, not ${inWords(handler, { depth: 0 })}`);
    }
    const receiver = this.#byHandler.get(handler) ?? this.#add(handler);
    const connection = receiver.connections.get(key) ?? { weak };
    connection.weak &&= weak;
    receiver.connections.set(key, connection);
    hold(receiver, handler);
    return () => {
      // not one that was made after this one had ended
      if (receiver.connections.get(key) === connection) this.#disconnect(receiver, key);
    };
  }

  /** Ends what `connect` with the same handler and sender began. Nothing happens when it never did. */
  disconnect(handler: SignalHandler<Args, Sender, Result>, options: ConnectOptions<Sender> = {}): void {
    requireOptions(options, CONNECT, `disconnect() of ${nameOf(this)}`);
    const { sender: key = ANYBODY as never } = options;
    const receiver = this.#byHandler.get(handler);
    if (receiver !== undefined) this.#disconnect(receiver, key);
  }

  /** This signal as seen by one sender: the same handlers, but `send` leaves the sender out. */
  withDefaultSender(sender: Sender): BoundSignal<Args, Sender, Result, Sent> {
    return new BoundSignal(this, sender);
  }

  /** Calls the handlers with `(sender, ...values)`. */
  abstract send(sender: Sender, ...values: Args): Sent;

  /** Another signal of the same kind, with the handlers that are connected now. From then on the two are apart. */
  abstract clone(options?: SignalOptions): BaseSignal<Args, Sender, Result, Sent>;

  /** The handlers of one send, in the order of their connection. A generator, so that each is looked up when its turn comes. */
  protected *handlers(sender: Sender): Generator<SignalHandler<Args, Sender, Result>, void, undefined> {
    this.#snapshot ??= [...this.#receivers];
    const receivers = this.#snapshot.filter(({ connections }) => connections.has(ANYBODY) || connections.has(sender));
    for (const receiver of receivers) {
      const handler = targetOf(receiver);
      if (handler === undefined) this.#remove(receiver);
      else yield handler;
    }
  }

  /** For `clone`. */
  protected copyTo(other: BaseSignal<Args, Sender, Result, Sent>): void {
    for (const receiver of this.#receivers) {
      const handler = targetOf(receiver);
      if (handler === undefined) continue;
      const copy = other.#add(handler);
      for (const [sender, { weak }] of receiver.connections) copy.connections.set(sender, { weak });
      hold(copy, handler);
    }
  }

  /** For `clone`. */
  protected optionsFor(options: SignalOptions): SignalOptions {
    requireOptions(options, ['name', 'owner'], `clone() of ${nameOf(this)}`);
    const { name = this.name, owner = this.#owner } = options;
    return owner === undefined ? { name } : { name, owner };
  }

  #add(handler: SignalHandler<Args, Sender, Result>): Receiver<SignalHandler<Args, Sender, Result>> {
    // Handlers that were collected are found by a send; this is for a signal that is connected to and never sent.
    if (this.#receivers.size >= this.#sweepAt) {
      this.#sweep();
      this.#sweepAt = Math.max(32, this.#receivers.size * 2);
    }
    const receiver: Receiver<SignalHandler<Args, Sender, Result>> = { target: handler, connections: new Map() };
    this.#byHandler.set(handler, receiver);
    this.#receivers.add(receiver);
    this.#snapshot = undefined;
    return receiver;
  }

  #disconnect(receiver: Receiver<SignalHandler<Args, Sender, Result>>, key: unknown): void {
    receiver.connections.delete(key);
    const handler = targetOf(receiver);
    if (handler === undefined || receiver.connections.size === 0) this.#remove(receiver);
    else hold(receiver, handler);
  }

  #remove(receiver: Receiver<SignalHandler<Args, Sender, Result>>): void {
    this.#receivers.delete(receiver);
    const handler = targetOf(receiver);
    if (handler !== undefined) this.#byHandler.delete(handler);
    this.#snapshot = undefined;
  }

  #sweep(): void {
    for (const receiver of this.#receivers) if (targetOf(receiver) === undefined) this.#remove(receiver);
  }
}

/**
 * The observer pattern, with handlers that may be async (mode's `Signal`).
 *
 * ```ts
 * class Cache {
 *   readonly onUpdate = new Signal<[key: string, value: number], Cache>({ owner: this });
 *   async set(key: string, value: number) { await this.onUpdate.send(this, key, value); }
 * }
 * const disconnect = cache.onUpdate.connect(async (sender, key, value) => { ... });
 * ```
 *
 * Who hears of a send is settled when `send` is called: a handler connected meanwhile hears of the next one, and a
 * handler disconnected meanwhile still hears of this one.
 */
export class Signal<Args extends unknown[] = [], Sender = unknown> extends BaseSignal<
  Args,
  Sender,
  unknown,
  Promise<void>
> {
  /**
   * Calls every handler in the order of their connection, each once the one before it has settled. One that fails does
   * not keep the rest from being called; at the end its error is thrown, or an `AggregateError` when there are several.
   */
  override async send(sender: Sender, ...values: Args): Promise<void> {
    const errors: unknown[] = [];
    for (const handler of this.handlers(sender)) {
      try {
        const result = handler(sender, ...values);
        if (isThenable(result)) await result;
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors, this);
  }

  override clone(options: SignalOptions = {}): Signal<Args, Sender> {
    const copy = new Signal<Args, Sender>(this.optionsFor(options));
    this.copyTo(copy);
    return copy;
  }
}

/**
 * Like `Signal`, with handlers that have done their work when they return (mode's `SyncSignal`). Nobody waits for one that is
 * async all the same; if it fails, that is an unhandled rejection which names the signal.
 */
export class SyncSignal<Args extends unknown[] = [], Sender = unknown> extends BaseSignal<Args, Sender, void, void> {
  /**
   * Calls every handler in the order of their connection. One that fails does not keep the rest from being called; at the
   * end its error is thrown, or an `AggregateError` when there are several.
   */
  override send(sender: Sender, ...values: Args): void {
    const errors: unknown[] = [];
    for (const handler of this.handlers(sender)) {
      try {
        const result: unknown = handler(sender, ...values);
        if (isThenable(result)) void unawaited(result, this);
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors, this);
  }

  override clone(options: SignalOptions = {}): SyncSignal<Args, Sender> {
    const copy = new SyncSignal<Args, Sender>(this.optionsFor(options));
    this.copyTo(copy);
    return copy;
  }
}

/** A signal together with the sender that its `send` leaves out. Comes from `withDefaultSender`. */
export class BoundSignal<Args extends unknown[], Sender, Result, Sent> {
  /** @internal */
  constructor(
    /** The signal behind it. */
    readonly signal: BaseSignal<Args, Sender, Result, Sent>,
    /** Who sends. */
    readonly defaultSender: Sender,
  ) {}

  /** That of the signal. */
  get name(): string {
    return this.signal.name;
  }

  /** That of the signal. */
  get label(): string {
    return this.signal.label;
  }

  /** Calls the handlers with the default sender and these values. */
  send(...values: Args): Sent {
    return this.signal.send(this.defaultSender, ...values);
  }

  /** Has `handler` called on every send by the default sender. Who wants to hear everybody connects to `signal`. */
  connect(handler: SignalHandler<Args, Sender, Result>, options: { weak?: boolean } = {}): () => void {
    requireOptions(options, ['weak'], `connect() of ${nameOf(this)}`);
    const { weak = false } = options;
    return this.signal.connect(handler, { sender: this.defaultSender, weak });
  }

  /** Ends what `connect` began. */
  disconnect(handler: SignalHandler<Args, Sender, Result>): void {
    this.signal.disconnect(handler, { sender: this.defaultSender });
  }

  /** The same signal for another sender. */
  withDefaultSender(sender: Sender): BoundSignal<Args, Sender, Result, Sent> {
    return this.signal.withDefaultSender(sender);
  }

  /** A clone of the signal, with the same default sender. */
  clone(options: SignalOptions = {}): BoundSignal<Args, Sender, Result, Sent> {
    return this.signal.clone(options).withDefaultSender(this.defaultSender);
  }
}

function targetOf<Handler extends object>({ target }: Receiver<Handler>): Handler | undefined {
  return target instanceof WeakRef ? target.deref() : target;
}

/** Refers to the handler as strongly as its strongest connection. */
function hold<Handler extends object>(receiver: Receiver<Handler>, handler: Handler): void {
  const weak = [...receiver.connections.values()].every((connection) => connection.weak);
  receiver.target = weak ? new WeakRef(handler) : handler;
}

/** Under which name an object has something as a field. */
function fieldOf(owner: object | undefined, value: unknown): string | undefined {
  // descriptors, since a getter may do anything
  return Object.keys(owner ?? {}).find((key) => Object.getOwnPropertyDescriptor(owner, key)?.value === value);
}

/** What a handler does that `send` could not wait for. */
async function unawaited(result: PromiseLike<unknown>, from: { readonly label: string }): Promise<void> {
  try {
    await result;
  } catch (error) {
    throw new ModeError('ERR_MODE_SIGNAL', {
      message: `An async handler of ${nameOf(from)} failed: ${describeError(error)}`,
      remedy: 'Use a Signal, whose send() waits for its handlers and throws what they throw.',
      cause: error,
    });
  }
}

function nameOf({ label }: { readonly label: string }): string {
  return label === '' ? 'a signal' : label;
}

function throwAll(errors: readonly unknown[], from: { readonly label: string }): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) {
    throw new AggregateError(
      errors,
      `${String(errors.length)} handlers of ${nameOf(from)} failed: ${errors.map(describeError).join('; ')}`,
    );
  }
}
