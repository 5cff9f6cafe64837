import { BootError, ModeError, PlanError, StopError } from 'mode-ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../lib/threads/crossing.js';
import * as lib from '../../lib/base/errors.js';
import { isErrorObject } from '../../lib/base/words.js';
import { throwables } from '../properties/throwables.js';

/** To another thread and out of it again. */
function cross<T>(value: T): T {
  return unpack(structuredClone(pack(value))) as T;
}

class OwnError extends TypeError {
  override readonly name = 'OwnError';
  readonly code = 'E_OWN';
  readonly list = [new RangeError('inner'), { deep: new OtherError('deeper') }];
}

class OtherError extends Error {}

describe('an error that crosses', () => {
  it('keeps what it says, and the nearest class that is known everywhere', () => {
    const error = new OwnError('outer', { cause: new SyntaxError('cause', { cause: 'why' }) });
    const copy = cross(error);
    expect(copy).not.toBe(error);
    expect(copy).toBeInstanceOf(TypeError);
    expect(copy).not.toBeInstanceOf(OwnError);
    expect(copy).toMatchObject({ code: 'E_OWN' });
    expect([copy.name, copy.message, copy.stack]).toEqual([error.name, error.message, error.stack]);
    expect(copy.cause).toBeInstanceOf(SyntaxError);
    expect((copy.cause as Error).cause).toBe('why');
    expect(copy.list[0]).toBeInstanceOf(RangeError);
    expect((copy.list[1] as { deep: Error }).deep).toMatchObject({ name: 'Error', message: 'deeper' });
    expect(String(copy)).toBe('OwnError: outer');
    expect(Object.keys(copy)).toEqual(['code', 'list']);
  });

  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])('can be a %o', (Class) => {
    expect(cross(new Class('m')).constructor).toBe(Class);
  });

  it('can be an abort, a timeout, or several at once', () => {
    const abort = cross(AbortSignal.abort().reason as DOMException);
    expect(abort).toBeInstanceOf(DOMException);
    expect(abort).toMatchObject({ name: 'AbortError', code: DOMException.ABORT_ERR });
    const all = cross(new AggregateError([new TypeError('a'), 'b'], 'both'));
    expect(all).toBeInstanceOf(AggregateError);
    expect(all.errors).toEqual([new TypeError('a'), 'b']);
  });

  it('can be one of ours', () => {
    const cause = new StopError([{ service: 'A', error: new RangeError('x') }], []);
    const error = cross(new lib.BootError('App', ['App', 'Db'], cause, [new Error('also')]));
    expect(ModeError.is(error)).toBe(true);
    expect(error).toBeInstanceOf(lib.BootError);
    expect(error).toMatchObject({ name: 'BootError', code: 'ERR_MODE_BOOT', service: 'App', path: ['App', 'Db'] });
    expect(error.errors).toEqual([new Error('also')]);
    expect((error.cause as StopError).errors[0]?.error).toBeInstanceOf(RangeError);
    const plain = cross(new lib.ModeError('ERR_MODE_OWNED', { message: 'm', remedy: 'r', path: ['p'] }));
    expect(plain).toMatchObject({ name: 'ModeError', code: 'ERR_MODE_OWNED', message: 'm\n  → r', path: ['p'] });
    expect([BootError.name, PlanError.name]).toEqual(['BootError', 'PlanError']);
  });

  it('may be its own cause, and hold what nobody can send', () => {
    const error = Object.assign(new Error('loop'), {
      handler: () => 1,
      socket: new WeakMap(),
      self: {},
    });
    error.cause = error;
    error.self = { error };
    expect(cross(error)).toMatchObject({
      cause: '[Circular]',
      handler: '[Function: handler]',
      socket: 'WeakMap { <items unknown> }',
      self: { error: '[Circular]' },
    });
  });
});

describe('anything else', () => {
  it('arrives as a structured clone', () => {
    const value = {
      map: new Map([[1, new Set([2])]]),
      date: new Date(5),
      bytes: new Uint8Array([1, 2]),
      nothing: null,
      big: 5n,
    };
    expect(cross(value)).toEqual(value);
    expect(cross(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
  });

  it('is the same on both sides', () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withTypedArray: true, withBigInt: true, withDate: true }),
        (value) => {
          expect(cross(value)).toEqual(structuredClone(value));
        },
      ),
    );
  });
});

describe.each(Object.entries(throwables))('%s', (_, make) => {
  it('crosses, whatever of it can be read', () => {
    const value = make();
    const copy = cross(value);
    expect(isErrorObject(copy)).toBe(isErrorObject(value));
    expect(() => cross([{ value }])).not.toThrow();
  });
});

it('an error with a property __proto__ keeps its class', () => {
  const error = Object.defineProperty(new RangeError('x'), '__proto__', { value: { a: 1 }, enumerable: true });
  const copy = cross(error);
  expect(Object.getPrototypeOf(copy)).toBe(RangeError.prototype);
  expect(Object.getOwnPropertyDescriptor(copy, '__proto__')?.value).toEqual({ a: 1 });
});

it('what holds the same thing over and over is no larger than what can be sent', () => {
  let errors: unknown = 'x';
  for (let depth = 0; depth < 40; depth += 1) errors = new AggregateError([errors, errors], 'two');
  const begun = performance.now();
  cross(errors);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
