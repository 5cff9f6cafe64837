import { describe, expect, it } from 'vitest';
import { boom, gate, rejection, settle, theatre } from '../lifecycle/support.js';

/** A parent that starts, with a child in the middle of its start and one to come. */
function starting() {
  const stage = theatre();
  const { actor } = stage;
  const { wait, resolve } = gate();
  const parent = actor('parent');
  const first = parent.addDependency(actor('first'));
  const child = parent.addDependency(actor('child', { onStart: wait }));
  const next = parent.addDependency(actor('next'));
  return { ...stage, parent, first, child, next, resolve };
}

describe('a parent that starts', () => {
  // What it had stopped for was taken for the error of a start.
  it('goes on when a child is stopped by hand', async () => {
    const { parent, child, next, resolve } = starting();
    const started = parent.start();
    await settle();
    const stopped = child.stop();
    resolve();
    await Promise.all([started, stopped]);
    expect([parent, child, next].map(({ state }) => state)).toEqual(['running', 'stopped', 'running']);
    await parent.stop();
  });

  it('goes on when a child is removed', async () => {
    const { parent, child, next, resolve } = starting();
    const started = parent.start();
    await settle();
    const removed = parent.removeDependency(child);
    resolve();
    await Promise.all([started, removed]);
    expect([parent, child, next].map(({ state }) => state)).toEqual(['running', 'stopped', 'running']);
    expect(parent.beacon.children.map(({ name }) => name)).toEqual(['first', 'next']);
    await parent.stop();
  });

  // They were stopped as if nothing had happened.
  it('takes all children down for the reason of the one that crashed', async () => {
    const { actor, place, resolve, parent, first, child, next } = starting();
    const root = place(actor('root'));
    const aunt = root.addDependency(actor('aunt'));
    root.addDependency(parent);
    const failed = rejection(root.start());
    await settle();
    first.crash(boom);
    resolve();
    expect(await failed).toBe(boom);
    const all = [root, aunt, parent, first, child];
    expect(all.map(({ state, crashReason }) => [state, crashReason])).toEqual(all.map(() => ['crashed', boom]));
    expect(next.state).toBe('idle');
  });

  it('stops its children in peace when one of them cannot start', async () => {
    const { actor } = theatre();
    const parent = actor('parent');
    const first = parent.addDependency(actor('first'));
    parent.addDependency(actor('bad', { onStart: () => Promise.reject(boom) }));
    expect(await rejection(parent.start())).toBe(boom);
    expect([parent.state, first.state]).toEqual(['crashed', 'stopped']);
  });
});
