/** It was only missed when the first crontab was due: each run was refused, with a warning. */
import { expect, it } from 'vitest';
import { Container, type Coordinator } from '../../lib/index.js';

it.each<[unknown, string]>([
  [{}, '{}'],
  [null, 'null'],
  [{ claim: true }, '{ claim: true }'],
  [() => true, '[Function (anonymous)]'],
])('a coordinator that cannot be asked is refused where the container is made', (coordinator, shown) => {
  expect(() => new Container({ coordinator: coordinator as Coordinator })).toThrow(
    new TypeError(
      `coordinator of new Container() is an object with a function claim, not ${shown}\n` +
        '  → Give { claim: ({ name, at }) => whether this replica is to run it }.',
    ),
  );
});

it('one whose claim is inherited, and none at all, are taken', () => {
  class Lock implements Coordinator {
    claim(): boolean {
      return true;
    }
  }
  expect(new Container({ coordinator: new Lock() }).state).toBe('idle');
  expect(new Container({}).state).toBe('idle');
  expect(new Container({ coordinator: undefined as never }).state).toBe('idle');
});
