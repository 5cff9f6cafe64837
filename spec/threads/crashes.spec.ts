/** Whatever ends a thread unasked crashes the service outside, with the error that did it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Service } from 'mode-ts';
import { describe, expect, it } from 'vitest';
import type * as tools from './fixtures/tools.js';
import { atBottom, inContainer, rejection, threadOf, noThreadIsLeft } from './support.js';

const quick = { keepalive: { every: '20ms', timeout: '60ms' } };

describe('a crash inside', () => {
  it('of a task crashes the service outside with that error', async () => {
    const thread = threadOf<typeof tools.CrashesInTask>('CrashesInTask');
    await thread.start();
    thread.cast('now');
    await atBottom(thread);
    expect(thread.state).toBe('crashed');
    expect(thread.crashReason).toBeInstanceOf(RangeError);
    expect(thread.crashReason).toMatchObject({ name: 'PortError', code: 'EADDRINUSE', message: 'port 80 is taken' });
    await noThreadIsLeft();
  });

  it.each(['crashLater', 'throwLater', 'rejectLater'] as const)(
    'by %s() does too, and stops the rest inside in order',
    async (how) => {
      const { container, Outside, log } = inContainer('Desk');
      const thread = await container.boot(Outside);
      thread.cast(how);
      await atBottom(thread);
      expect(container.state).toBe('failed');
      expect(thread.crashReason).toMatchObject({ name: 'PortError', code: 'EADDRINUSE' });
      expect(log.lines).toContain('[^--Store]: store down');
      await noThreadIsLeft();
    },
  );

  it('takes the tree outside down, children first', async () => {
    class Parent extends Service {
      readonly thread = this.addDependency(threadOf('Desk'));
    }
    const parent = new Parent();
    await parent.start();
    parent.thread.cast('crashLater');
    await atBottom(parent);
    expect(parent.crashReason).toMatchObject({ name: 'PortError' });
    expect(parent.thread.state).toBe('crashed');
  });

  it('rejects every call that has no answer, with the crash as the cause', async () => {
    const thread = threadOf('Desk');
    await thread.start();
    thread.cast('throwLater');
    const calls = [rejection(thread.call('untilStopped')), rejection(thread.call('add', 1, 2))];
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({
        code: 'ERR_MODE_THREAD_CRASHED',
        path: ['DeskThread'],
        cause: { name: 'PortError' },
      });
    }
    expect((await calls[0])?.message).toContain(
      'DeskThread crashed before untilStopped() had ended in its thread: PortError: port 80 is taken',
    );
    await atBottom(thread);
  });

  it('may come from outside, which ends the calls as well', async () => {
    const thread = threadOf('Desk');
    await thread.start();
    const calls = [rejection(thread.call('untilStopped')), rejection(thread.call('add', 1, 2))];
    const crash = new Error('from outside');
    thread.crash(crash);
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_CRASHED', cause: crash });
    }
    await atBottom(thread);
    await noThreadIsLeft();
  });
});

describe('a thread that ends by itself', () => {
  it('crashes the service outside', async () => {
    const thread = threadOf('Desk');
    await thread.start();
    const error = await rejection(thread.call('exit', 3));
    expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_CRASHED' });
    await atBottom(thread);
    expect(thread.crashReason).toMatchObject({ code: 'ERR_MODE_THREAD_EXITED', path: ['DeskThread'] });
    expect((thread.crashReason as Error).message).toMatch(
      /The thread of DeskThread ended by itself \(exit code 3\)\n {2}→ .*process\.exit/,
    );
    await noThreadIsLeft();
  });

  it('fails its start, or its stop', async () => {
    const module = 'data:text/javascript,process.exit(5)';
    const error = await rejection(threadOf('default', { module }).start());
    expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_EXITED' });
    const thread = threadOf('ExitsInStop');
    await thread.start();
    expect((await rejection(thread.stop())).message).toContain('ended by itself (exit code 4)');
    await noThreadIsLeft();
  });

  it('crashes it when there was no memory left', async () => {
    const thread = threadOf('Desk', { resourceLimits: { maxOldGenerationSizeMb: 24 } });
    await thread.start();
    await rejection(thread.call('eatMemory'));
    await atBottom(thread);
    expect(thread.crashReason).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    await noThreadIsLeft();
  });
});

describe('a thread that blocks', () => {
  it.each(['block', 'spin'] as const)('in %s() crashes the service, which names what was under way', async (how) => {
    const thread = threadOf('Desk', quick);
    await thread.start();
    const call = rejection(thread.call(how));
    expect(await call).toMatchObject({ code: 'ERR_MODE_THREAD_CRASHED', cause: { code: 'ERR_MODE_THREAD_BLOCKED' } });
    await atBottom(thread);
    expect(thread.crashReason).toMatchObject({ code: 'ERR_MODE_THREAD_BLOCKED' });
    expect((thread.crashReason as Error).message).toMatch(
      /^The thread of DeskThread has been blocked for \d+ms, with (block|spin)\(\) under way\n/,
    );
    await noThreadIsLeft();
  });

  it('is not what a thread is taken for while it is us who block', async () => {
    await using thread = threadOf('Desk', { keepalive: { every: '50ms', timeout: '500ms' } });
    await thread.start();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    await sleep(60);
    expect(await thread.call('add', 1, 2)).toBe(3);
    expect(thread.state).toBe('running');
  });

  it('is left alone when nobody asked', async () => {
    const { container, Outside } = inContainer('Desk', { keepalive: false }, { stopTimeout: '100ms' });
    const thread = await container.boot(Outside);
    const call = rejection(thread.call('block'));
    const timeout = sleep(200, 'still waiting');
    expect(await Promise.race([call, timeout])).toBe('still waiting');
    const stopping = rejection(container.stop());
    expect(await call).toMatchObject({ code: 'ERR_MODE_THREAD_STOPPED' });
    expect(await stopping).toMatchObject({ abandoned: [{ service: 'Outside', waitingOn: ['onStop'] }] });
    await noThreadIsLeft();
  });
});

describe('a stop from inside', () => {
  it('stops the service outside as well', async () => {
    const { container, Outside, log } = inContainer('Desk');
    const thread = await container.boot(Outside);
    await thread.call('leave');
    await atBottom(thread);
    expect(thread.state).toBe('stopped');
    expect(log.lines).toContain('[^--Store]: store down');
    await noThreadIsLeft();
    await container.stop();
  });

  it('is not seen in a restart inside, during which calls wait', async () => {
    await using thread = threadOf('Desk');
    await thread.start();
    const before = await thread.call('thread');
    thread.cast('again');
    expect(await thread.call('add', 1, 2)).toBe(3);
    expect(await thread.call('thread')).toBe(before);
    expect(thread.state).toBe('running');
    expect(thread.restartCount).toBe(0);
  });
});
