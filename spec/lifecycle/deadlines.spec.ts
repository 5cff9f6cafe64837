import { beforeEach, describe, expect, it } from 'vitest';
import { Deadlines, type Timed } from '../../lib/lifecycle/deadlines.js';
import { FakeClock } from '../../lib/testing/index.js';
import { settle } from '../support.js';

describe('deadlines', () => {
  let clock: FakeClock;
  let deadlines: Deadlines;
  let expired: string[];

  beforeEach(() => {
    clock = new FakeClock();
    deadlines = new Deadlines(clock);
    expired = [];
  });

  function lasting(ms: number, name: string): Timed {
    return {
      deadline: -ms,
      watcher: undefined,
      expired: () => {
        expired.push(`${name} at ${String(clock.now())}`);
      },
    };
  }

  it('begin when what runs now is over, and expire at their time', async () => {
    deadlines.watch(lasting(100, 'long'));
    deadlines.watch(lasting(40, 'short'));
    await clock.advance(39);
    expect(expired).toEqual([]);
    await clock.advance(61);
    expect(expired).toEqual(['short at 40', 'long at 100']);
    expect(clock.sleepers).toBe(0);
  });

  it('take no timer for what is over at once, however much that is', async () => {
    for (let index = 0; index < 100; index += 1) {
      const item = lasting(10, 'quick');
      deadlines.watch(item);
      deadlines.forget(item);
    }
    await settle();
    expect(clock.sleepers).toBe(0);
    await clock.advance(20);
    expect(expired).toEqual([]);
  });

  it('take one timer for any number, and let it go with the last of them', async () => {
    const items = [lasting(10, 'a'), lasting(20, 'b'), lasting(30, 'c')];
    for (const item of items) deadlines.watch(item);
    await settle();
    expect(clock.pending()).toEqual([10]);
    for (const item of items) deadlines.forget(item);
    await settle();
    expect(clock.sleepers).toBe(0);
  });

  it('keep to the ones that are left when the next one is forgotten', async () => {
    const next = lasting(10, 'next');
    deadlines.watch(next);
    deadlines.watch(lasting(30, 'left'));
    await settle();
    deadlines.forget(next);
    await clock.advance(30);
    expect(expired).toEqual(['left at 30']);
  });

  it('meet once what is watched, forgotten and watched again in one turn', async () => {
    const item = lasting(10, 'twice');
    deadlines.watch(lasting(50, 'other'));
    deadlines.watch(item);
    deadlines.forget(item);
    deadlines.watch(item);
    await clock.advance(10);
    expect(expired).toEqual(['twice at 10']);
    await clock.advance(40);
    expect(expired).toEqual(['twice at 10', 'other at 50']);
  });

  it('begin anew for what is given another time', async () => {
    const item = lasting(10, 'moved');
    deadlines.watch(item);
    await clock.advance(5);
    item.deadline = -20;
    deadlines.watch(item);
    await clock.advance(19);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual(['moved at 25']);
  });

  it('go over to who watches them now', async () => {
    const others = new Deadlines(clock);
    const item = lasting(10, 'gone over');
    deadlines.watch(item);
    others.watch(item);
    deadlines.forget(item);
    await settle();
    expect(clock.sleepers).toBe(0);
    await clock.advance(10);
    expect(expired).toEqual([]);
  });

  it('may be watched again by one that expires', async () => {
    const item = lasting(10, 'again');
    const { expired: once } = item;
    item.expired = () => {
      once();
      if (expired.length > 1) return;
      item.deadline = -5;
      deadlines.watch(item);
    };
    deadlines.watch(item);
    await clock.advance(20);
    expect(expired).toEqual(['again at 10', 'again at 15']);
  });

  it('expire at once where there is no time at all', async () => {
    deadlines.watch(lasting(0, 'none'));
    await settle();
    expect(expired).toEqual(['none at 0']);
  });
});
