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

describe('a container in which nothing is bound', () => {
  it('is no mistake, and said to run nothing', async () => {
    const host = new FakeHost();
    const worker = new Worker(new Container());
    const ended = worker.executeFromCommandLine(host);
    while (worker.state !== 'up') await new Promise((resolve) => setImmediate(resolve));
    host.press('SIGINT');
    await ended;
    expect(host.lines.slice(1, 3)).toEqual([
      '[^Worker]: Nothing is bound in the container, so nothing runs',
      '  → Bind the program: container.bind(App).toSelf(), or export its class.',
    ]);
    expect(host.ended).toBe('exit 0');
  });
});
