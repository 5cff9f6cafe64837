/**
 * Whatever was an object was taken for options: a service, a signal, a misspelt key. `boot(service)` started everything that was
 * bound, and `boot(App, { signal })` with something that is no signal left the container starting for ever.
 */
import { describe, expect, it } from 'vitest';
import { Container, Service, service, type BootOptions } from '../../lib/index.js';
import { rejection } from '../container/support.js';

@service()
class App extends Service {}

const { signal } = new AbortController();

describe('boot()', () => {
  it.each<[string, (container: Container) => Promise<unknown>, string]>([
    [
      'a signal that is none',
      (container) => container.boot(App, { signal: {} as never }),
      'signal of boot() is an AbortSignal, not {}\n  → Give that of an AbortController: { signal: controller.signal }.',
    ],
    [
      'a signal that is none, for everything',
      (container) => container.boot({ signal: 'now' as never }),
      "signal of boot() is an AbortSignal, not 'now'\n  → Give that of an AbortController: { signal: controller.signal }.",
    ],
    [
      'a signal in the place of options',
      (container) => container.boot(App, signal as never),
      'boot() takes options, not an AbortSignal\n  → Give { signal }.',
    ],
    [
      'a misspelt option',
      (container) => container.boot(App, { sgnal: signal } as never),
      'boot() has no option sgnal; did you mean signal?\n  → Its options: signal.',
    ],
    [
      'a misspelt option, for everything',
      (container) => container.boot({ sgnal: signal } as never),
      'boot() has no option sgnal; did you mean signal?\n  → Its options: signal.',
    ],
    [
      'a service',
      (container) => container.boot(new App() as never),
      'boot() takes a class, a string or a symbol, not an instance of App\n' +
        '  → Give the class, App, or have the container take on what exists: container.adopt(service) gives what it is booted by.',
    ],
    [
      'a signal alone',
      (container) => container.boot(signal as never),
      'boot() takes a class, a string or a symbol, not an instance of AbortSignal\n  → A signal is an option: { signal }.',
    ],
  ])('refuses %s, and starts nothing', async (_, boot, message) => {
    const container = new Container();
    container.bind(App).toSelf();
    expect(await rejection(boot(container))).toEqual(new TypeError(message));
    expect(container.state).toBe('idle');
    expect((await container.boot(App, { signal })).started).toBe(true);
    await container.stop();
  });

  it('takes no service for options: types know that, too', () => {
    // @ts-expect-error -- a service has a signal as well
    const options: BootOptions = new App();
    expect(options).toBeDefined();
  });
});

describe('stop()', () => {
  it.each<[string, unknown, RegExp]>([
    ['a service', new App(), /not an instance of App\n {2}→ Give the class, App, /],
    [
      'a misspelt option',
      { timout: 1 },
      /^stop\(\) has no option timout; did you mean timeout\?\n {2}→ Its options: timeout\.$/,
    ],
  ])('refuses %s, and stops nothing', async (_, given, message) => {
    const container = new Container();
    const app = await container.boot(App);
    const error = await rejection<Error>(container.stop(given as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(message);
    expect(app.started).toBe(true);
    await container.stop();
  });
});

it.each<[string, () => unknown, string]>([
  [
    '@service()',
    () => {
      service({ injects: [] } as never)(class Cache {});
    },
    '@service() of Cache has no option injects; did you mean inject?',
  ],
  [
    'a restart',
    () => {
      service({ restart: { maxRestart: 1 } as never })(class Cache {});
    },
    'restart of Cache has no option maxRestart; did you mean maxRestarts?',
  ],
  [
    '@service() that is null',
    () => {
      service(null as never)(class Cache {});
    },
    '@service() of Cache takes options, not null',
  ],
  [
    '@service() with a name that is none',
    () => {
      service({ name: 5 as never })(class Cache {});
    },
    'name of @service() of Cache is a string, not 5',
  ],
  ['@service without parentheses', () => service(App as never), '@service() is written without its parentheses'],
  ['a container', () => new Container({ clok: 1 } as never), 'new Container() has no option clok; did you mean clock?'],
  [
    'a resource',
    () => {
      new Container().resource('db', { start: () => 1, stopTimeut: 1 } as never);
    },
    'resource(db) has no option stopTimeut; did you mean stopTimeout?',
  ],
  [
    'the stop of a resource',
    () => {
      new Container().resource('db', { start: () => 1, stop: 1 as never });
    },
    'stop of resource(db) is a function, not 1',
  ],
  [
    'the inject of a resource',
    () => {
      new Container().resource('db', { start: () => 1, inject: App as never });
    },
    'inject of resource(db) is a list of classes and tokens, not [class App extends Service]',
  ],
])('%s that nobody can read is refused where it is written', (_, write, message) => {
  expect(write).toThrow(TypeError);
  expect(write).toThrow(message);
  expect(write).toThrow('\n  → ');
});

it("options of inversify's are options of the container", () => {
  const parent = new Container();
  expect(new Container({ parent, autobind: true, defaultScope: 'Singleton', jitless: true }).state).toBe('idle');
});

it('a class with a static member that is called name is called by its own', () => {
  class Named {
    static name(): string {
      return 'not this';
    }
    constructor(readonly missing: unknown) {}
  }
  service({ inject: ['missing'] })(Named as never);
  expect(() => new Container().plan(Named as never)).toThrow('(Named → missing)');
});
