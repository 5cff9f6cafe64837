/** A worker over several containers, and over a container with more to run in it. */

import { describe, expect, it } from 'vitest';
import { Container, Service, inject, service } from '../../lib/index.js';
import { deferred } from '../../lib/base/async.js';
import { Worker, type WorkerTarget } from '../../lib/worker/index.js';
import { FakeHost } from './fake-host.js';

@service()
class Good extends Service {}

@service()
class Bad extends Service {
  constructor(@inject('NOPE') readonly nope: unknown) {
    super();
  }
}

@service()
class Worse extends Service {
  constructor(@inject('NEVER') readonly never: unknown) {
    super();
  }
}

async function run(target: WorkerTarget): Promise<FakeHost> {
  const host = new FakeHost();
  await new Worker(target).executeFromCommandLine(host);
  return host;
}

function bound(...classes: (typeof Good | typeof Bad | typeof Worse)[]): Container {
  const container = new Container();
  for (const one of classes) container.bind(one).toSelf();
  return container;
}

describe('a list whose plan is not sound', () => {
  it.each([
    ['container and a class', () => [bound(Good), Bad]],
    ['container and another', () => [bound(Good), bound(Bad)]],
  ])('starts nothing (a %s)', async (_, target) => {
    const host = await run(target());
    expect(host.ended).toBe('exit 2');
    expect(host.out.join('\n')).toMatch(/Nothing is bound to 'NOPE'[^]*Nothing was started/);
    expect(host.lines).not.toContain('[^-Good]: Starting...');
  });

  it('tells the problems of all of them', async () => {
    const host = await run([bound(Bad), bound(Worse)]);
    expect(host.out.join('\n')).toMatch(/2 problems[^]*'NOPE'[^]*'NEVER'/);
  });
});

it('a child container is planned although its parent does not run yet', async () => {
  const parent = bound(Good);
  @service()
  class Guest extends Service {
    constructor(readonly good: Good) {
      super();
    }
    override onStarted(): void {
      void parent.stop();
    }
  }
  const child = new Container({ parent });
  child.bind(Guest).toSelf();
  const host = await run([parent, child]);
  expect(host.lines).toContain('[^-Guest]: Starting...');
  expect(host.ended).toBe('exit 0');
});

describe('a container that goes down while another one boots', () => {
  const hangs = (): Container => {
    const container = new Container();
    container.resource('Hanging', {
      start: (signal: AbortSignal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
          begun.resolve();
        }),
    });
    return container;
  };
  let begun = deferred();

  it('by a crash ends the program with 1', async () => {
    begun = deferred();
    const first = bound(Good);
    const ended = run([first, hangs()]);
    await begun.promise;
    first.get(Good).crash(new Error('too bad'));
    const host = await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.lines).toContain('[^Worker]: Good crashed: too bad');
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toHaveLength(1);
    expect(host.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('by a stop ends it with 0', async () => {
    begun = deferred();
    const first = bound(Good);
    const ended = run([first, hangs()]);
    await begun.promise;
    await first.stop();
    expect((await ended).ended).toBe('exit 0');
  });

  it('by a crash while what stands beside it in the list starts is told once', async () => {
    begun = deferred();
    const first = bound(Good);
    @service()
    class Slow extends Service {
      override async onStart(signal: AbortSignal): Promise<void> {
        begun.resolve();
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      }
    }
    const ended = run([first, Slow]);
    await begun.promise;
    first.get(Good).crash(new Error('too bad'));
    const host = await ended;
    expect(host.ended).toBe('exit 1');
    expect(host.out.filter((line) => line.includes('CRITICAL'))).toHaveLength(1);
  });
});

describe('two workers in one process', () => {
  it('are refused where both would be the program', async () => {
    const host = new FakeHost();
    const first = new Worker(Good);
    const ended = first.executeFromCommandLine(host);
    await expect(new Worker(Good).executeFromCommandLine(host)).rejects.toThrow(
      /^Another worker runs as this program already.*\n {2}→ Give everything to one worker: new Worker\(\[A, B\]\)/,
    );
    host.press('SIGINT');
    await ended;
    expect(host.ended).toBe('exit 0');
  });

  it('do not run the same container, whose events would be logged twice', async () => {
    const container = bound(Good);
    const first = new Worker(container, { overrideLogging: false });
    const code = first.run();
    const second = new FakeHost();
    await new Worker(container).executeFromCommandLine(second);
    expect(second.ended).toBe('exit 2');
    expect(second.lines).toContain('[^Worker]: The container is run by another worker already.');
    await first.stop();
    expect(await code).toBe(0);
    const third = new FakeHost();
    const again = new Worker(container).executeFromCommandLine(third);
    third.press('SIGINT');
    await again;
    expect(third.ended).toBe('exit 0');
  });

  it('run beside each other with run()', async () => {
    const workers = [new Worker(Good, { overrideLogging: false }), new Worker(Good, { overrideLogging: false })];
    const codes = workers.map((worker) => worker.run());
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await Promise.all(codes)).toEqual([0, 0]);
  });
});

it('a worker that is run as a program twice is run once', async () => {
  const host = new FakeHost();
  const worker = new Worker(Good);
  const ended = [worker.executeFromCommandLine(host), worker.executeFromCommandLine(host)];
  host.press('SIGINT');
  await Promise.all(ended);
  expect(host.lines.filter((line) => line.includes('Signal received'))).toHaveLength(1);
});
