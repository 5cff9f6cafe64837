import { describe, expect, expectTypeOf, it } from 'vitest';
import { deferred } from '../../lib/base/async.js';
import { Signal, SyncSignal } from '../../lib/tools/signal.js';
import { collectGarbage, settle } from '../support.js';

class Cache {
  static readonly onCreated = new SyncSignal<[Cache]>({ owner: this });
  readonly onUpdate = new Signal<[key: string, value: number], Cache>({ owner: this });
  readonly onClear = new SyncSignal<[], Cache>({ owner: this });
}

/** A handler that notes how it was called. */
function recorder() {
  const calls: unknown[][] = [];
  return Object.assign((...args: unknown[]) => void calls.push(args), { calls });
}

// Both kinds behave the same here, so both pass for the one that is awaited.
const kinds: ['Signal' | 'SyncSignal', () => Signal<[number]>][] = [
  ['Signal', () => new Signal<[number]>({ name: 'changed' })],
  ['SyncSignal', () => new SyncSignal<[number]>({ name: 'changed' }) as unknown as Signal<[number]>],
];

/** What a send fails with, at once or later. */
async function failureOf(send: () => Promise<void>): Promise<unknown> {
  try {
    await send();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(kinds)('%s', (_kind, make) => {
  it('calls every handler with the sender and the values, in the order of their connection', async () => {
    const signal = make();
    const order: string[] = [];
    signal.connect((sender, value) => void order.push(`a ${String(sender)} ${String(value)}`));
    signal.connect((sender, value) => void order.push(`b ${String(sender)} ${String(value)}`));
    await signal.send('me', 1);
    await signal.send('you', 2);
    expect(order).toEqual(['a me 1', 'b me 1', 'a you 2', 'b you 2']);
  });

  it('sends to nobody without complaint', async () => {
    expect(await make().send('me', 1)).toBeUndefined();
  });

  it('calls a handler once, however often it is connected', async () => {
    const signal = make();
    const handler = recorder();
    signal.connect(handler);
    signal.connect(handler);
    signal.connect(handler, { sender: 'me' });
    await signal.send('me', 1);
    expect([handler.calls, signal.size]).toEqual([[['me', 1]], 1]);
  });

  it('tells a handler only of the sender it asked for, by identity', async () => {
    const signal = make();
    const [one, two] = [{}, {}];
    const handler = recorder();
    signal.connect(handler, { sender: one });
    for (const sender of [one, two, {}, undefined]) await signal.send(sender, 1);
    expect(handler.calls).toEqual([[one, 1]]);
    expect(handler.calls[0]?.[0]).toBe(one);
    signal.connect(handler, { sender: two });
    await signal.send(two, 2);
    expect(handler.calls).toHaveLength(2);
  });

  it('disconnects by the function that `connect` returns, or by handler and sender', async () => {
    const signal = make();
    const handler = recorder();
    const disconnect = signal.connect(handler);
    signal.connect(handler, { sender: 'me' });
    disconnect();
    disconnect();
    await signal.send('you', 1);
    await signal.send('me', 2);
    signal.disconnect(handler);
    await signal.send('me', 3);
    signal.disconnect(handler, { sender: 'me' });
    signal.disconnect(handler, { sender: 'me' });
    await signal.send('me', 4);
    expect([handler.calls, signal.size]).toEqual([
      [
        ['me', 2],
        ['me', 3],
      ],
      0,
    ]);
  });

  it('ends with the function of an old connection no new one', async () => {
    const signal = make();
    const handler = recorder();
    const disconnect = signal.connect(handler);
    const disconnectFromMe = signal.connect(handler, { sender: 'me' });
    signal.disconnect(handler);
    signal.connect(handler);
    disconnect();
    await signal.send('you', 1);
    expect(handler.calls).toEqual([['you', 1]]);
    disconnectFromMe();
    signal.disconnect(handler);
    signal.connect(handler);
    disconnectFromMe();
    signal.disconnect(handler);
    expect(signal.size).toBe(0);
  });

  it('settles who hears of a send when it is sent', async () => {
    const signal = make();
    const [late, leaving] = [recorder(), recorder()];
    signal.connect(() => {
      signal.connect(late);
      signal.disconnect(leaving);
    });
    signal.connect(leaving);
    await signal.send('me', 1);
    expect([late.calls, leaving.calls]).toEqual([[], [['me', 1]]]);
    await signal.send('me', 2);
    expect([late.calls, leaving.calls]).toEqual([[['me', 2]], [['me', 1]]]);
  });

  it('calls the rest when a handler fails, then throws its error', async () => {
    const signal = make();
    const handler = recorder();
    const failure = new Error('broken');
    signal.connect(() => {
      throw failure;
    });
    signal.connect(handler);
    expect(await failureOf(() => signal.send('me', 1))).toBe(failure);
    expect(handler.calls).toEqual([['me', 1]]);
  });

  it('throws one error for several', async () => {
    const signal = make();
    for (const name of ['one', 'two']) {
      signal.connect(() => {
        throw new Error(name);
      });
    }
    const error = await failureOf(() => signal.send('me', 1));
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).message).toBe('2 handlers of changed failed: one; two');
    expect((error as AggregateError).errors).toEqual([new Error('one'), new Error('two')]);
  });

  it('leaves out the sender with a default one', async () => {
    const signal = make();
    const [all, mine] = [recorder(), recorder()];
    const bound = signal.withDefaultSender('me');
    signal.connect(all);
    const disconnect = bound.connect(mine);
    await bound.send(1);
    await signal.send('you', 2);
    await bound.withDefaultSender('you').send(3);
    expect(all.calls).toEqual([
      ['me', 1],
      ['you', 2],
      ['you', 3],
    ]);
    expect(mine.calls).toEqual([['me', 1]]);
    disconnect();
    bound.connect(mine);
    bound.disconnect(mine);
    await bound.send(4);
    expect(mine.calls).toHaveLength(1);
    expect([bound.signal, bound.defaultSender, bound.name, bound.label]).toEqual([signal, 'me', 'changed', 'changed']);
  });

  it('clones into another signal with the same handlers', async () => {
    const signal = make();
    const [handler, later] = [recorder(), recorder()];
    const disconnect = signal.connect(handler);
    signal.connect(later, { sender: 'you' });
    const clone = signal.clone({ name: 'copy' });
    disconnect();
    clone.connect(later);
    await signal.send('me', 1);
    await clone.send('me', 2);
    expect([handler.calls, later.calls]).toEqual([[['me', 2]], [['me', 2]]]);
    expect([clone.name, signal.clone().name, clone.constructor]).toEqual(['copy', 'changed', signal.constructor]);
    const boundClone = clone.withDefaultSender('me').clone();
    await boundClone.send(3);
    expect(handler.calls).toEqual([
      ['me', 2],
      ['me', 3],
    ]);
  });

  it('forgets a weak handler that nobody holds any more, and no other', async () => {
    const signal = make();
    const calls: string[] = [];
    const held = () => void calls.push('held');
    const strong = () => void calls.push('strong');
    (() => {
      signal.connect(() => void calls.push('gone'), { weak: true });
      signal.connect(() => void calls.push('kept'));
    })();
    signal.connect(held, { weak: true });
    signal.connect(strong, { weak: true });
    signal.connect(strong);
    await collectGarbage();
    await signal.send('me', 1);
    expect(calls).toEqual(['kept', 'held', 'strong']);
    expect(signal.size).toBe(3);
    signal.disconnect(held);
    expect(signal.size).toBe(2);
    expect([held, strong]).toHaveLength(2);
  });

  it('does not pile up dead handlers while nothing is sent', async () => {
    const signal = make();
    const connectMany = async () => {
      for (let n = 0; n < 4000; n += 1) signal.connect(() => void n, { weak: true });
      await collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await connectMany();
    for (let round = 0; round < 5; round += 1) await connectMany();
    const megabytes = ((await connectMany()) - before) / 2 ** 20;
    expect(megabytes).toBeLessThan(2);
    expect(signal.size).toBe(0);
  });
});

describe('Signal', () => {
  it('waits for each handler before it calls the next', async () => {
    const signal = new Signal();
    const gate = deferred();
    const order: string[] = [];
    signal.connect(async () => {
      order.push('a begins');
      await gate.promise;
      order.push('a ends');
    });
    signal.connect(() => void order.push('b'));
    const sent = signal.send(undefined).then(() => order.push('sent'));
    expect(order).toEqual(['a begins']);
    gate.resolve();
    await sent;
    expect(order).toEqual(['a begins', 'a ends', 'b', 'sent']);
  });

  it('rejects with what a handler rejects with', async () => {
    const signal = new Signal();
    signal.connect(() => Promise.reject(new Error('later')));
    await expect(signal.send(undefined)).rejects.toThrow('later');
  });
});

describe('SyncSignal', () => {
  it('has called everybody when `send` returns', () => {
    const signal = new SyncSignal<[number]>();
    const handler = recorder();
    signal.connect(handler);
    signal.send('me', 1);
    expect(handler.calls).toEqual([['me', 1]]);
  });
});

describe('an async handler of a SyncSignal', () => {
  it('that fails is an unhandled rejection, which names the signal', async () => {
    const heard: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => heard.push(error));
    try {
      const cache = new Cache();
      const boom = new Error('boom');
      cache.onClear.connect(() => Promise.reject(boom) as never);
      cache.onClear.send(cache);
      await settle();
      await settle();
      expect(heard).toMatchObject([
        {
          code: 'ERR_MODE_SIGNAL',
          cause: boom,
          message:
            'An async handler of Cache.onClear failed: boom\n' +
            '  → Use a Signal, whose send() waits for its handlers and throws what they throw.',
        },
      ]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });
});

describe('the name of a signal', () => {
  it('is that of the field that holds it', () => {
    const cache = new Cache();
    expect([cache.onUpdate.name, cache.onUpdate.label]).toEqual(['onUpdate', 'Cache.onUpdate']);
    expect([Cache.onCreated.name, Cache.onCreated.label]).toEqual(['onCreated', 'Cache.onCreated']);
    expect([cache.onUpdate.clone().label, cache.onUpdate.clone({ name: 'copy' }).label]).toEqual([
      'Cache.onUpdate',
      'Cache.copy',
    ]);
  });

  it.each([
    [{ name: 'changed' }, 'changed', 'changed'],
    [{ name: 'changed', owner: Cache }, 'changed', 'Cache.changed'],
    [{ owner: Cache }, '', 'Cache'],
    [{}, '', ''],
  ])('of %j is "%s", labelled "%s"', (options, name, label) => {
    const signal = new Signal(options);
    expect([signal.name, signal.label]).toEqual([name, label]);
  });
});

describe('the types of a signal', () => {
  it('are those of its sender and values', () => {
    const cache = new Cache();
    cache.onUpdate.connect((sender, key, value) => {
      expectTypeOf(sender).toEqualTypeOf<Cache>();
      expectTypeOf(key).toEqualTypeOf<string>();
      expectTypeOf(value).toEqualTypeOf<number>();
    });
    expectTypeOf(cache.onUpdate.send).parameters.toEqualTypeOf<[sender: Cache, key: string, value: number]>();
    expectTypeOf(cache.onUpdate.send).returns.toEqualTypeOf<Promise<void>>();
    expectTypeOf(cache.onClear.send).returns.toEqualTypeOf<void>();
    expectTypeOf(cache.onUpdate.withDefaultSender(cache).send).parameters.toEqualTypeOf<[key: string, value: number]>();
    expectTypeOf(cache.onUpdate.withDefaultSender(cache).send).returns.toEqualTypeOf<Promise<void>>();
    // @ts-expect-error values of the wrong type
    expect(() => cache.onUpdate.connect((_sender: Cache, key: number) => key)).not.toThrow();
  });
});
