import { describe, expect, it } from 'vitest';
import { FlowControlEvent } from '../../lib/tools/flow-control.js';
import { ThrowableQueue } from '../../lib/tools/throwable-queue.js';

function filled<T>(...items: T[]): ThrowableQueue<T> {
  const queue = new ThrowableQueue<T>();
  for (const item of items) queue.forcePut(item);
  return queue;
}

describe('ThrowableQueue', () => {
  it('throws an error before it gives the items that came before it, once', async () => {
    const queue = filled(1, 2);
    queue.throw(new Error('overtakes'));
    await expect(queue.get()).rejects.toThrow('overtakes');
    expect([await queue.get(), await queue.get()]).toEqual([1, 2]);
  });

  it('throws errors in their order, from `tryGet` too', () => {
    const queue = filled(1);
    queue.throw('a');
    queue.throw(undefined);
    expect(() => queue.tryGet()).toThrow('a');
    let thrown: unknown = 'nothing';
    try {
      queue.tryGet();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeUndefined();
    expect(queue.tryGet()).toBe(1);
  });

  it('gives the error to the first who waits, and to nobody else', async () => {
    const queue = filled<string>();
    const outcomes = Promise.allSettled([queue.get(), queue.get()]);
    queue.throw('broken');
    await queue.put('fine');
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: 'broken' },
      { status: 'fulfilled', value: 'fine' },
    ]);
    expect(queue.isEmpty).toBe(true);
  });

  it('keeps the error for the next one when who waited has given up', async () => {
    const queue = filled<string>();
    const controller = new AbortController();
    const waiting = queue.get(controller.signal);
    controller.abort('enough');
    queue.throw('broken');
    await expect(waiting).rejects.toBe('enough');
    await expect(queue.get(controller.signal)).rejects.toBe('enough');
    await expect(queue.get()).rejects.toBe('broken');
  });

  it('is not empty while it has an error', () => {
    const queue = filled();
    expect(queue.isEmpty).toBe(true);
    queue.throw('broken');
    expect([queue.isEmpty, queue.size]).toEqual([false, 0]);
  });

  it('forgets its errors when it is cleared, also by flow that resumes', () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    const queue = new ThrowableQueue<number>({ flowControl: flow, clearOnResume: true });
    queue.forcePut(1);
    queue.throw('broken');
    flow.resume();
    expect([queue.isEmpty, queue.tryGet()]).toEqual([true, undefined]);
  });

  it('ends an iteration with the error, after which another one goes on', async () => {
    const queue = filled(1, 2);
    const seen: number[] = [];
    const consume = async () => {
      for await (const item of queue) {
        seen.push(item);
        if (item === 1) queue.throw('broken');
        if (item === 2) return;
      }
    };
    await expect(consume()).rejects.toBe('broken');
    await consume();
    expect(seen).toEqual([1, 2]);
  });

  it('does not swallow an error that comes with the abort of an iteration', async () => {
    const queue = filled<number>();
    const controller = new AbortController();
    const step = queue.values(controller.signal).next();
    queue.throw('broken');
    controller.abort();
    await expect(step).rejects.toBe('broken');
  });
});
