/**
 * A class that a circular import left undefined, or a wrong argument, met the caller as an error from deep inside
 * (`wanted.toLowerCase is not a function`).
 */
import { describe, expect, it } from 'vitest';
import { Container, service } from '../../lib/index.js';
import { rejection } from '../support.js';

@service()
class App {}

const wrong: [unknown][] = [[42], [null], [[]]];
const calls: Record<string, (container: Container, id: never) => unknown> = {
  'boot()': (container, id) => container.boot([App, id]),
  'stop()': (container, id) => container.stop(id),
  'restart()': (container, id) => container.restart(id),
  'plan()': (container, id) => container.plan(App, id),
  'graph()': (container, id) => container.graph(App, id),
  'resource()': (container, id) => container.resource(id, { start: () => 1 }),
};
const refusal = (what: string, id: unknown) =>
  rejection(Promise.resolve().then(() => calls[what]?.(new Container(), id as never)));

describe.each(Object.keys(calls))('%s', (what) => {
  it.each(wrong)('refuses %j', async (id) => {
    expect(await refusal(what, id)).toEqual(
      new TypeError(
        `${what} takes a class, a string or a symbol, not ${JSON.stringify(id)}\n  → Give what it was bound by, or the class itself.`,
      ),
    );
  });
});

it.each(Object.keys(calls).filter((what) => what !== 'stop()'))(
  '%s says that a class was not there yet',
  async (what) => {
    expect(await refusal(what, undefined)).toEqual(
      new TypeError(
        `${what} takes a class, a string or a symbol, not undefined\n` +
          '  → The class was not there yet when this was called (two files import each other?).',
      ),
    );
  },
);

it('resource() without a start says so', () => {
  expect(() => new Container().resource('pool', {} as never)).toThrow(
    new TypeError('resource(pool) has no start\n  → Give { start: () => the value, stop?: (value) => ... }.'),
  );
});

it('on() without a listener says so', () => {
  expect(() => new Container().on(undefined as never)).toThrow(new TypeError('on() takes a function, not undefined'));
});
