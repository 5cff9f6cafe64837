import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FlowControlEvent, FlowControlQueue, type FlowControlQueueOptions } from '../../lib/tools/flow-control.js';
import { collectGarbage, statusOf } from '../support.js';

function filled<T>(items: readonly T[], options: FlowControlQueueOptions = {}): FlowControlQueue<T> {
  const queue = new FlowControlQueue<T>(options);
  for (const item of items) queue.forcePut(item);
  return queue;
}

function drain<T>(queue: FlowControlQueue<T>): (T | undefined)[] {
  const items = [];
  while (queue.size > 0) items.push(queue.tryGet());
  return items;
}

describe('FlowControlEvent', () => {
  it('is suspended at first, unless told otherwise', () => {
    expect(new FlowControlEvent().isActive).toBe(false);
    expect(new FlowControlEvent({ initiallySuspended: false }).isActive).toBe(true);
  });

  it('lets `acquire` pass while it is active, and has it wait for that', async () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    await flow.acquire();
    flow.suspend();
    const waiting = Promise.all([flow.acquire(), flow.acquire()]);
    expect(await statusOf(waiting)).toBe('pending');
    flow.resume();
    await waiting;
  });

  it('lets `acquire` be given up', async () => {
    const flow = new FlowControlEvent();
    const controller = new AbortController();
    const waiting = flow.acquire(controller.signal);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(flow.acquire(controller.signal)).rejects.toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('clears the queues it manages, and no others, on every resume', () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    const managed = filled([1], { flowControl: flow, clearOnResume: true });
    const other = filled([1], { flowControl: flow });
    const foreign = { clear: vi.fn() };
    flow.manage(foreign);
    flow.suspend();
    flow.resume();
    expect([managed.size, other.size, foreign.clear.mock.calls.length]).toEqual([0, 1, 1]);
    managed.forcePut(2);
    flow.clear();
    expect([managed.size, other.size, foreign.clear.mock.calls.length]).toEqual([0, 1, 2]);
  });
});

describe('a FlowControlEvent that outlives its queues', () => {
  it('keeps none of them', async () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    const use = async () => {
      const queue = new FlowControlQueue<number>({ flowControl: flow, clearOnResume: true });
      flow.suspend();
      const waiting = queue.put(1);
      flow.resume();
      await waiting;
      return new WeakRef(queue);
    };
    const references = await Promise.all(Array.from({ length: 100 }, use));
    await collectGarbage();
    expect(references.filter((reference) => reference.deref() !== undefined)).toHaveLength(0);
  });

  it('keeps one to which somebody waits to put', async () => {
    const flow = new FlowControlEvent();
    const put = new FlowControlQueue<number>({ flowControl: flow }).put(1);
    await collectGarbage();
    expect(await statusOf(put)).toBe('pending');
    flow.resume();
    expect(await statusOf(put)).toBe('resolved');
  });
});

describe('FlowControlQueue', () => {
  it('gives items in the order in which they came', async () => {
    const queue = new FlowControlQueue<string>();
    await queue.put('a');
    await queue.put('b');
    expect([queue.size, queue.isEmpty, queue.isFull]).toEqual([2, false, false]);
    expect([await queue.get(), await queue.get()]).toEqual(['a', 'b']);
    expect([queue.size, queue.isEmpty]).toEqual([0, true]);
  });

  it('has consumers wait for items, first come first served', async () => {
    const queue = new FlowControlQueue<string>();
    const consumers = Promise.all([queue.get(), queue.get()]);
    expect(await statusOf(consumers)).toBe('pending');
    await queue.put('a');
    await queue.put('b');
    expect(await consumers).toEqual(['a', 'b']);
    expect(queue.size).toBe(0);
  });

  it('has producers wait for room, first come first served', async () => {
    const queue = new FlowControlQueue<string>({ maxSize: 1 });
    await queue.put('a');
    const b = queue.put('b');
    const c = queue.put('c');
    expect([await statusOf(b), queue.isFull, queue.size]).toEqual(['pending', true, 1]);
    expect(await queue.get()).toBe('a');
    await b;
    expect([await statusOf(c), queue.size]).toEqual(['pending', 1]);
    expect([await queue.get(), await queue.get()]).toEqual(['b', 'c']);
    await c;
  });

  it('has producers wait while flow is suspended, and lets consumers go on', async () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    const queue = new FlowControlQueue<string>({ flowControl: flow });
    await queue.put('a');
    flow.suspend();
    const b = queue.put('b');
    expect(queue.tryPut('c')).toBe(false);
    expect(await queue.get()).toBe('a');
    const consumer = queue.get();
    expect([await statusOf(b), await statusOf(consumer)]).toEqual(['pending', 'pending']);
    flow.resume();
    await b;
    expect(await consumer).toBe('b');
  });

  it('keeps what waited to be put when flow resumes with `clearOnResume`', async () => {
    const flow = new FlowControlEvent({ initiallySuspended: false });
    const queue = filled(['a'], { flowControl: flow, clearOnResume: true });
    flow.suspend();
    const b = queue.put('b');
    flow.resume();
    await b;
    expect(drain(queue)).toEqual(['b']);
  });

  it('waits for both, room and flow', async () => {
    const flow = new FlowControlEvent();
    const queue = filled(['a'], { flowControl: flow, maxSize: 1 });
    const b = queue.put('b');
    flow.resume();
    expect(await statusOf(b)).toBe('pending');
    flow.suspend();
    expect(await queue.get()).toBe('a');
    expect(await statusOf(b)).toBe('pending');
    flow.resume();
    await b;
  });

  it('suspends several queues at once', async () => {
    const flow = new FlowControlEvent();
    const [one, two] = [
      new FlowControlQueue<number>({ flowControl: flow }),
      new FlowControlQueue<number>({ flowControl: flow }),
    ];
    const puts = Promise.all([one.put(1), two.put(2), one.put(3)]);
    flow.resume();
    await puts;
    expect([drain(one), drain(two)]).toEqual([[1, 3], [2]]);
  });

  it('never lets a `tryPut` past those who wait', async () => {
    const queue = filled(['a'], { maxSize: 1 });
    const b = queue.put('b');
    expect(queue.tryPut('c')).toBe(false);
    queue.clear();
    await b;
    expect(queue.tryPut('c')).toBe(false);
    expect(drain(queue)).toEqual(['b']);
    expect(queue.tryPut('c')).toBe(true);
  });

  it('not even when flow has just resumed, and they are about to be let in', async () => {
    const flow = new FlowControlEvent();
    const queue = new FlowControlQueue<string>({ flowControl: flow });
    const tried: boolean[] = [];
    flow.onResume(() => tried.push(queue.tryPut('c')));
    const b = queue.put('b');
    flow.resume();
    await b;
    expect([tried, drain(queue)]).toEqual([[false], ['b']]);
  });

  it('gives `undefined` when there is nothing to `tryGet`', () => {
    expect(new FlowControlQueue().tryGet()).toBeUndefined();
  });

  it('`forcePut` knows neither bound nor suspension', () => {
    const queue = new FlowControlQueue<number>({ maxSize: 1, flowControl: new FlowControlEvent() });
    queue.forcePut(1);
    queue.forcePut(2);
    expect([queue.size, queue.isFull]).toEqual([2, true]);
    expect(drain(queue)).toEqual([1, 2]);
  });

  it('`clear` throws away what is in it, and lets in who waits', async () => {
    const queue = filled(['a', 'b'], { maxSize: 2 });
    const c = queue.put('c');
    queue.clear();
    await c;
    expect(drain(queue)).toEqual(['c']);
  });

  describe('when somebody gives up', () => {
    it('puts nothing', async () => {
      const queue = filled(['a'], { maxSize: 1 });
      const controller = new AbortController();
      const b = queue.put('b', controller.signal);
      const c = queue.put('c');
      controller.abort('enough');
      await expect(b).rejects.toBe('enough');
      expect(drain(queue)).toEqual(['a', 'c']);
      await c;
      await expect(queue.put('d', controller.signal)).rejects.toBe('enough');
      expect(queue.size).toBe(0);
    });

    it('takes nothing', async () => {
      const queue = new FlowControlQueue<string>();
      const controller = new AbortController();
      const waiting = queue.get(controller.signal);
      const next = queue.get();
      controller.abort('enough');
      await expect(waiting).rejects.toBe('enough');
      await queue.put('a');
      expect(await next).toBe('a');
      await queue.put('b');
      await expect(queue.get(controller.signal)).rejects.toBe('enough');
      expect(queue.size).toBe(1);
    });

    it('takes what it was given before it gave up', async () => {
      const queue = new FlowControlQueue<string>();
      const controller = new AbortController();
      const waiting = queue.get(controller.signal);
      await queue.put('a');
      controller.abort();
      expect(await waiting).toBe('a');
    });

    it('leaves no listener on its signal, and neither does who was served', async () => {
      const flow = new FlowControlEvent();
      const queue = new FlowControlQueue<number>({ flowControl: flow });
      const controller = new AbortController();
      const { signal } = controller;
      const listeners = () => getEventListeners(signal, 'abort').length;
      const gets = Array.from({ length: 50 }, () => queue.get(signal));
      const puts = Array.from({ length: 50 }, (_, item) => queue.put(item, signal));
      expect(listeners()).toBe(1);
      flow.resume();
      await Promise.all([...gets, ...puts]);
      expect(listeners()).toBe(0);
      const last = queue.get(signal);
      controller.abort();
      await expect(last).rejects.toBe(signal.reason);
      expect(listeners()).toBe(0);
    });
  });

  describe('pressure', () => {
    function watched(options: FlowControlQueueOptions) {
      const heard: string[] = [];
      const queue = new FlowControlQueue<number>({
        ...options,
        onPressureHigh: () => heard.push(`high at ${String(queue.size)}`),
        onPressureDrop: () => heard.push(`drop at ${String(queue.size)}`),
      });
      return { queue, heard };
    }

    it.each([
      [1, 0, 0],
      [2, 1, 0],
      [5, 4, 2],
      [10, 8, 4],
      [100, 80, 40],
    ])('with room for %i is high above %i and drops at %i', (maxSize, high, drop) => {
      const { queue, heard } = watched({ maxSize });
      expect([queue.pressureHighSize, queue.pressureDropSize]).toEqual([high, drop]);
      for (let item = 0; item < maxSize; item += 1) queue.tryPut(item);
      expect([queue.pressureHigh, queue.isFull]).toEqual([true, true]);
      drain(queue);
      expect(queue.pressureHigh).toBe(false);
      expect(heard).toEqual([`high at ${String(high + 1)}`, `drop at ${String(drop)}`]);
    });

    it('is high and drops as often as it happens', () => {
      const { queue, heard } = watched({ maxSize: 4, pressureHighRatio: 2, pressureDropRatio: 0.25 });
      for (let round = 0; round < 2; round += 1) {
        for (const item of [1, 2, 3]) queue.tryPut(item);
        drain(queue);
      }
      expect(heard).toEqual(['high at 3', 'drop at 1', 'high at 3', 'drop at 1']);
    });

    it('is never high without a bound', () => {
      const { queue, heard } = watched({ maxSize: 0 });
      for (let item = 0; item < 1000; item += 1) queue.tryPut(item);
      drain(queue);
      expect([queue.maxSize, heard]).toEqual([Infinity, []]);
    });

    it('drops when the queue is cleared', () => {
      const { queue, heard } = watched({ maxSize: 1 });
      queue.forcePut(1);
      queue.clear();
      expect(heard).toEqual(['high at 1', 'drop at 0']);
    });

    it('is told to each producer once, and its end to one producer for each item, at the end to all', () => {
      const queue = new FlowControlQueue<number>({ maxSize: 5 });
      const heard: string[] = [];
      const producer = (name: string) => ({
        onPressureHigh: () => heard.push(`${name} high`),
        onPressureDrop: () => heard.push(`${name} drop`),
      });
      const [a, b, c, d] = [producer('a'), producer('b'), producer('c'), producer('d')];
      expect([1, 2, 3, 4].map((item) => queue.forcePut(item, a))).toEqual([false, false, false, false]);
      expect([a, b, a, c, d].map((who) => queue.forcePut(5, who))).toEqual([true, true, true, true, true]);
      expect(heard.splice(0)).toEqual(['a high', 'b high', 'c high', 'd high']);
      const after: [size: number, heard: string[]][] = [];
      while (queue.size > 0) {
        queue.tryGet();
        if (heard.length > 0) after.push([queue.size, heard.splice(0)]);
      }
      expect(after).toEqual([
        [2, ['a drop']],
        [1, ['b drop']],
        [0, ['c drop', 'd drop']],
      ]);
    });

    it('callbacks may use the queue', () => {
      const queue: FlowControlQueue<number> = new FlowControlQueue<number>({
        maxSize: 1,
        onPressureHigh: () => queue.tryGet(),
      });
      queue.forcePut(1);
      expect([queue.size, queue.pressureHigh]).toEqual([0, false]);
    });

    it('an error of a callback loses no item, and is raised as an uncaught exception', async () => {
      const queue = new FlowControlQueue<number>({
        maxSize: 1,
        onPressureDrop: () => {
          throw new Error('a bug');
        },
      });
      queue.forcePut(1);
      const uncaught = nextUncaught();
      expect(await queue.get()).toBe(1);
      expect(await uncaught).toEqual(new Error('a bug'));
    });
  });

  describe('as an async iterable', () => {
    it('goes on until it is left', async () => {
      const queue = filled([1, 2, 3, 4]);
      const seen: number[] = [];
      for await (const item of queue) {
        seen.push(item);
        if (item === 3) break;
      }
      expect([seen, drain(queue)]).toEqual([[1, 2, 3], [4]]);
    });

    it('ends quietly when its signal aborts', async () => {
      const queue = filled([1, 2]);
      const controller = new AbortController();
      const seen: number[] = [];
      const consumer = (async () => {
        for await (const item of queue.values(controller.signal)) seen.push(item);
      })();
      expect(await statusOf(consumer)).toBe('pending');
      controller.abort();
      await consumer;
      queue.forcePut(3);
      for await (const item of queue.values(controller.signal)) seen.push(item);
      expect([seen, drain(queue)]).toEqual([[1, 2], [3]]);
    });
  });

  it.each<[FlowControlQueueOptions, message: string]>([
    [{ maxSize: -1 }, 'maxSize must be a whole number from 0, or Infinity, not -1'],
    [{ maxSize: 1.5 }, 'maxSize must be a whole number from 0, or Infinity, not 1.5'],
    [{ maxSize: NaN }, 'maxSize must be a whole number from 0, or Infinity, not NaN'],
    [{ pressureHighRatio: 0.9 }, 'pressureHighRatio must be at least 1, not 0.9'],
    [{ pressureDropRatio: 0.9 }, 'pressureDropRatio must be between 0 and 1 / pressureHighRatio, not 0.9'],
  ])('refuses %j', (options, message) => {
    expect(() => new FlowControlQueue(options)).toThrow(new RangeError(message));
  });

  it('loses and doubles nothing, keeps the order and the bound, whatever happens to it', async () => {
    // What everybody does, one after the other; a number says who of those who wait gives up.
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('put', 'get') },
      { weight: 2, arbitrary: fc.constantFrom('tryPut', 'tryGet', 'suspend', 'resume', 'turn') },
      { weight: 1, arbitrary: fc.constant('forcePut') },
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom('abort put', 'abort get'), fc.nat(30)) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 80 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        async (acts, maxSize, initiallySuspended) => {
          const flow = new FlowControlEvent({ initiallySuspended });
          const queue = new FlowControlQueue<number>({ maxSize, flowControl: flow });
          let next = 0;
          let forced = 0;
          const accepted = new Set<number>();
          const forcedItems = new Set<number>();
          // in the order of the calls
          const received: (number | undefined)[] = [];
          const puts: { controller: AbortController; done: Promise<unknown> }[] = [];
          const gets: typeof puts = [];
          // with what it was refused, and with what it should have been
          const refused: [unknown, unknown][] = [];
          for (const what of acts) {
            if (what === 'put') {
              const item = next++;
              const controller = new AbortController();
              const done = queue.put(item, controller.signal).then(
                () => accepted.add(item),
                (error: unknown) => refused.push([error, controller.signal.reason]),
              );
              puts.push({ controller, done });
            } else if (what === 'get') {
              const slot = received.push(undefined) - 1;
              const controller = new AbortController();
              const done = queue.get(controller.signal).then(
                (item) => {
                  received[slot] = item;
                },
                (error: unknown) => refused.push([error, controller.signal.reason]),
              );
              gets.push({ controller, done });
            } else if (what === 'tryPut') {
              const item = next++;
              if (queue.tryPut(item)) accepted.add(item);
            } else if (what === 'tryGet') {
              received.push(queue.tryGet());
            } else if (what === 'forcePut') {
              const item = next++;
              queue.forcePut(item);
              accepted.add(item);
              forcedItems.add(item);
              forced += 1;
            } else if (what === 'suspend') {
              flow.suspend();
            } else if (what === 'resume') {
              flow.resume();
            } else if (what === 'turn') {
              await Promise.resolve();
            } else {
              (what[0] === 'abort put' ? puts : gets)[what[1]]?.controller.abort();
            }
            expect(queue.size).toBeLessThanOrEqual(queue.maxSize + forced);
          }
          // Now nothing stands in the way any more: everybody who still waits to put gets in, and who still waits to get gives up.
          flow.resume();
          const waitingPuts = Promise.all(puts.map(({ done }) => done));
          while (queue.size > 0) received.push(queue.tryGet());
          await waitingPuts;
          for (const { controller } of gets) controller.abort();
          await Promise.all(gets.map(({ done }) => done));

          expect(refused.filter(([error, reason]) => error !== reason || error === undefined)).toEqual([]);
          const items = received.filter((item) => item !== undefined);
          expect([...items].sort((a, b) => a - b)).toEqual([...accepted].sort((a, b) => a - b));
          const inTurn = items.filter((item) => !forcedItems.has(item));
          expect(inTurn).toEqual([...inTurn].sort((a, b) => a - b));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** The next uncaught exception, kept from the test runner. */
function nextUncaught(): Promise<unknown> {
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const restore = () => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  };
  onTestFinished(restore);
  return new Promise((resolve) => {
    process.once('uncaughtException', resolve);
  });
}
