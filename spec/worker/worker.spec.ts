import { describe, expect, it } from 'vitest';
import { Container, ModeError, Service, service } from '../../lib/index.js';
import { deferred } from '../../lib/base/async.js';
import { FakeClock } from '../../lib/testing/index.js';
import { Worker, type WorkerOptions, type WorkerTarget } from '../../lib/worker/index.js';
import { FakeHost } from './fake-host.js';

@service()
class Database extends Service {}

@service()
class Webserver extends Service {
  constructor(readonly database: Database) {
    super();
  }

  override onStarted(): void {
    this.log.info('Serving');
  }
}

@service()
class App extends Service {
  constructor(
    readonly webserver: Webserver,
    readonly database: Database,
  ) {
    super();
  }
}

/** A worker as a program in a process that the test plays. */
function program(target: WorkerTarget, options: WorkerOptions = {}) {
  const host = new FakeHost();
  const clock = new FakeClock();
  const worker = new Worker(target, { clock, ...options });
  const ended = worker.executeFromCommandLine(host);
  return { host, clock, worker, ended };
}

/** Settles when the worker is in a state. */
async function reaches(worker: Worker, state: Worker['state']): Promise<void> {
  while (worker.state !== state) {
    if (worker.state === 'exited') throw new Error(`The worker has exited, and was never ${state}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a worker', () => {
  it('starts what its target needs, in order, and stops it in reverse on a signal', async () => {
    const { host, worker, ended } = program(App);
    await reaches(worker, 'up');
    host.press('SIGTERM');
    await ended;
    expect(host.lines).toEqual([
      '[^Worker]: Starting...',
      '[^--Database]: Starting...',
      '[^--Webserver]: Starting...',
      '[^--Webserver]: Serving',
      '[^-App]: Starting...',
      '[^Worker]: Ready: 3 services in 0 ms',
      '[^Worker]: Signal received: SIGTERM (15)',
      '[^Worker]: Stopping...',
      '[^-App]: Stopping...',
      '[^-App]: -Stopped!',
      '[^--Webserver]: Stopping...',
      '[^--Webserver]: -Stopped!',
      '[^--Database]: Stopping...',
      '[^--Database]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(host.ended).toBe('exit 0');
  });

  it('prefixes each line with the time of its clock and the level', async () => {
    const { host, worker, ended } = program(Database, {
      clock: new FakeClock({ start: new Date(2018, 2, 27, 15, 47, 12, 159) }),
    });
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.out[0]).toBe('[2018-03-27 15:47:12,159: INFO]: [^Worker]: Starting...');
  });

  it('lets go of the signals in the end', async () => {
    const { host, worker, ended } = program(Database);
    expect([host.signalListeners.size, host.faultListeners.size]).toEqual([1, 1]);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect([host.signalListeners.size, host.faultListeners.size]).toEqual([0, 0]);
  });

  it('says at debug what it had to close by exiting', async () => {
    const { host, worker, ended } = program(Database, { loglevel: 'debug' });
    host.held = ['TCPServerWrap', 'Timeout'];
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.lines).toContain('[^Worker]: Still open, and closed by the exit: TCPServerWrap, Timeout');
    expect(host.ended).toBe('exit 0');
  });
});

describe('the tree of a worker', () => {
  it('has the worker at its root, and everything that runs below it', async () => {
    const containers = [new Container(), new Container()] as const;
    containers[0].bind(App).toSelf();
    containers[1].bind(Database).toSelf();
    const { host, worker, ended } = program(containers);
    await reaches(worker, 'up');
    const { root } = containers[0].get(Database).beacon;
    expect(root.data).toBe(worker);
    expect(root.children.map(({ name }) => name)).toEqual(['App', 'Database']);
    expect(
      root
        .asGraph()
        .edges()
        .map(({ v, w }) => `${v} → ${w}`),
    ).toEqual(['Worker → App', 'Worker → Database', 'App → Webserver', 'App → Database#2']);
    host.press('SIGINT');
    await ended;
  });
});

describe('what a worker can run', () => {
  const names = async (target: WorkerTarget): Promise<string[]> => {
    const { host, worker, ended } = program(target);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.ended).toBe('exit 0');
    return host.lines.filter((line) => line.endsWith('Starting...')).map((line) => line.replace(': Starting...', ''));
  };

  it('is a class', async () => {
    expect(await names(Database)).toEqual(['[^Worker]', '[^-Database]']);
  });

  it('is a list of classes, which share what they need', async () => {
    expect(await names([Webserver, Database])).toEqual(['[^Worker]', '[^-Database]', '[^-Webserver]']);
  });

  it('is a container, with everything that is bound in it', async () => {
    const container = new Container();
    container.bind(Webserver).toSelf();
    expect(await names(container)).toEqual(['[^Worker]', '[^--Database]', '[^-Webserver]']);
  });

  it('is a list with a container, in which the classes of the list find what is bound', async () => {
    @service({ inject: ['greeting'] })
    class Greeter extends Service {
      constructor(readonly greeting: string) {
        super();
      }
      override onStart(): void {
        this.log.info(this.greeting);
      }
    }
    const container = new Container();
    container.bind('greeting').toConstantValue('hello');
    expect(await names([container, Greeter])).toEqual(['[^Worker]', '[^-Greeter]']);
  });

  it('is a list of containers, which start one after another and stop in reverse', async () => {
    const containers = ['first', 'second'].map((name) => {
      const container = new Container();
      container.resource(name, { start: () => name });
      return container;
    });
    const { host, worker, ended } = program(containers);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.lines.filter((line) => line.startsWith('[^-'))).toEqual([
      '[^-first]: Starting...',
      '[^-second]: Starting...',
      '[^-second]: Stopping...',
      '[^-second]: -Stopped!',
      '[^-first]: Stopping...',
      '[^-first]: -Stopped!',
    ]);
  });

  it('is a service that exists already', async () => {
    expect(await names(new Database())).toEqual(['[^Worker]', '[^-Database]']);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an object', () => ({}), /^The target of the worker is an object, which .*\n {2}→ Give a Container/],
    ['undefined', () => undefined, /is undefined, .*\n {2}→ Correct the name of the import/],
    ['an empty list', () => [], /is an empty list/],
    ['a list with a gap', () => [Database, undefined], /^Entry 2 of the target of the worker is undefined/],
    ['a list in a list', () => [[Database]], /^Entry 1 of .* is a list, .*\n {2}→ Give one list/],
    ['a promise', () => Promise.resolve(Database), /is a promise, .*\n {2}→ Await it/],
    ['a function', () => function make(): void {}, /is the function make, /],
  ])('is not %s', (_, target, message) => {
    expect(() => new Worker(target() as WorkerTarget)).toThrow(message);
  });
});

describe('a stop', () => {
  it('can be asked for from inside, with an exit code and a reason', async () => {
    const { host, worker, ended } = program(Database);
    await reaches(worker, 'up');
    await worker.stop({ code: 3, reason: 'there is nothing left to do' });
    await ended;
    expect(host.lines).toContain('[^Worker]: Stopping because there is nothing left to do');
    expect(host.ended).toBe('exit 3');
  });

  it('takes a boot back, which is no failure', async () => {
    const begun = deferred();
    @service()
    class Slow extends Service {
      override onStart(signal: AbortSignal): Promise<void> {
        begun.resolve();
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      }
    }
    const { host, worker, ended } = program(Slow);
    await begun.promise;
    host.press('SIGINT');
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(worker.state).toBe('exited');
    expect(host.lines.at(-2)).toBe('[^-Slow]: -Stopped!');
  });

  it('before the boot has begun is a stop as well', async () => {
    const { host, ended } = program(Database);
    host.press('SIGINT');
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines.join()).not.toContain('Database');
  });

  it('has one budget, after which what hangs is abandoned and named', async () => {
    @service()
    class Hanging extends Service {
      override onStop(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const { host, clock, worker, ended } = program(Hanging, { stopTimeout: '5s' });
    await reaches(worker, 'up');
    host.press('SIGTERM');
    await clock.advance('4999ms');
    expect(host.ended).toBeUndefined();
    await clock.advance('1ms');
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^-Hanging]: Abandoned, waiting on onStop');
  });

  it('that meets an error tries the rest, and fails', async () => {
    @service()
    class Clumsy extends Service {
      constructor(readonly database: Database) {
        super();
      }
      override onStop(): void {
        throw new TypeError('dropped it');
      }
    }
    const { host, worker, ended } = program(Clumsy);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^--Database]: -Stopped!');
    expect(host.lines).toContain('  - Clumsy: TypeError: dropped it');
  });

  it('of a container from inside ends the program', async () => {
    const container = new Container();
    container.bind(Database).toSelf();
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await container.stop();
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('that takes long says whom it waits for', async () => {
    @service()
    class Hanging extends Service {
      override onStop(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const { host, clock, worker, ended } = program(Hanging, { stopTimeout: '10s' });
    await reaches(worker, 'up');
    host.press('SIGTERM');
    await clock.advance('5s');
    expect(host.lines.at(-1)).toBe(
      '[^Worker]: Still stopping: Hanging (waiting on onStop); a second signal does not wait',
    );
    await clock.advance('5s');
    await ended;
  });

  it('refuses an exit code that is none', async () => {
    await expect(new Worker(Database).stop({ code: 256 })).rejects.toThrow(TypeError);
  });
});

describe('impatience', () => {
  @service()
  class Stubborn extends Service {
    constructor(readonly database: Database) {
      super();
    }
    override onStop(): Promise<void> {
      return new Promise(() => undefined);
    }
  }

  it('abandons what is still stopping on the second signal, and names it', async () => {
    const { host, clock, worker, ended } = program(Stubborn);
    await reaches(worker, 'up');
    host.press('SIGTERM');
    host.press('SIGINT');
    await clock.advance('500ms');
    await ended;
    expect(host.ended).toBe('exit 130');
    expect(host.lines).toContain('[^-Stubborn]: Abandoned, waiting on onStop');
    expect(host.lines).toContain('[^--Database]: -Stopped!');
    expect(host.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('ends at once on the third', async () => {
    const { host, worker } = program(Stubborn);
    await reaches(worker, 'up');
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGTERM'] as const) host.press(signal);
    expect(host.ended).toBe('terminate 143');
  });
});

describe('a failure', () => {
  it('to start ends with the name, the cause, the place and what to do', async () => {
    @service()
    class Broken extends Service {
      constructor(readonly database: Database) {
        super();
      }
      override onStart(): void {
        throw Object.assign(new Error('listen EADDRINUSE: address already in use :::8000'), {
          code: 'EADDRINUSE',
          port: 8000,
        });
      }
    }
    const { host, ended } = program(Broken);
    await ended;
    expect(host.ended).toBe('exit 1');
    const at = host.lines.findIndex((line) => line.includes('could not be started'));
    expect(host.lines[at]).toBe(
      '[^Worker]: Broken could not be started (Broken): listen EADDRINUSE: address already in use :::8000',
    );
    expect(host.lines[at + 1]).toMatch(/^ {4}at .*onStart .*worker\.spec\.ts/);
    expect(host.lines[at + 2]).toBe(
      '  → Port 8000 is taken: stop the process that listens there, or choose another port.',
    );
    expect(host.lines.slice(at + 3)).toEqual(['[^Worker]: -Stopped!']);
  });

  it('of the plan is told in full, with 2', async () => {
    @service({ inject: ['a', 'b'] })
    class Unbound extends Service {
      constructor(
        readonly a: unknown,
        readonly b: unknown,
      ) {
        super();
      }
    }
    const { host, ended } = program(Unbound);
    await ended;
    expect(host.ended).toBe('exit 2');
    expect(host.out.join('\n')).toMatch(/'a' \(Unbound → a\)(.|\n)*'b' \(Unbound → b\)/);
  });

  it('that no policy answers stops everything in order, with the first cause', async () => {
    @service({ restart: { when: 'never' } })
    class Crashing extends Service {
      constructor(readonly database: Database) {
        super();
      }
    }
    const container = new Container();
    const crashing = await container.boot(Crashing);
    const { host, worker, ended } = program([container, Crashing]);
    await reaches(worker, 'up');
    crashing.crash(new RangeError('too much'));
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^Worker]: Crashing crashed: RangeError: too much');
    expect(host.lines.at(-2)).toBe('[^--Database]: -Stopped!');
  });

  it('that nobody caught stops everything in order', async () => {
    const { host, worker, ended } = program(Database);
    await reaches(worker, 'up');
    host.fault(new RangeError('lost'));
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^Worker]: Nobody caught an error: RangeError: lost');
    expect(host.lines.at(-2)).toBe('[^-Database]: -Stopped!');
  });

  it.each<[string, () => unknown]>([
    ['the reason of a signal', () => new DOMException('This operation was aborted', 'AbortError')],
    ['a start that it overtook', () => new ModeError('ERR_MODE_STOPPED', { message: 'Late was stopped' })],
    ['what was refused because of it', () => new ModeError('ERR_MODE_STOPPING', { message: 'Late cannot run' })],
  ])('that nobody caught is none where the stop cut something short: %s', async (_, make) => {
    const { host, worker, ended } = program(Database);
    await reaches(worker, 'up');
    void worker.stop();
    host.fault(make());
    await ended;
    expect([host.ended, host.err]).toEqual(['exit 0', '']);
  });

  it('that says so before any stop is one', async () => {
    const { host, worker, ended } = program(Database);
    await reaches(worker, 'up');
    host.fault(new DOMException('This operation was aborted', 'AbortError'));
    await ended;
    expect(host.ended).toBe('exit 1');
  });

  it('that nobody caught is told with the name of the service that it comes from, if the stack knows', async () => {
    @service({ name: 'mailer' })
    class Mailer extends Service {
      async send(): Promise<void> {
        await Promise.resolve();
        throw new RangeError('refused');
      }
    }
    const container = new Container();
    container.bind(Mailer).toSelf();
    const { host, worker, ended } = program(container);
    await reaches(worker, 'up');
    await container
      .get(Mailer)
      .send()
      .catch((error: unknown) => {
        host.fault(error);
      });
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^Worker]: Nobody caught an error of mailer (send): RangeError: refused');
  });

  it('in a stop by a crash is told apart from that crash', async () => {
    const { host, worker, ended } = program(Database);
    await reaches(worker, 'up');
    host.fault(new RangeError('first'));
    host.fault(new RangeError('second'));
    await ended;
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toHaveLength(2);
  });
});

describe('a signal while a failed boot goes back', () => {
  it('leaves one telling of the failure, with what did not stop', async () => {
    const down = deferred();
    @service({ stopTimeout: '1s' })
    class Hanging extends Service {
      override onStop(): Promise<void> {
        down.resolve();
        return new Promise(() => undefined);
      }
    }
    @service()
    class Failing extends Service {
      constructor(readonly hanging: Hanging) {
        super();
      }
      override onStart(): void {
        throw new TypeError('no start');
      }
    }
    const { host, clock, ended } = program(Failing);
    await down.promise;
    host.press('SIGINT');
    await clock.advance('1s');
    await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toHaveLength(1);
    const told = host.lines.slice(host.lines.indexOf('[^Worker]: Stopping...') + 1);
    expect(told.filter((line) => !line.startsWith('    at '))).toEqual([
      '[^--Hanging]: Abandoned, waiting on onStop',
      '[^Worker]: Failing could not be started (Failing): TypeError: no start',
      '  on the way back: Hanging was abandoned',
      '  → Mend Failing; everything that had started was stopped again.',
      '[^Worker]: -Stopped!',
    ]);
  });
});

describe('a service that is abandoned', () => {
  it('is told of once, and named in the end', async () => {
    @service({ stopTimeout: '1s' })
    class Hanging extends Service {
      override onStop(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const { host, clock, worker, ended } = program(Hanging);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await clock.advance('1s');
    await ended;
    expect(host.lines.filter((line) => line.includes('onStop'))).toEqual(['[^-Hanging]: Abandoned, waiting on onStop']);
    expect(host.lines).toContain('  - Hanging was abandoned');
    expect(host.lines.filter((line) => line.includes('Crashed'))).toEqual([]);
  });

  it('is told of in the end where the log has no room for it before', async () => {
    @service({ stopTimeout: '1s' })
    class Hanging extends Service {
      override onStop(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const { host, clock, worker, ended } = program(Hanging, { loglevel: 'critical' });
    await reaches(worker, 'up');
    host.press('SIGINT');
    await clock.advance('1s');
    await ended;
    expect(host.lines).toContain('  - Hanging was abandoned, waiting on onStop');
  });
});

describe('process.exit() by somebody else', () => {
  it('is told with what it leaves running, unless the worker has exited', async () => {
    const { host, worker, ended } = program(App);
    await reaches(worker, 'up');
    for (const listener of host.exitListeners) listener(0);
    expect(host.err).toMatch(/process\.exit\(0\) ended the program, and nobody stopped Database, Webserver, App\n/);
    host.press('SIGINT');
    await ended;
    expect(host.exitListeners.size).toBe(0);
  });
});

describe('the logging of a worker', () => {
  it.each(['warning', 'WARN', 'warn'])('knows %s, as the command line does', async (loglevel) => {
    const { host, worker, ended } = program(Database, { loglevel: loglevel as 'warn' });
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(host.lines).toEqual([]);
  });

  it('refuses a level that there is not', () => {
    expect(() => new Worker(Database, { loglevel: 'loud' as 'warn' })).toThrow(
      new TypeError("The loglevel of a worker cannot be 'loud'\n  → Use one of debug, info, warn, error, crit."),
    );
  });

  const lines = () => {
    const got: string[] = [];
    const log = (message: string): void => {
      got.push(message);
    };
    return { got, logger: { debug: log, info: log, warn: log, error: log } };
  };

  it('can be your own', async () => {
    const { got, logger } = lines();
    const { host, worker, ended } = program(Webserver, { logger });
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(got.find((line) => !line.includes('Start'))).toBe('[^-Webserver]: Serving');
    expect(got.at(-1)).toBe('[^Worker]: -Stopped!');
    expect(host.out).toEqual([]);
  });

  it('leaves a container the logger that it has', async () => {
    const { got, logger } = lines();
    const container = new Container({ logger });
    const { host, worker, ended } = program([container, Webserver]);
    await reaches(worker, 'up');
    host.press('SIGINT');
    await ended;
    expect(got).toEqual(['[^-Webserver]: Serving']);
    expect(host.lines).toContain('[^-Webserver]: Starting...');
  });

  it('can be left to the program; what ends it is told on the standard error all the same', async () => {
    const { host, worker, ended } = program(Database, { overrideLogging: false });
    await reaches(worker, 'up');
    host.fault(new RangeError('lost'));
    await ended;
    expect(host.out).toEqual([]);
    expect(host.err).toMatch(/^Nobody caught an error: RangeError: lost\n/);
  });

  it('fails with 2 when the file cannot be written', async () => {
    const { host, ended } = program(Database, { logfile: '/no/such/place/worker.log' });
    await ended;
    expect(host.ended).toBe('exit 2');
    expect(host.err).toMatch(/cannot be written/);
  });
});

describe('run()', () => {
  it('gives the exit code, touches no process, and joins when it is called again', async () => {
    const { logger } = { logger: { debug: ignore, info: ignore, warn: ignore, error: ignore } };
    const before = process.listenerCount('SIGINT');
    const worker = new Worker(Database, { logger });
    const code = worker.run();
    const again = worker.run();
    await reaches(worker, 'up');
    expect(process.listenerCount('SIGINT')).toBe(before);
    await worker.stop();
    expect([await code, await again]).toEqual([0, 0]);
  });

  it('counts signals that it is told of', async () => {
    const worker = new Worker(Database, { logger: { debug: ignore, info: ignore, warn: ignore, error: ignore } });
    const code = worker.run();
    await reaches(worker, 'up');
    worker.signal('SIGTERM');
    expect(await code).toBe(0);
  });
});

function ignore(): void {
  // nothing to see
}
