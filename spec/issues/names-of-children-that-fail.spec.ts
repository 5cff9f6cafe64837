import { expect, it } from 'vitest';
import type { StopError } from '../../lib/index.js';
import { fail, rejection, theatre } from '../lifecycle/support.js';

// Each was called by the name of the parent that was stopped.
it('the errors of a stop are told by the names of the children, and theirs, whose hooks failed', async () => {
  const { actor } = theatre();
  const parent = actor('parent', { onStop: fail(new Error('of the parent')) });
  const one = parent.addDependency(actor('one', { onStop: fail(new Error('of one')) }));
  one.addDependency(actor('below', { onStop: fail(new Error('of below')) }));
  const two = parent.addDependency(actor('two'));
  two.addDependency(actor('last', { onStop: fail(new Error('of the last')) }));
  await parent.start();
  const { errors, message } = await rejection<StopError>(parent.stop());
  expect(errors.map(({ service, error }) => `${service}: ${(error as Error).message}`)).toEqual([
    'parent: of the parent',
    'last: of the last',
    'one: of one',
    'below: of below',
  ]);
  expect(message).toContain('below: of below');
});
