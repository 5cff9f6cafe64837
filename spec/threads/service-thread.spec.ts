/** The life of a service in a thread, from its start to its end. */
import { isMainThread, threadId } from 'node:worker_threads';
import { Container, ModeError, OneForOneSupervisor, Service, service } from 'mode-ts';
import { ServiceThread } from 'mode-ts/threads';
import { describe, expect, it, vi } from 'vitest';
import type * as tools from './fixtures/tools.js';
import { inContainer, rejection, threadOf, noThreadIsLeft, TOOLS } from './support.js';

describe('a start', () => {
  it('resolves once the service inside runs, in a thread of its own', async () => {
    await using thread = threadOf('Desk');
    await thread.start();
    expect(thread.state).toBe('running');
    expect(await thread.call('thread')).not.toBe(threadId);
    expect(isMainThread ? threadId : 0).toBe(0);
  });

  it('takes the default export unless it is told another', async () => {
    await using thread = threadOf('default');
    await thread.start();
    expect(await thread.call('add', 1, 2)).toBe(3);
  });

  it('runs a class that is not decorated, with arguments and defaults', async () => {
    await using thread = threadOf<typeof tools.Plain>('Plain', { args: [2] });
    await thread.start();
    expect(await thread.call('next')).toBe(7);
  });

  it('gives the first parameters the arguments, and has the others injected', async () => {
    await using thread = threadOf<typeof tools.Counted>('Counted', { args: [1, { by: 2 }] });
    await thread.start();
    expect(await thread.call('count')).toEqual([3, []]);
  });

  it('names the parameter that is neither given nor injectable', async () => {
    const error = await rejection(threadOf('Counted', { args: [1] }).start());
    expect(error).toMatchObject({ code: 'ERR_MODE_THREAD_MODULE' });
    expect(error.message).toContain('Parameter 2 of the constructor of Counter is neither');
  });

  it('lets a function of the module bind what the service needs', async () => {
    await using thread = threadOf<typeof tools.Greeter>('Greeter', { setup: 'setup' });
    await thread.start();
    expect(await thread.call('greet', 'you')).toBe('hello you');
    const error = await rejection(threadOf('Greeter').start());
    expect(error).toMatchObject({ name: 'PlanError', code: 'ERR_MODE_PLAN', problems: [{ kind: 'missing' }] });
  });

  it('rejects with what the start inside threw: class, message, stack, code, cause and properties', async () => {
    const thread = threadOf('FailsToStart');
    const error = await rejection(thread.start());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: 'PortError', message: 'port 80 is taken', code: 'EADDRINUSE' });
    expect(error).toHaveProperty('details', { port: 80, tried: [1, 2] });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.stack).toMatch(/FailsToStart\.onStart \(.*tools\.ts:\d+/);
    expect(thread.state).toBe('crashed');
    expect(thread.crashReason).toBe(error);
    await noThreadIsLeft();
  });

  it('rejects with it too when something else in there failed', async () => {
    const error = await rejection(threadOf('NeedsWhatFails').start());
    expect(error).toMatchObject({ name: 'PortError', code: 'EADDRINUSE' });
  });

  it('makes a boot outside fail in the usual way', async () => {
    const { container, Outside } = inContainer('FailsToStart');
    const error = await rejection(container.boot(Outside));
    expect(error).toMatchObject({
      name: 'BootError',
      service: 'Outside',
      cause: { name: 'PortError', code: 'EADDRINUSE' },
    });
    expect(container.state).toBe('failed');
  });

  it('says what is wrong with the module', async () => {
    const missing = await rejection(new ServiceThread({ module: new URL('nowhere.js', import.meta.url) }).start());
    expect(missing).toMatchObject({ code: 'ERR_MODE_THREAD_MODULE' });
    expect(missing.message).toMatch(/There is no file .*nowhere\.js/);
    const unknown = await rejection(threadOf('Disk').start());
    expect(unknown.message).toMatch(/has no export Disk, .*\n {2}→ Did you mean Desk\?/);
    const wrong = await rejection(threadOf('notAClass').start());
    expect(wrong.message).toContain('is no class');
    const broken = await rejection(
      new ServiceThread({ module: 'data:text/javascript,throw new SyntaxError("oh")' }).start(),
    );
    expect(broken).toMatchObject({ name: 'SyntaxError', message: 'oh' });
    await noThreadIsLeft();
  });

  it('refuses where it is declared what cannot work', () => {
    expect(() => new ServiceThread({ module: './cruncher.js' })).toThrow(/'\.\/cruncher\.js'\n {2}→ Give a URL/);
    expect(() => threadOf('Desk', { keepalive: { every: 0 } })).toThrow(TypeError);
    expect(() => threadOf('Desk', { keepalive: { timeout: 'soon' } })).toThrow(
      "The timeout of keepalive cannot be 'soon'",
    );
    expect(() => threadOf('Desk', { concurrency: 0 })).toThrow('The concurrency of a thread cannot be 0');
    expect(() => threadOf('Desk', { maxQueue: 1.5 })).toThrow('The maxQueue of a thread cannot be 1.5');
    expect(() => threadOf<Service>('Desk', { args: [() => 1] })).toThrow(
      expect.objectContaining({ code: 'ERR_MODE_THREAD_CLONE' }),
    );
  });
});

describe('names and logs', () => {
  it('is called by its class, by its name, or after the export', () => {
    class Own extends ServiceThread {}
    expect(new Own({ module: TOOLS, export: 'Desk' }).label).toBe('Own');
    expect(threadOf('Desk').label).toBe('DeskThread');
    expect(new ServiceThread({ module: TOOLS }).label).toBe('ServiceThread');
    expect(threadOf('Desk', { name: 'Counter' }).label).toBe('Counter');
  });

  it('logs out here, one level below, and tells of the lifecycle inside', async () => {
    const { container, Outside, log, events } = inContainer('Desk');
    @service({ dependsOn: [Outside] })
    class App extends Service {}
    await container.boot(App);
    await container.stop();
    expect(log.lines).toEqual(['[^--Desk]: desk up', '[^--Desk]: desk down', '[^---Store]: store down']);
    expect(log.metas[0]).toEqual({ answer: 42 });
    const inside = events.flatMap((event) =>
      event.type === 'service' && event.id.includes('/') ? [`${event.id} ${event.to}`] : [],
    );
    expect(inside).toEqual([
      'Outside/Store starting',
      'Outside/Store running',
      'Outside/Desk starting',
      'Outside/Desk running',
      'Outside/Desk stopping',
      'Outside/Desk stopped',
      'Outside/Store stopping',
      'Outside/Store stopped',
    ]);
  });
});

describe('a stop', () => {
  it('stops what runs inside in order, and leaves no thread', async () => {
    const { container, Outside, log } = inContainer('Desk');
    const thread = await container.boot(Outside);
    await thread.call('leak'); // an interval that nobody clears
    await container.stop();
    expect(log.lines.slice(-2)).toEqual(['[^-Desk]: desk down', '[^--Store]: store down']);
    expect(thread.state).toBe('stopped');
    await noThreadIsLeft();
  });

  it('rejects with what went wrong inside', async () => {
    const thread = threadOf('FailsToStop');
    await thread.start();
    expect(await rejection(thread.stop())).toMatchObject({ name: 'PortError', code: 'EADDRINUSE' });
    expect(thread.state).toBe('crashed');
    await noThreadIsLeft();
  });

  it('takes back a start that is under way, and ends the thread', async () => {
    const { container, Outside, log } = inContainer('StartsSlowly');
    const booting = rejection(container.boot(Outside));
    await log.says('starting slowly');
    await container.stop();
    expect(await booting).toMatchObject({ code: 'ERR_MODE_BOOT' });
    expect(log.lines.at(-1)).toBe('[^--Store]: store down');
    expect(container.state).toBe('stopped');
    await noThreadIsLeft();
  });

  it('does not wait for a module that is still being loaded', async () => {
    const thread = threadOf('Desk');
    const starting = rejection(thread.start());
    await thread.stop();
    expect(await starting).toMatchObject({ name: 'AbortError' });
    expect(thread.state).toBe('stopped');
    await noThreadIsLeft();
  });

  it('terminates the thread when grace is over', async () => {
    const { container, Outside } = inContainer('NeverStops', {}, { stopTimeout: '100ms' });
    await container.boot(Outside);
    const error = await rejection(container.stop());
    expect(error).toMatchObject({ abandoned: [{ service: 'Outside', waitingOn: ['onStop'] }] });
    await noThreadIsLeft();
  });

  it('ends a thread that blocks while it starts', async () => {
    const { container, Outside, log } = inContainer('BlocksAtStart', { keepalive: { every: '20ms', timeout: '60ms' } });
    const booting = rejection(container.boot(Outside));
    await log.says('blocking');
    await container.stop();
    expect(await booting).toMatchObject({ code: 'ERR_MODE_BOOT' });
    await noThreadIsLeft();
  });

  it('ends one whose start has timed out', async () => {
    const { container, Outside } = inContainer('BlocksAtStart', {}, { startTimeout: '50ms', stopTimeout: '50ms' });
    const error = await rejection(container.boot(Outside));
    expect(error.cause).toMatchObject({ code: 'ERR_MODE_START_TIMEOUT' });
    await noThreadIsLeft();
  });

  it('notices during the stop as well that the thread blocks', async () => {
    const { container, Outside, log } = inContainer('Desk', { keepalive: { every: '20ms', timeout: '60ms' } });
    const thread = await container.boot(Outside);
    await log.says('desk up');
    const call = rejection(thread.call('spin'));
    const error = await rejection(container.stop());
    expect(error).toMatchObject({ errors: [{ service: 'Outside', error: { code: 'ERR_MODE_THREAD_BLOCKED' } }] });
    expect(await call).toMatchObject({ code: 'ERR_MODE_THREAD_STOPPED' });
    await noThreadIsLeft();
  });

  it('delivers what the thread printed last', async () => {
    const thread = threadOf<typeof tools.Desk>('LastWords', {});
    await thread.start();
    let printed = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
      printed += Buffer.from(chunk as Uint8Array).toString();
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    });
    await thread.stop();
    write.mockRestore();
    expect(printed).toBe('last words of the thread\n');
  });
});

describe('a restart', () => {
  it('makes a fresh thread', async () => {
    await using thread = threadOf('Desk');
    await thread.start();
    const first = await thread.call('thread');
    expect(await thread.call('keep', 'a')).toEqual(['a']);
    await thread.restart();
    expect(await thread.call('keep', 'b')).toEqual(['b']);
    expect(await thread.call('thread')).not.toBe(first);
    expect(thread.restartCount).toBe(1);
  });

  it('is done by a supervisor', async () => {
    const thread = threadOf('Desk');
    await using supervisor = new OneForOneSupervisor({ backoff: false }, thread);
    await supervisor.start();
    const first = await thread.call('thread');
    const crashed = rejection(thread.call('exit', 1));
    expect(await crashed).toMatchObject({ code: 'ERR_MODE_THREAD_CRASHED' });
    await expect.poll(() => thread.state, { timeout: 5_000 }).toBe('running');
    expect(await thread.call('thread')).not.toBe(first);
    expect(supervisor.state).toBe('running');
  });

  it('is done by the policy of @service', async () => {
    @service({ restart: { maxRestarts: 1, backoff: false } })
    class Outside extends ServiceThread {
      constructor() {
        super({ module: TOOLS, export: 'Desk' });
      }
    }
    @service({ dependsOn: [Outside] })
    class App extends Service {}
    await using container = new Container();
    const app = await container.boot(App);
    const outside = container.get(Outside);
    const back = new Promise<void>((resolve) => {
      container.on((event) => {
        if (event.type === 'service' && event.id === 'App' && event.to === 'running') resolve();
      });
    });
    outside.crash(new Error('boom'));
    await back;
    expect(outside.state).toBe('running');
    expect(outside.restartCount).toBe(1);
    expect(app.restartCount).toBe(1);
  });
});

describe('as a child', () => {
  it('starts and stops with its parent', async () => {
    class Parent extends Service {
      readonly thread = this.addDependency(threadOf('Desk'));
    }
    const parent = new Parent();
    await parent.start();
    expect(await parent.thread.call('add', 2, 2)).toBe(4);
    await parent.stop();
    expect(parent.thread.state).toBe('stopped');
    await noThreadIsLeft();
  });
});

it('tells its errors from others', async () => {
  expect(ModeError.is(await rejection(threadOf('Disk').start()))).toBe(true);
});
