import { describe, expect, it } from 'vitest';
import { BootError, ModeError, StopError } from '../../lib/base/errors.js';
import { describeError, frameLines, inWords, isErrorObject, peek } from '../../lib/base/words.js';
import { isAbort, isOvertaken } from '../../lib/base/async.js';
import { explain, split } from '../../lib/worker/explain.js';
import { serviceOfRejection } from '../../lib/run/rejection.js';
import { throwables } from '../properties/throwables.js';

const LIMIT = 11_000;

describe.each(Object.entries(throwables))('%s', (_, make) => {
  it('is put into words of bounded length', () => {
    for (const words of [describeError, inWords, explain, (error: unknown) => split(error).message]) {
      const text = words(make());
      expect(typeof text).toBe('string');
      expect(text.length).toBeLessThan(6 * LIMIT);
    }
  });

  it('can be looked into', () => {
    const error = make();
    expect([isAbort(error), isOvertaken(error), ModeError.is(error)]).toEqual([false, false, false]);
    expect(typeof isErrorObject(error)).toBe('boolean');
    expect(Array.isArray(frameLines(error))).toBe(true);
    expect(serviceOfRejection(error, ['Db'])).toBeUndefined();
  });

  it('can be quoted by errors of ours, any number of times', () => {
    const thrown = make();
    const errors = Array.from({ length: 300 }, () => ({ service: 'Db', error: thrown }));
    const quoting = [
      new StopError(errors, []),
      new BootError(
        'Db',
        ['Db'],
        thrown,
        errors.map(({ error }) => error),
      ),
    ];
    for (const error of quoting) {
      expect(error.message.length).toBeLessThan(102 * LIMIT);
      expect(/… (and 200 more|\d+ more characters)/.test(error.message)).toBe(true);
      expect('cause' in error).toBe(true);
      expect(explain(error).includes('Db')).toBe(true);
    }
  });
});

describe('what is cut short', () => {
  it('says by how much', () => {
    expect(describeError(new Error('x'.repeat(10_007)))).toBe(`${'x'.repeat(10_000)}… 7 more characters`);
    expect(describeError('x'.repeat(10_007))).toBe(`${'x'.repeat(10_000)}… 7 more characters`);
  });

  it('still has its frames, behind the message', () => {
    const [frame = ''] = frameLines(new Error('x'.repeat(1_000_000)));
    expect(frame).toContain('words.spec.ts');
  });

  it('is not taken for frames where the message quotes a stack', () => {
    const [frame = ''] = frameLines(new Error('500\n    at other (file:1:2)'));
    expect(frame).toContain('words.spec.ts');
  });
});

it('a boot that is its own cause is no stop that had the last word', () => {
  const error = new BootError('Db', ['Db'], undefined);
  Object.assign(error, { cause: error });
  expect(isOvertaken(error)).toBe(false);
});

it('a property that cannot be read is none', () => {
  expect([peek(undefined, 'a'), peek(null, 'a'), peek('text', 'length')]).toEqual([undefined, undefined, 4]);
});

it('to tell takes no longer than to read: a message of 10 MB that looks like frames', () => {
  const error = new Error(`500\n    at ${'a.b'.repeat(3_300_000)}`);
  const begun = performance.now();
  serviceOfRejection(error, ['Db']);
  explain(error);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
