/**
 * A class that a circular import left undefined, or a wrong argument, met the caller as an error from deep inside
 * (`wanted.toLowerCase is not a function`).
 */
import { describe, expect, it } from 'vitest';
import { Container, service } from '../../lib/index.js';
import { rejection } from '../container/support.js';

@service()
class App {}

const notThereYet = undefined as never;
const calls: [string, (container: Container, id: never) => unknown][] = [
  ['boot()', (container, id) => container.boot([App, id])],
  ['stop()', (container, id) => container.stop(id)],
  ['restart()', (container, id) => container.restart(id)],
  ['plan()', (container, id) => container.plan(App, id)],
  ['graph()', (container, id) => container.graph(App, id)],
  ['resource()', (container, id) => container.resource(id, { start: () => 1 })],
];

describe.each(calls)('%s', (what, call) => {
  const refusal = (id: unknown) => rejection(Promise.resolve().then(() => call(new Container(), id as never)));

  // nothing at all is what a stop of everything is given
  if (what !== 'stop()') {
    it('says that a class was not there yet', async () => {
      expect(await refusal(notThereYet)).toEqual(
        new TypeError(
          `${what} takes a class, a string or a symbol, not undefined\n` +
            '  → The class was not there yet when this was called (two files import each other?).',
        ),
      );
    });
  }

  it.each([
    [42, '42'],
    [null, 'null'],
    [[], '[]'],
  ])('refuses %j', async (id, shown) => {
    expect(await refusal(id)).toEqual(
      new TypeError(
        `${what} takes a class, a string or a symbol, not ${shown}\n  → Give what it was bound by, or the class itself.`,
      ),
    );
  });
});

it('resource() without a start says so', () => {
  expect(() => new Container().resource('pool', {} as never)).toThrow(
    new TypeError('resource(pool) has no start\n  → Give { start: () => the value, stop?: (value) => ... }.'),
  );
});

it('on() without a listener says so', () => {
  expect(() => new Container().on(undefined as never)).toThrow(new TypeError('on() takes a function, not undefined'));
});
