import { describe, expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { rejection, settle, theatre } from '../lifecycle/support.js';

// They were taken for no error at all.
describe.each([undefined, null])('an error of %s', (nothing) => {
  it('in onStop makes stop() reject', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStop: () => Promise.reject(nothing) });
    await a.start();
    expect(await rejection<unknown>(a.stop())).toBe(nothing);
    expect(a.state).toBe('crashed');
  });

  it('of a release makes stop() reject', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    a.defer(() => Promise.reject(nothing));
    expect(await rejection<unknown>(a.stop())).toBe(nothing);
  });

  it('of a task that winds down makes stop() reject', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    a.addTask(async () => {
      await a.waitUntilStopped();
      throw nothing;
    });
    expect(await rejection<unknown>(a.stop())).toBe(nothing);
  });

  it('of a child makes the stop() of its parent reject', async () => {
    const { actor } = theatre();
    const parent = actor('parent');
    const child = parent.addDependency(actor('child', { onStop: () => Promise.reject(nothing) }));
    await parent.start();
    expect(await rejection<unknown>(parent.stop())).toBe(nothing);
    expect([parent.state, child.state]).toEqual(['crashed', 'crashed']);
  });

  it('is in the events of a crash', async () => {
    const { actor, states } = theatre();
    const parent = actor('parent');
    const child: Service = parent.addDependency(actor('child'));
    await parent.start();
    states.clear();
    child.crash(nothing);
    await settle();
    expect(states.events.map((event) => 'error' in event && event.error)).toEqual([nothing, nothing, nothing, nothing]);
  });
});

it('a service that stops in peace has no error in its events', async () => {
  const { actor, states } = theatre();
  const a = actor('A');
  await a.start();
  await a.stop();
  expect(states.events.some((event) => 'error' in event)).toBe(false);
});
