/** How a program ends by itself: nothing runs any more, the work of a job is done, its container was stopped. */

import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, service, task, timer } from '../../lib/index.js';
import { deferred } from '../../lib/base/async.js';
import { FakeClock } from '../../lib/testing/index.js';
import { Worker, type WorkerOptions, type WorkerTarget } from '../../lib/worker/index.js';
import { FakeHost } from './fake-host.js';

function program(target: WorkerTarget, options: WorkerOptions = {}) {
  const host = new FakeHost();
  const clock = new FakeClock();
  const worker = new Worker(target, { clock, ...options });
  return { host, clock, worker, ended: worker.executeFromCommandLine(host) };
}

async function reaches(worker: Worker, state: Worker['state']): Promise<void> {
  while (worker.state !== state) {
    if (worker.state === 'exited') throw new Error(`The worker has exited, and was never ${state}`);
    await turn();
  }
}

/** The worker looks for work once a turn of the event loop is over. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function turns(count = 5): Promise<void> {
  for (let n = 0; n < count; n += 1) await turn();
}

@service()
class Database extends Service {}

describe('a program in which nothing runs any more', () => {
  it('ends with 0 when the last service has stopped itself', async () => {
    const container = new Container();
    container.bind(Database).toSelf();
    @service()
    class App extends Service {}
    container.bind(App).toSelf();
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await container.get(App).stop();
    await turns();
    expect(worker.state).toBe('up');
    await container.get(Database).stop();
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines.slice(-3)).toEqual([
      '[^Worker]: Stopping because nothing runs any more',
      '[^Worker]: Stopping...',
      '[^Worker]: -Stopped!',
    ]);
  });

  it('ends with 0 when that was before the boot was over', async () => {
    @service()
    class App extends Service {
      @task()
      run(): void {
        void this.stop();
      }
    }
    const { host, ended } = program(App);
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines).toContain('[^Worker]: App was stopped while it was starting');
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toEqual([]);
  });

  it('ends with 1 when the last one crashed on its way down, and says why', async () => {
    @service()
    class App extends Service {
      override onStop(): void {
        throw new RangeError('cannot say goodbye');
      }
    }
    const container = new Container();
    container.bind(App).toSelf();
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await expect(container.stop(App)).rejects.toThrow('cannot say goodbye');
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^Worker]: App crashed: RangeError: cannot say goodbye');
  });

  it('ends with 1 on a signal as well, when one had crashed before', async () => {
    @service()
    class App extends Service {
      override onStop(): void {
        throw new RangeError('cannot say goodbye');
      }
    }
    const container = new Container();
    container.bind(App).toSelf();
    container.bind(Database).toSelf();
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await expect(container.stop(App)).rejects.toThrow('cannot say goodbye');
    host.press('SIGTERM');
    await ended;
    expect(host.ended).toBe('exit 1');
  });

  it('ends when its last resource was stopped', async () => {
    const container = new Container();
    container.resource('pool', { start: () => 1 });
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await container.stop('pool');
    await ended;
    expect(host.ended).toBe('exit 0');
  });

  it('does not end while a restart waits, nor where one comes back by hand', async () => {
    const container = new Container();
    @service({ restart: { backoff: { initial: '1s', jitter: 0 } } })
    class App extends Service {}
    container.bind(App).toSelf();
    const { host, clock, worker, ended } = program(new Container());
    await ended;
    const one = program(container, { clock });
    await reaches(one.worker, 'up');
    container.get(App).crash(new Error('once'));
    await turns();
    expect(one.worker.state).toBe('up');
    await container.restart(App);
    await turns();
    expect(one.worker.state).toBe('up');
    one.host.press('SIGINT');
    await one.ended;
    expect([one.host.ended, host.ended, worker.state]).toEqual(['exit 0', 'exit 0', 'exited']);
  });

  it('ends where nothing was bound that could run, and says so', async () => {
    const container = new Container();
    container.bind('greeting').toConstantValue('hello');
    const { host, ended } = program(container);
    await ended;
    expect(host.lines.slice(1, 3)).toEqual([
      '[^Worker]: No service is bound in the container, so nothing runs',
      '  → Bind the program: container.bind(App).toSelf(), or export its class.',
    ]);
    expect(host.ended).toBe('exit 0');
  });

  it('stays up for a class without any hook, which may do anything', async () => {
    @service()
    class Plain {}
    const { host, worker, ended } = program(Plain);
    await reaches(worker, 'up');
    await turns();
    expect(worker.state).toBe('up');
    host.press('SIGINT');
    await ended;
  });
});

describe('a job (daemon: false)', () => {
  const job = (work: () => Promise<void>) => {
    @service()
    class Job extends Service {
      @task()
      async run(): Promise<void> {
        await work();
      }
    }
    return Job;
  };

  it('ends with 0 once every task has returned', async () => {
    const [first, second] = [deferred(), deferred()];
    const { host, worker, ended } = program([job(() => first.promise), job(() => second.promise)], { daemon: false });
    await reaches(worker, 'up');
    first.resolve();
    await turns();
    expect(worker.state).toBe('up');
    second.resolve();
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines).toContain('[^Worker]: Stopping because every task has returned');
  });

  it('counts neither timers nor crontabs, and ends at once without a task', async () => {
    @service()
    class Timers extends Service {
      @timer('1s')
      tick(): void {
        // for ever
      }

      @crontab('* * * * *')
      report(): void {
        // for ever
      }
    }
    const { host, ended } = program(Timers, { daemon: false });
    await ended;
    expect(host.ended).toBe('exit 0');
  });

  it('counts tasks that were added, also to a child, and those that wait to be tried again', async () => {
    const added = deferred();
    let attempts = 0;
    @service()
    class Child extends Service {
      @task({ onError: 'retry' })
      run(): void {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
      }
    }
    @service()
    class Parent extends Service {
      override onInitDependencies(): Service[] {
        return [new Child()];
      }
      override onStarted(): void {
        this.addTask(added.promise, { name: 'added' });
      }
    }
    const { host, clock, worker, ended } = program(Parent, { daemon: false });
    await reaches(worker, 'up');
    added.resolve();
    await turns();
    expect([worker.state, attempts]).toEqual(['up', 1]);
    await clock.advance('1s');
    await ended;
    expect([host.ended, attempts]).toEqual(['exit 0', 3]);
  });

  it('is not done while a crash is being survived', async () => {
    let attempts = 0;
    @service({ restart: { backoff: { initial: '1s', jitter: 0 } } })
    class Job extends Service {
      @task()
      async run(): Promise<void> {
        attempts += 1;
        await turn();
        if (attempts === 1) throw new Error('once');
      }
    }
    const { host, clock, worker, ended } = program(Job, { daemon: false });
    await reaches(worker, 'up');
    await turns();
    expect([worker.state, attempts]).toEqual(['up', 1]);
    await clock.advance('1s');
    await ended;
    expect([host.ended, attempts]).toEqual(['exit 0', 2]);
  });

  it('that crashes ends with 1', async () => {
    const { host, ended } = program(
      job(() => Promise.reject(new Error('bad data'))),
      { daemon: false },
    );
    await ended;
    expect(host.ended).toBe('exit 1');
  });

  it('that a signal cuts off while it boots exits with 128+n', async () => {
    const { host, ended } = program(
      job(() => Promise.resolve()),
      { daemon: false },
    );
    host.press('SIGTERM');
    await ended;
    expect(host.ended).toBe('exit 143');
  });

  it('that a signal cuts off while it works stops in order, and exits with 128+n', async () => {
    @service()
    class Job extends Service {
      @task()
      async run(): Promise<void> {
        await this.sleep('1h');
      }
    }
    const { host, worker, ended } = program(Job, { daemon: false });
    await reaches(worker, 'up');
    host.press('SIGTERM');
    await ended;
    expect(host.ended).toBe('exit 143');
    expect(host.lines).toContain('[^-Job]: -Stopped!');
  });

  it('that is done already is not cut off by a signal', async () => {
    const done = deferred();
    const { host, worker, ended } = program(
      job(() => done.promise),
      { daemon: false },
    );
    await reaches(worker, 'up');
    done.resolve();
    while (!host.lines.includes('[^Worker]: Stopping because every task has returned')) await turn();
    host.press('SIGTERM');
    await ended;
    expect(host.ended).toBe('exit 0');
  });
});

describe('a container that is stopped from inside', () => {
  const importer = (slow: () => Promise<void>): Container => {
    @service()
    class Metrics extends Service {
      override onStart(): Promise<void> {
        return slow();
      }
    }
    @service({ inject: [Container] })
    class Import extends Service {
      constructor(readonly container: Container) {
        super();
      }
      @task()
      async run(): Promise<void> {
        await Promise.resolve();
        // what goes wrong is for the worker to tell
        this.container.stop().catch(() => undefined);
      }
    }
    const container = new Container();
    container.bind(Container).toConstantValue(container);
    container.bind(Metrics).toSelf();
    container.bind(Import).toSelf();
    return container;
  };

  it('before its boot is over ends the program in peace', async () => {
    const { host, ended } = program(importer(() => new Promise((resolve) => setImmediate(resolve))));
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toEqual([]);
    expect(host.lines).not.toContainEqual(expect.stringContaining('Ready'));
  });

  it('does not excuse what goes wrong on the way back', async () => {
    const container = importer(() => new Promise((resolve) => setImmediate(resolve)));
    @service()
    class Clumsy extends Service {
      override onStop(): void {
        throw new TypeError('dropped it');
      }
    }
    container.bind(Clumsy).toSelf();
    const { host, ended } = program(container);
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.out.join('\n')).toContain('TypeError: dropped it');
  });

  it('ends the other containers of the worker as well', async () => {
    const first = new Container();
    first.bind(Database).toSelf();
    const { host, ended } = program([first, importer(() => new Promise((resolve) => setImmediate(resolve)))]);
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines).toContain('[^-Database]: -Stopped!');
  });
});

describe('process.exitCode', () => {
  it.each([
    ['replaces 0', undefined, false, 'exit 7'],
    ['does not replace the code that was asked for', 3, false, 'exit 3'],
    ['does not replace the code of a crash', undefined, true, 'exit 1'],
  ])('%s', async (_, code, crashes, ended) => {
    const one = program(Database);
    await reaches(one.worker, 'up');
    one.host.exitCode = 7;
    if (crashes) one.host.fault(new Error('lost'));
    else void one.worker.stop(code === undefined ? {} : { code });
    await one.ended;
    expect(one.host.ended).toBe(ended);
  });
});

describe('the options of a worker', () => {
  it('are taken from the environment, which goes before the code', async () => {
    const host = new FakeHost();
    host.env = { MODE_LOGLEVEL: 'crit', MODE_DAEMON: '0', MODE_STOP_TIMEOUT: '' };
    await new Worker(Database, { loglevel: 'debug', daemon: true }).executeFromCommandLine(host);
    expect([host.ended, host.lines]).toEqual(['exit 0', []]);
  });

  it('that the environment has wrong are refused by name, with 2, before anything starts', async () => {
    const host = new FakeHost();
    host.env = { MODE_DAEMON: 'no' };
    await new Worker(Database).executeFromCommandLine(host);
    expect([host.ended, host.lines]).toEqual(['exit 2', []]);
    expect(host.err).toMatch(/^MODE_DAEMON in the environment cannot be 'no'\n[^]* {2}→ Use 1 or 0\.\n$/);
  });

  it('are refused where they are given', () => {
    expect(() => new Worker(Database, { daemon: 'no' as unknown as boolean })).toThrow(
      new TypeError("The daemon of a worker cannot be 'no'\n  → Give true, or false for a job."),
    );
  });
});
