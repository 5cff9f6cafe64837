/** `call`, `cast` and `remote`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ModeError } from 'mode-ts';
import { transfer, type QueueServiceThread } from 'mode-ts/threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Calculator, Desk } from './fixtures/tools.js';
import { inContainer, rejection, threadOf, noThreadIsLeft } from './support.js';

describe('a call', () => {
  let thread: QueueServiceThread<typeof Desk>;

  beforeAll(async () => {
    thread = threadOf<typeof Desk>('Desk');
    await thread.start();
  });
  afterAll(() => thread.stop());

  it('gives what the method returns, or what its promise resolves to', async () => {
    expect(await thread.call('add', 1, 2)).toBe(3);
    expect(await thread.remote.add(3, 4)).toBe(7);
    expect(await thread.call('thread')).toBeTypeOf('number');
  });

  it('rejects with what the method throws', async () => {
    const error = await rejection(thread.call('fail'));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({
      name: 'PortError',
      message: 'port 80 is taken',
      code: 'EADDRINUSE',
      cause: { message: 'the cause' },
    });
    expect(error.stack).toMatch(/^PortError: port 80 is taken\n.*Desk\.fail \(.*tools\.ts/s);
    await expect(thread.remote.failOddly()).rejects.toBe('not an error');
    expect(thread.state).toBe('running');
  });

  it('is answered after those before it have ended', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map((name) => thread.call('slowly', name)));
    expect(all.at(-1)).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
  });

  it('moves what is to be transferred, in both directions', async () => {
    const bytes = new Uint8Array(1_000).fill(1);
    expect(await thread.call('sum', transfer(bytes, [bytes.buffer]))).toBe(1_000);
    expect(bytes.byteLength).toBe(0);
    const filled = await thread.call('fill', 10);
    expect(filled).toEqual(new Uint8Array(10).fill(7));
  });

  it('says what cannot cross', async () => {
    const argument = await rejection(thread.call('sum', (() => undefined) as never));
    expect(argument).toMatchObject({ code: 'ERR_MODE_THREAD_CLONE', path: ['DeskThread'] });
    expect(argument.message).toContain('An argument of sum() cannot cross to another thread');
    const result = await rejection(thread.call('unclonable'));
    expect(result).toMatchObject({ code: 'ERR_MODE_THREAD_CLONE' });
    expect(result.message).toContain('What unclonable() returned cannot cross');
    expect(ModeError.is(result)).toBe(true);
  });

  it.each(['nothing', 'stop', 'onStart', 'constructor', 'label', 'toString', '__proto__'])(
    'refuses %s',
    async (name) => {
      const error = await rejection((thread as unknown as QueueServiceThread).call(name));
      expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_METHOD' });
      expect(error.message).toContain(`has no method ${name}()`);
      expect(thread.state).toBe('running');
    },
  );

  it('keeps the context of its caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = await storage.run('mine', async () => {
      await thread.call('add', 1, 2);
      return storage.getStore();
    });
    expect(seen).toBe('mine');
  });

  it('is no promise by itself', async () => {
    const remote = await Promise.resolve(thread.remote);
    expect(await remote.add(1, 1)).toBe(2);
  });
});

describe('a class without hooks', () => {
  it('is made, and can be called', async () => {
    const thread = threadOf<typeof Calculator>('Calculator', { env: { COLOUR: 'red' } });
    await thread.start();
    expect(await thread.call('times', 2)).toBe(2);
    expect(await thread.call('times', 3)).toBe(6);
    expect(await thread.call('variable', 'COLOUR')).toBe('red');
    const call = thread.call('untilCancelled', new AbortController().signal);
    const waiting = rejection(thread.call('times', 4));
    await Promise.resolve();
    const stopping = thread.stop();
    expect(await call).toBe('cancelled');
    expect(await waiting).toMatchObject({ code: 'ERR_MODE_THREAD_STOPPED' });
    await stopping;
  });
});

describe('a call that is cancelled', () => {
  it.each(['bare', 'in an object'])('rejects at once, and tells the method inside (%s)', async (how) => {
    const { container, Outside, log } = inContainer<typeof Desk>('Desk');
    const thread = await container.boot(Outside);
    const controller = new AbortController();
    const { signal } = controller;
    const call = rejection(
      how === 'bare' ? thread.call('forever', 'it', signal) : thread.remote.forever('it', { signal }),
    );
    await log.says('it begins');
    controller.abort(new Error('enough'));
    expect(await call).toBe(signal.reason);
    await log.says('it ends: Error: enough');
    expect(await thread.call('add', 1, 2)).toBe(3);
    await container.stop();
  });

  it('is not made at all when it was still waiting, or had been cancelled before', async () => {
    const { container, Outside, log } = inContainer<typeof Desk>('Desk');
    const thread = await container.boot(Outside);
    const first = new AbortController();
    const second = new AbortController();
    const calls = [
      rejection(thread.call('forever', 'first', first.signal)),
      rejection(thread.call('forever', 'second', second.signal)),
      rejection(thread.call('forever', 'third', AbortSignal.abort('never'))),
    ];
    await log.says('first begins');
    second.abort('second');
    expect(await calls[1]).toBe('second');
    first.abort('first');
    expect(await calls[0]).toBe('first');
    expect(await calls[2]).toBe('never');
    expect(await thread.call('add', 1, 2)).toBe(3);
    expect(log.lines.join()).not.toMatch(/second|third/);
    await container.stop();
  });

  it('can be one whose method knows no signals', async () => {
    await using thread = threadOf<typeof Desk>('Desk');
    await thread.start();
    const controller = new AbortController();
    const call = rejection(thread.call('untilStopped', { signal: controller.signal }));
    controller.abort(new Error('too long'));
    expect(await call).toBe(controller.signal.reason);
  });
});

describe('when a call can be made', () => {
  it('is refused before the start and after the stop', async () => {
    const thread = threadOf<typeof Desk>('Desk');
    expect(await rejection(thread.call('add', 1, 2))).toMatchObject({ code: 'ERR_MODE_THREAD_NOT_RUNNING' });
    expect(() => {
      thread.cast('add', 1, 2);
    }).toThrow(/DeskThread is idle, so add\(\) cannot be called in its thread/);
    await thread.start();
    await thread.stop();
    expect((await rejection(thread.call('add', 1, 2))).message).toContain('DeskThread is stopped');
  });

  it('waits while the thread starts', async () => {
    await using thread = threadOf<typeof Desk>('Desk');
    const starting = thread.start();
    const calls = Promise.all([thread.call('keep', 'a'), thread.call('keep', 'b')]);
    const unclonable = rejection(thread.call('sum', Symbol('no') as never));
    await starting;
    expect((await calls).at(-1)).toEqual(['a', 'b']);
    expect(await unclonable).toMatchObject({ code: 'ERR_MODE_THREAD_CLONE' });
  });

  it('rejects with the error of a start that fails', async () => {
    const thread = threadOf('FailsToStart');
    const starting = rejection(thread.start());
    const call = rejection(thread.call('add', 1, 2));
    expect(await call).toMatchObject({ code: 'ERR_MODE_THREAD_CRASHED', cause: await starting });
  });

  it('is refused when too many wait', async () => {
    await using thread = threadOf<typeof Desk>('Desk', { maxQueue: 2 });
    await thread.start();
    const calls = [thread.call('slowly', 'a'), thread.call('slowly', 'b')];
    const error = await rejection(thread.call('slowly', 'c'));
    expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_QUEUE_FULL' });
    expect(error.message).toContain('2 calls wait for the thread of DeskThread already, so slowly() was not sent');
    await Promise.all(calls);
    expect(await thread.call('slowly', 'd')).toContain('d-');
  });
});

describe('concurrency', () => {
  it('lets several calls be under way', async () => {
    await using thread = threadOf<typeof Desk>('Desk', { concurrency: 2 });
    await thread.start();
    const all = await Promise.all(['a', 'b', 'c'].map((name) => thread.call('slowly', name)));
    expect(all.at(-1)?.slice(0, 2)).toEqual(['a+', 'b+']);
    expect(all.at(-1)?.indexOf('c+')).toBeGreaterThan(1);
  });
});

describe('a stop while calls are pending', () => {
  it('lets the one under way end, and refuses those that wait', async () => {
    const { container, Outside, log } = inContainer<typeof Desk>('Desk');
    const thread = await container.boot(Outside);
    const first = thread.call('untilStopped');
    const second = rejection(thread.call('add', 1, 2));
    await log.says('waiting');
    await container.stop();
    expect(await first).toBe('done');
    expect(await second).toMatchObject({ code: 'ERR_MODE_THREAD_STOPPED', path: ['Outside'] });
  });

  it('aborts the signal of the one under way', async () => {
    const { container, Outside, log } = inContainer<typeof Desk>('Desk');
    const thread = await container.boot(Outside);
    const call = rejection(thread.call('forever', 'it', new AbortController().signal));
    await log.says('it begins');
    await container.stop();
    expect(await call).toMatchObject({ name: 'AbortError', code: 'ERR_MODE_STOPPED' });
  });

  it('does not wait for one that ends by nothing longer than for any task', async () => {
    const { container, Outside, log } = inContainer<typeof Desk>('Desk', {}, { stopTimeout: '100ms' });
    const thread = await container.boot(Outside);
    const call = rejection(thread.call('forever', 'it'));
    await log.says('it begins');
    expect(await rejection(container.stop())).toMatchObject({
      abandoned: [{ service: 'Outside', waitingOn: ['onStop'] }],
    });
    expect(await call).toMatchObject({ code: 'ERR_MODE_THREAD_STOPPED' });
    await noThreadIsLeft();
  });
});

describe('a cast', () => {
  afterEach(noThreadIsLeft);

  it('is made in its turn', async () => {
    const thread = threadOf<typeof Desk>('Desk');
    await thread.start();
    thread.cast('keep', 'a');
    thread.cast('unclonable'); // what it returns interests nobody
    expect(await thread.call('keep', 'b')).toEqual(['a', 'b']);
    await thread.stop();
  });

  it('tells of its error as a warning, for nobody waits for it', async () => {
    const { container, Outside, events } = inContainer<typeof Desk>('Desk');
    const thread = await container.boot(Outside);
    thread.cast('fail');
    thread.cast('forever', 'cancelled', AbortSignal.abort());
    await thread.call('add', 1, 2);
    const warnings = events.filter(({ type }) => type === 'warning');
    expect(warnings).toMatchObject([
      {
        service: 'Outside',
        message: 'Outside cast fail() to its thread, where it failed',
        error: { name: 'PortError' },
      },
    ]);
    await container.stop();
  });
});
