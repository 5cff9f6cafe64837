/** Whatever is thrown, wherever: the way down, what is told of it, and the exit code are those of any other error. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Container, Service, service, timer, type LifecycleEvent, type Logger } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { Worker } from '../../lib/worker/index.js';
import { settle } from '../support.js';
import { FakeHost } from '../worker/fake-host.js';
import { anyThrowable, throwables } from './throwables.js';

const PLACES = [
  'onFirstStart',
  'onStart',
  'onStarted',
  'onStop',
  'onShutdown',
  'release',
  'task',
  'timer',
  'crash',
  'child',
  'uncaught',
  'listener',
  'logger',
  'rejecting logger',
  'what is logged',
] as const;

type Place = (typeof PLACES)[number];

/** A program of two services. The lower one throws an error at a place; `log` is what is called. */
function programOf(place: Place, error: unknown) {
  const log: string[] = [];
  const at = (name: string): void => {
    log.push(name);
    if (name === place) throw error;
  };

  class Child extends Service {
    override onStarted(): void {
      if (place === 'child') this.addTask(() => Promise.reject(error), { name: 'fails' });
    }

    override onStop(): void {
      at('Child stops');
    }
  }

  @service()
  class Db extends Service {
    override onFirstStart(): void {
      at('onFirstStart');
    }

    override onStart(): void {
      at('onStart');
      this.addDependency(new Child());
      this.defer(() => at('release'));
    }

    override onStarted(): void {
      at('onStarted');
      if (place === 'task') this.addTask(() => Promise.reject(error), { name: 'fails' });
      if (place === 'what is logged') this.log.error('cannot', error);
      this.log.info('up');
    }

    override onStop(): void {
      at('onStop');
    }

    override onShutdown(): void {
      at('onShutdown');
    }

    @timer('1s')
    tick(): void {
      at('timer');
      if (place === 'crash') this.crash(error);
    }
  }

  @service({ inject: [Db] })
  class App extends Service {
    constructor(readonly db: Db) {
      super();
    }

    override onStop(): void {
      at('App stops');
    }
  }

  const fails = (): unknown => {
    if (place === 'rejecting logger') return Promise.reject(error);
    return at('logger');
  };
  const logger = { debug: fails, info: fails, warn: fails, error: fails } as Logger;
  return { App, log, logger };
}

/** What happened to whom, and whether with an error; not how it reads. */
function shapeOf(event: LifecycleEvent): string {
  const { type } = event;
  const whom = 'name' in event ? event.name : type === 'warning' ? event.message.split(':')[0] : '';
  const what = 'to' in event ? `${event.from}→${event.to}` : 'what' in event ? event.what : '';
  return [type, whom, what, 'error' in event ? 'with an error' : ''].join(' ').trim();
}

/** Boots it in a worker, gives it a second, stops it, and tells all that happened. */
async function historyOf(place: Place, error: unknown): Promise<string[]> {
  const { App, log, logger } = programOf(place, error);
  const clock = new FakeClock();
  const host = new FakeHost();
  const container = new Container({ clock });
  container.bind(App).toSelf();
  const events: string[] = [];
  container.on((event) => events.push(shapeOf(event)));
  if (place === 'listener') {
    container.on(() => {
      throw error;
    });
  }
  const worker = new Worker(container, { clock, ...(place.endsWith('logger') && { logger }) });
  const ended = worker.executeFromCommandLine(host);
  await settle();
  if (place === 'uncaught') host.fault(error);
  await clock.advance('1s');
  host.press('SIGTERM');
  await ended;
  const crits = host.out.filter((line) => line.includes('CRITICAL')).length;
  return [...events, ...log, `${host.ended ?? 'still running'}, ${String(crits)} × CRITICAL, ${container.state}`];
}

describe.each(PLACES)('whatever is thrown, at %s, has the consequences of any other error', (place) => {
  it('the same history', async () => {
    const usual = await historyOf(place, new Error('x'));
    for (const [name, make] of Object.entries(throwables)) {
      expect([name, ...(await historyOf(place, make()))]).toEqual([name, ...usual]);
    }
  }, 60_000);
});

it('and so has what is thrown within another error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PLACES), anyThrowable, async (place, { make }) => {
      expect(await historyOf(place, make())).toEqual(await historyOf(place, new Error('x')));
    }),
    { numRuns: 60 },
  );
}, 60_000);
