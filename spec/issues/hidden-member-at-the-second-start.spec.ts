import { expect, it } from 'vitest';
import { Service } from '../../lib/index.js';
import { rejection } from '../lifecycle/support.js';

// Fields were read at the first start alone, so a second one let the service run without its signal.
it('a field that hides a member is refused at every start', async () => {
  class Careless extends Service {}
  const a = new Careless();
  Object.defineProperty(a, 'signal', { value: 1, enumerable: true });
  expect((await rejection(a.start())).code).toBe('ERR_MODE_SHADOWED');
  expect((await rejection(a.start())).code).toBe('ERR_MODE_SHADOWED');
});
