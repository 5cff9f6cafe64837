import { describe, expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { gate, statusOf, theatre } from '../lifecycle/support.js';

// A step that had waited saw nothing left to wait for, and the next one began a few microtasks later: what came in between was lost.
describe.each([0, 1, 2, 3, 4, 5, 6])('%i microtasks after what a step waited for is over', (count) => {
  async function pass(): Promise<void> {
    for (let at = 0; at < count; at += 1) await Promise.resolve();
  }

  /** What was taken on, or nothing if that came too late. */
  function attempt<T>(take: () => T): T | undefined {
    try {
      return take();
    } catch {
      return undefined;
    }
  }

  it.each([1, 2])('what is acquired is released (after %i others)', async (others) => {
    const released: string[] = [];
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A');
    await a.start();
    for (let at = 0; at < others; at += 1) a.defer(wait);
    const stopped = a.stop();
    resolve();
    await pass();
    attempt(() => {
      a.defer(() => released.push('late'));
    });
    await stopped;
    await Promise.resolve();
    expect(released).toEqual(['late']);
  });

  it.each<[string, (a: Service, until: () => Promise<void>) => void]>([
    ['hold', (a, until) => void until().then(a.holdShutdown().release)],
    ['task', (a, until) => a.addTask(until())],
    [
      'task of a hold',
      (a, until) => {
        const hold = a.holdShutdown();
        a.addTask(until().then(hold.release));
      },
    ],
  ])('a further %s is waited for, or refused', async (_, take) => {
    for (const first of ['hold', 'task']) {
      const { actor } = theatre();
      const one = gate();
      const two = gate();
      const a = actor('A');
      await a.start();
      if (first === 'task') a.addTask(one.wait);
      else void one.promise.then(a.holdShutdown().release);
      const stopped = a.stop();
      one.resolve();
      await pass();
      const taken = attempt(() => {
        take(a, two.wait);
        return true;
      });
      expect(await statusOf(stopped)).toBe(taken === true ? 'pending' : 'resolved');
      two.resolve();
      await stopped;
    }
  });

  it('a further child is started', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent');
    parent.addDependency(actor('early', { onStart: wait }));
    const late = actor('late');
    const started = parent.start();
    resolve();
    await pass();
    await parent.addRuntimeDependency(late);
    await started;
    expect(late.state).toBe('running');
  });
});
