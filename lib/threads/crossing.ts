/**
 * What crosses from one thread to another. Node clones messages, but an error arrives without its class, name and code, and
 * one function anywhere in a value refuses all of it. What is packed here always arrives.
 */
import { inspect } from 'node:util';
import { BootError, ModeError, PlanError, RestartLimitError, StopError } from '../base/errors.js';

/** Something on its way, as plain data. */
export type Packed = unknown;

interface PackedError {
  [MARK]: true;
  /** The nearest class that both threads know. */
  kind: string;
  name: string;
  message: string;
  stack: string | undefined;
  /** Whether it is one of this package's own. */
  ours: boolean;
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

/** Makes anything fit to be posted. Errors keep all that they say, also inside lists and objects; what cannot be cloned becomes text. */
export function pack(value: unknown): Packed {
  return packInto(value, new Set());
}

/** What was packed in the other thread. */
export function unpack(packed: Packed): unknown {
  if (typeof packed !== 'object' || packed === null) return packed;
  if (Array.isArray(packed)) return packed.map(unpack);
  if (MARK in packed) return unpackError(packed as PackedError);
  return isPlain(packed) ? mapValues(packed, unpack) : packed;
}

function packInto(value: unknown, within: Set<object>): Packed {
  if (typeof value === 'function' || typeof value === 'symbol') return inspect(value);
  if (typeof value !== 'object' || value === null) return value;
  if (within.has(value)) return '[Circular]';
  within.add(value);
  try {
    if (value instanceof Error) return packError(value, within);
    if (Array.isArray(value)) return value.map((one) => packInto(one, within));
    if (isPlain(value)) return mapValues(value, (one) => packInto(one, within));
    return isCloneable(value) ? value : inspect(value);
  } finally {
    within.delete(value);
  }
}

function packError(error: Error, within: Set<object>): PackedError {
  const properties = Object.entries(error).filter(([key]) => !APART.has(key));
  return {
    [MARK]: true,
    kind: kindOf(error),
    name: text(error.name),
    message: text(error.message),
    stack: typeof error.stack === 'string' ? error.stack : undefined,
    ours: ModeError.is(error),
    properties: Object.fromEntries(properties.map(([key, value]) => [key, packInto(value, within)])),
    ...('cause' in error && { cause: packInto(error.cause, within) }),
    ...('errors' in error && { errors: packInto(error.errors, within) }),
  };
}

function unpackError(packed: PackedError): Error {
  const { name, message, stack, properties } = packed;
  const error = create(packed);
  if (error.name !== name) hide(error, 'name', name);
  hide(error, 'message', message);
  hide(error, 'stack', stack);
  if ('cause' in packed) hide(error, 'cause', unpack(packed.cause));
  if ('errors' in packed) Object.assign(error, { errors: unpack(packed.errors) });
  return Object.assign(error, mapValues(properties, unpack));
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
    const name = (at as { constructor?: { name?: unknown } }).constructor?.name;
    if (typeof name === 'string' && (natives.has(name) || name === 'AggregateError')) return name;
  }
  return 'Error';
}

/** Nothing keeps user code from giving an error a name that is none. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

/** As the language does it: not among what is listed and printed as a property. */
function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
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
