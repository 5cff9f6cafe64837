import { expect, it } from 'vitest';
import { Service } from '../../lib/index.js';
import { settle } from '../lifecycle/support.js';

const given: unknown[] = [];

async function look(...args: unknown[]): Promise<void> {
  given.push(...args);
  await settle();
}

// Their text shows no parameters, so they were taken for hooks that cannot see the signal, and were given one that never aborts.
it.each([
  ['bound', () => look.bind(undefined)],
  ['behind a proxy', () => new Proxy(look, {})],
])('a hook that is %s has a signal of its own', async (_, hook) => {
  class A extends Service {
    override onStart = hook();
  }
  const a = new A();
  const started = a.start();
  const [signal] = given.splice(0) as [AbortSignal];
  expect(signal.aborted).toBe(false);
  void a.stop();
  expect(signal.aborted).toBe(true);
  await expect(started).rejects.toThrow('A was stopped');
});
