import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Fifo } from '../../lib/tools/fifo.js';
import { onAbort, Waiters } from '../../lib/tools/waiters.js';

describe('Fifo', () => {
  it('is a list of which anybody may leave', () => {
    const operations = fc.array(fc.oneof(fc.constant('push'), fc.constant('shift'), fc.constant('clear'), fc.nat(20)), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(operations, (list) => {
        const fifo = new Fifo<number>();
        const places: ReturnType<typeof fifo.push>[] = [];
        let model: number[] = [];
        for (const [index, operation] of list.entries()) {
          const place = typeof operation === 'number' ? places[operation] : undefined;
          let shifted: [unknown, unknown] = [undefined, undefined];
          if (operation === 'push') {
            places.push(fifo.push(index));
            model.push(index);
          } else if (operation === 'shift') {
            shifted = [fifo.shift(), model.shift()];
          } else if (operation === 'clear') {
            fifo.clear();
            model = [];
          } else if (place !== undefined) {
            fifo.remove(place);
            model = model.filter((value) => value !== place.value);
          }
          expect([shifted[0], fifo.size, fifo.first]).toEqual([shifted[1], model.length, model[0]]);
        }
        expect(Array.from({ length: fifo.size }, () => fifo.shift())).toEqual(model);
      }),
    );
  });
});

describe('onAbort', () => {
  it('puts one listener on a signal, however many watch it, and takes it away after the last one', () => {
    const { signal } = new AbortController();
    const ends = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const end of ends) end();
    for (const end of ends) end();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('calls everybody who still watches, in order', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('a'));
    onAbort(controller.signal, () => called.push('b'))();
    onAbort(controller.signal, () => called.push('c'));
    controller.abort();
    expect(called).toEqual(['a', 'c']);
  });
});

describe('Waiters', () => {
  it('answers in the order of arrival', async () => {
    const waiters = new Waiters<string, number>();
    const all = Promise.allSettled([
      waiters.wait(1, undefined),
      waiters.wait(2, undefined),
      waiters.wait(3, undefined),
    ]);
    expect([waiters.size, waiters.first]).toEqual([3, 1]);
    waiters.serve('one');
    waiters.refuse('two');
    waiters.serve('three');
    waiters.serve('nobody');
    expect(await all).toEqual([
      { status: 'fulfilled', value: 'one' },
      { status: 'rejected', reason: 'two' },
      { status: 'fulfilled', value: 'three' },
    ]);
    expect([waiters.size, waiters.first]).toEqual([0, undefined]);
  });

  it('lets go of who aborts, and says so', async () => {
    const onLeave = vi.fn();
    const waiters = new Waiters<void, number>(onLeave);
    const controller = new AbortController();
    const first = waiters.wait(1, controller.signal);
    const second = waiters.wait(2, undefined);
    controller.abort('gave up');
    await expect(first).rejects.toBe('gave up');
    expect([waiters.size, waiters.first, onLeave.mock.calls.length]).toEqual([1, 2, 1]);
    waiters.serve();
    await second;
  });

  it('leaves no listener behind', async () => {
    const waiters = new Waiters<void>();
    const { signal } = new AbortController();
    const waiting = waiters.wait(undefined, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    waiters.serve();
    await waiting;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
