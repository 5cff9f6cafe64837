import { describe, expect, it } from 'vitest';
import { Container, service, Service, type BootError, type LifecycleEvent, type StopError } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { boom, gate, rejection } from '../lifecycle/support.js';

/** An App, on a database that cannot stop. */
function onBadDb(start: () => unknown): typeof Service {
  @service()
  class Db extends Service {
    override onStop(): void {
      throw boom;
    }
  }
  @service({ dependsOn: [Db] })
  class App extends Service {
    override onStart(): unknown {
      return start();
    }
  }
  return App;
}

const never = (): Promise<void> => new Promise(() => undefined);

describe('one budget for the whole of a stop', () => {
  // the parent waited for its child container until the stopTimeout of what hung there
  it('reaches into child containers', async () => {
    @service()
    class Db extends Service {}
    const clock = new FakeClock();
    const parent = new Container({ clock });
    parent.bind(Db).toSelf();
    await parent.boot();
    @service()
    class Job extends Service {
      constructor(readonly db: Db) {
        super();
      }
      override onStop(): Promise<void> {
        return never();
      }
    }
    const child = new Container({ clock, parent });
    await child.boot(Job);
    const stopped = parent.stop({ timeout: '100ms' });
    await clock.advance('1s');
    await stopped;
    expect([parent.state, child.state]).toEqual(['stopped', 'failed']);
  });
});

describe('stop(id) while a first boot is under way', () => {
  it('rejects with what went wrong as everything went down', async () => {
    const { wait, resolve } = gate();
    const App = onBadDb(wait);
    const container = new Container({ clock: new FakeClock() });
    const booted = rejection<BootError>(container.boot(App));
    const stopped = rejection<StopError>(container.stop(App));
    resolve();
    expect((await stopped).errors).toEqual([{ service: 'Db', error: boom }]);
    expect((await booted).service).toBe('App');
  });
});

describe('a crash that a listener causes when everything begins to stop', () => {
  it('belongs to that stop', async () => {
    @service()
    class Db extends Service {}
    const container = new Container({ clock: new FakeClock() });
    const db = await container.boot(Db);
    const states: string[] = [];
    container.on((event) => {
      if (event.type === 'container') states.push(event.to);
      if (event.type === 'container' && event.to === 'stopping') db.crash(boom);
    });
    expect((await rejection<StopError>(container.stop())).errors).toEqual([{ service: 'Db', error: boom }]);
    expect(states).toEqual(['stopping', 'failed']);
  });
});

describe('a boot that ends because something else crashed', () => {
  it('names what crashed, and not what it was waiting for', async () => {
    @service()
    class Db extends Service {}
    @service()
    class App extends Service {
      override onStart(signal: AbortSignal): Promise<void> {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      }
    }
    const container = new Container({ clock: new FakeClock() });
    const db = await container.boot(Db);
    const booted = rejection<BootError>(container.boot(App));
    db.crash(undefined);
    const { service: name, path, cause } = await booted;
    expect([name, path, cause]).toEqual(['Db', ['Db'], undefined]);
  });
});

describe('the path of a BootError', () => {
  it('begins at a root of this boot', async () => {
    let broken = false;
    @service()
    class Db extends Service {
      override onStart(): void {
        if (broken) throw boom;
      }
    }
    @service()
    class App extends Service {
      constructor(readonly db: Db) {
        super();
      }
    }
    const container = new Container({ clock: new FakeClock() });
    await container.boot(Db);
    await container.stop();
    broken = true;
    expect((await rejection<BootError>(container.boot(App))).path).toEqual(['App', 'Db']);
  });
});

describe('an error on the way back', () => {
  it('is told even if it is the one that the boot failed for', async () => {
    const App = onBadDb(() => {
      throw boom;
    });
    const { cause, errors } = await rejection<BootError>(new Container({ clock: new FakeClock() }).boot(App));
    expect([cause, errors]).toEqual([boom, [boom]]);
  });
});

describe('listeners', () => {
  const told = (events: LifecycleEvent[]): string[] =>
    events.flatMap((event) => (event.type === 'container' ? `${event.from}→${event.to}` : []));

  it('hear everything in the same order, whatever one of them does meanwhile', async () => {
    @service()
    class Db extends Service {}
    const container = new Container({ clock: new FakeClock() });
    container.on((event) => {
      if (event.type === 'container' && event.to === 'running') void container.stop();
    });
    const events: LifecycleEvent[] = [];
    container.on((event) => events.push(event));
    await container.boot(Db);
    expect(told(events)).toEqual(['idle→starting', 'starting→running', 'running→stopping', 'stopping→stopped']);
  });

  it('hear nothing more once they are taken off, not even the event that is being told', async () => {
    @service()
    class Db extends Service {}
    const container = new Container({ clock: new FakeClock() });
    const events: LifecycleEvent[] = [];
    container.on(() => {
      off();
    });
    const off = container.on((event) => events.push(event));
    await container.boot(Db);
    expect(events).toEqual([]);
  });
});

describe('start() of a service of a container', () => {
  it('settles when that runs, whatever else is being booted', async () => {
    const { wait, resolve } = gate();
    @service()
    class Quick extends Service {}
    @service()
    class Slow extends Service {
      override onStart(): Promise<void> {
        return wait();
      }
    }
    const container = new Container({ clock: new FakeClock() });
    const booted = container.boot([Quick, Slow]);
    await container.get(Quick).start();
    expect([container.get(Quick).state, container.state]).toEqual(['running', 'starting']);
    resolve();
    await booted;
  });
});

describe('a constructor that throws', () => {
  it('is a failure of its service, for health and report', async () => {
    @service()
    class App extends Service {
      constructor() {
        super();
        throw boom;
      }
    }
    const container = new Container({ clock: new FakeClock() });
    await rejection(container.boot(App));
    expect(container.health().services).toEqual([
      { id: 'App', name: 'App', state: 'crashed', restarts: 0, failure: boom },
    ]);
  });
});

describe('container.adopt()', () => {
  it('gives the same identifier for the same service', () => {
    const container = new Container();
    const app = Service.from(() => undefined, { name: 'app' });
    expect(container.adopt(app)).toBe(container.adopt(app));
  });

  it.each(['running', 'a child', 'of another container'])('refuses a service that is %s', async (what) => {
    const app = Service.from(() => undefined, { name: 'app' });
    if (what === 'running') await app.start();
    else if (what === 'a child') new Service().addDependency(app);
    else {
      const other = new Container();
      await other.boot(other.adopt(app));
    }
    expect(() => new Container().adopt(app)).toThrow(/app cannot be taken on by the container/);
  });

  it('refuses one that came to somebody else before it was booted', async () => {
    const app = Service.from(() => undefined, { name: 'app' });
    const [one, other] = [new Container(), new Container()];
    const [first, second] = [one.adopt(app), other.adopt(app)];
    await one.boot(first);
    const { cause } = await rejection<BootError>(other.boot(second));
    expect(cause).toMatchObject({ code: 'ERR_MODE_OWNED' });
    await one.stop();
    expect([one.state, other.state]).toEqual(['stopped', 'failed']);
  });
});

describe('a child container', () => {
  it('stops and restarts what is its parent’s as the parent would', async () => {
    @service()
    class Db extends Service {
      override onStop(): void {
        throw boom;
      }
    }
    const parent = new Container({ clock: new FakeClock() });
    parent.bind(Db).toSelf();
    await parent.boot();
    const child = new Container({ parent });
    expect((await rejection<StopError>(child.stop(Db))).errors).toEqual([{ service: 'Db', error: boom }]);
  });
});

describe('a report', () => {
  it('is about the last boot, and not about the time between two', async () => {
    @service()
    class One extends Service {}
    const clock = new FakeClock();
    @service()
    class Two extends Service {
      override async onStart(): Promise<void> {
        await clock.advance('5ms');
      }
    }
    const container = new Container({ clock });
    await container.boot(One);
    await clock.advance('1h');
    await container.boot(Two);
    const { totalMs, services, criticalChain } = container.report();
    expect([totalMs, criticalChain]).toEqual([5, ['Two']]);
    expect(services).toMatchObject([
      { id: 'One', startedAt: 0, runningAt: 0, waitedMs: 0, ownMs: 0 },
      { id: 'Two', startedAt: 0, runningAt: 5, waitedMs: 0, ownMs: 5 },
    ]);
  });
});
