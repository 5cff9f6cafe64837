import { expect, it } from 'vitest';
import { boom, settle, statusOf, theatre, thrown } from '../lifecycle/support.js';

// The run that such a crash made up was taken for one that lives.
it('a crash before the first start leaves nothing to the run that comes', async () => {
  const { actor } = theatre();
  const a = actor('A');
  const { signal } = a;
  a.crash(boom);
  await a.start();
  expect([signal.reason, a.signal.aborted, a.state]).toEqual([boom, false, 'running']);
});

it('what is acquired after it is released', async () => {
  const { actor } = theatre();
  const log: string[] = [];
  const a = actor('A');
  a.crash(boom);
  expect(thrown(() => a.defer(() => log.push('released'))).code).toBe('ERR_MODE_NOT_RUNNING');
  await settle();
  expect(log).toEqual(['released']);
});

it('who sleeps is woken', async () => {
  const { actor, clock } = theatre();
  const a = actor('A');
  const slept = a.sleep('1h');
  a.crash(boom);
  expect([await statusOf(slept), clock.sleepers]).toEqual(['resolved', 0]);
});
