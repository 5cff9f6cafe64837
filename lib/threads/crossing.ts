/**
 * What crosses from one thread to another. Node clones messages, but an error arrives without its class, name and code, and
 * one function anywhere in a value refuses all of it. What is packed here always arrives.
 */
import { BootError, ModeError, PlanError, RestartLimitError, StopError } from '../base/errors.js';
import { emitterOf, noteEmitter } from '../base/emitted.js';
import { inWords, isErrorObject, peek, shorten, stackOf } from '../base/words.js';

/** Something on its way, as plain data. */
export type Packed = unknown;

interface PackedError {
  [MARK]: true;
  /** The nearest class that both threads know. */
  kind: string;
  name: string;
  message: string;
  stack: string;
  /** Whether it is one of this package's own. */
  ours: boolean;
  /** Whose 'error' event it was, if nobody listened to that. */
  emitter: string | undefined;
  properties: Record<string, Packed>;
  cause?: Packed;
  errors?: Packed;
}

const MARK = '$mode-ts.error';

const natives: ReadonlyMap<string, new (message: string) => Error> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((one) => [one.name, one]),
);
const ours: ReadonlyMap<string, object> = new Map(
  [PlanError, BootError, StopError, RestartLimitError].map((one) => [one.name, one.prototype]),
);

// These are carried apart, and `name` may be a getter of the class.
const APART = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** How deep, and into how many objects, anybody looks. What lies beyond is left out. */
const DEEPEST = 100;
const MOST = 10_000;

/** How long the text of an error may be. */
const LONGEST = 1_000_000;

/**
 * Makes anything fit to be posted, and never throws. Errors keep all that they say, also inside lists and objects; what cannot be
 * cloned, or even read, becomes text.
 */
export function pack(value: unknown): Packed {
  return new Packing().pack(value);
}

/** What was packed in the other thread. */
export function unpack(packed: Packed): unknown {
  if (typeof packed !== 'object' || packed === null) return packed;
  if (Array.isArray(packed)) return packed.map(unpack);
  if (Object.hasOwn(packed, MARK)) return unpackError(packed as PackedError);
  return isPlain(packed) ? mapValues(packed, unpack) : packed;
}

class Packing {
  readonly #within = new Set<object>();
  #count = 0;

  pack(value: unknown): Packed {
    if (typeof value === 'function' || typeof value === 'symbol') return inWords(value);
    if (typeof value !== 'object' || value === null) return value;
    if (this.#within.has(value)) return '[Circular]';
    this.#count += 1;
    if (this.#count > MOST || this.#within.size >= DEEPEST) return '[…]';
    this.#within.add(value);
    try {
      return this.#packObject(value);
    } catch {
      // a proxy or a getter that throws
      return inWords(value);
    } finally {
      this.#within.delete(value);
    }
  }

  #packObject(value: object): Packed {
    if (isErrorObject(value)) return this.#packError(value);
    if (Array.isArray(value)) return value.map((one) => this.pack(one));
    if (isPlain(value) && !Object.hasOwn(value, MARK)) return mapValues(value, (one) => this.pack(one));
    return isCloneable(value) ? value : inWords(value);
  }

  #packError(error: Error): PackedError {
    const keys = keysOf(error).filter((key) => !APART.has(key));
    return {
      [MARK]: true,
      kind: kindOf(error),
      name: text(peek(error, 'name')),
      message: text(peek(error, 'message')),
      stack: shorten(stackOf(error), LONGEST),
      ours: ModeError.is(error),
      emitter: emitterOf(error),
      properties: Object.fromEntries(keys.map((key) => [key, this.pack(peek(error, key))])),
      ...('cause' in error && { cause: this.pack(peek(error, 'cause')) }),
      ...('errors' in error && { errors: this.pack(peek(error, 'errors')) }),
    };
  }
}

function unpackError(packed: PackedError): Error {
  const { name, message, stack, properties, emitter } = packed;
  const error = create(packed);
  if (emitter !== undefined) noteEmitter(error, emitter);
  if (error.name !== name) define(error, 'name', name, false);
  // as the language does it: not among what is listed and printed as a property
  define(error, 'message', message, false);
  define(error, 'stack', stack, false);
  if (Object.hasOwn(packed, 'cause')) define(error, 'cause', unpack(packed.cause), false);
  if (Object.hasOwn(packed, 'errors')) define(error, 'errors', unpack(packed.errors), true);
  // one may be called `__proto__`, so nothing is assigned
  for (const [key, value] of Object.entries(properties)) define(error, key, unpack(value), true);
  return error;
}

function create({ kind, name, message, ours: own, properties }: PackedError): Error {
  if (own) {
    const error = new ModeError(properties['code'] as ModeError['code'], { message });
    return Object.setPrototypeOf(error, ours.get(name) ?? ModeError.prototype) as Error;
  }
  if (kind === 'DOMException') return new DOMException(message, name);
  if (kind === 'AggregateError') return new AggregateError([], message);
  return new (natives.get(kind) ?? Error)(message);
}

function kindOf(error: Error): string {
  if (error instanceof DOMException) return 'DOMException';
  for (let at: unknown = error; at !== null; at = Object.getPrototypeOf(at)) {
    const name = peek(peek(at, 'constructor'), 'name');
    if (typeof name === 'string' && (natives.has(name) || name === 'AggregateError')) return name;
  }
  return 'Error';
}

/** Nothing keeps user code from giving an error a name that is none. */
function text(value: unknown): string {
  return typeof value === 'string' ? shorten(value, LONGEST) : inWords(value);
}

function keysOf(error: Error): string[] {
  try {
    return Object.keys(error);
  } catch {
    // a proxy
    return [];
  }
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable });
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  // `Object.prototype` of another realm has no prototype either
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function mapValues(object: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function isCloneable(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
