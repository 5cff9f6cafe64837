import { describe, expect, it } from 'vitest';
import {
  Container,
  ModeError,
  OneForOneSupervisor,
  Service,
  ServiceProxy,
  service,
  type Logger,
} from '../../lib/index.js';
import { boom, rejection, stage, type Actor } from './support.js';

describe('a proxy', () => {
  it('makes the service on first use, once', () => {
    const on = stage();
    let made = 0;
    const proxy = new ServiceProxy(() => {
      made += 1;
      return on.actor('real');
    });
    expect(made).toBe(0);
    expect(proxy.state).toBe('idle');
    expect(proxy.service.actor).toBe('real');
    expect(proxy.service).toBe(proxy.service);
    expect(made).toBe(1);
  });

  it('can be a class with a getter, which is called once as well', async () => {
    const on = stage();
    class Proxy extends ServiceProxy<Actor> {
      override get service(): Actor {
        return on.actor('real');
      }
    }
    const proxy = new Proxy();
    await proxy.start();
    expect([proxy.service.state, on.since()]).toEqual(['running', '+real']);
    expect([proxy.label, proxy.shortLabel, proxy.service.label]).toEqual(['Proxy', 'Proxy', 'real']);
  });

  it('delegates everything', async () => {
    const on = stage();
    const real = on.actor('real');
    const proxy = new ServiceProxy(() => real);
    const child = proxy.addDependency(on.actor('child'));
    expect(child.beacon.path).toEqual(['real', 'child']);
    expect(await proxy.maybeStart()).toBe(true);
    expect(await proxy.maybeStart()).toBe(false);
    expect([proxy.started, real.started, proxy.shouldStop]).toEqual([true, true, false]);
    expect(proxy.signal).toBe(real.signal);
    await proxy.restart();
    expect([proxy.restartCount, real.restartCount]).toEqual([1, 1]);
    proxy.diag.set('busy');
    expect(real.diag.flags).toEqual(new Set(['busy']));
    proxy.defer(() => proxy.diag.unset('busy'));
    const slept = proxy.sleep('1h');
    await proxy.stop();
    expect([await slept, proxy.state, real.state, real.diag.flags.size]).toEqual([false, 'stopped', 'stopped', 0]);
    proxy.crash(boom);
    await proxy.start();
    proxy.crash(boom);
    await on.settle();
    expect([proxy.crashed, proxy.crashReason, real.crashReason, child.crashReason]).toEqual([true, boom, boom, boom]);
    expect(on.since()).toBe('+real +child -real -child +real +child -real -child +real +child -real -child');
  });

  it('is supervised, and let go, like what it stands for', async () => {
    const on = stage();
    const real = on.actor('real');
    const proxy = new ServiceProxy(() => real);
    const supervisor = on.put(new OneForOneSupervisor({ backoff: false }, proxy));
    await supervisor.start();
    real.crash(boom);
    await on.settle();
    expect([on.since(), proxy.state]).toEqual(['+real -real +real', 'running']);
    supervisor.discard(real);
    expect(supervisor.services).toEqual([]);
  });

  it('is a service of a container, with the logger and the clock of that', async () => {
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    const logger: Logger = { debug: say, info: say, warn: say, error: say };
    class Real extends Service {
      override onStart(): void {
        this.log.info('here');
      }
    }
    @service()
    class App extends ServiceProxy<Real> {
      override get service(): Real {
        return new Real();
      }
    }
    const container = new Container({ logger });
    const app = await container.boot(App);
    expect([app.state, app.service.state]).toEqual(['running', 'running']);
    expect(said).toEqual(['[^Real]: here']);
    app.service.crash(boom);
    await new Promise((resolve) => setImmediate(resolve));
    expect([container.state, app.state]).toEqual(['failed', 'crashed']);
  });

  it.each<[string, () => ServiceProxy, RegExp]>([
    [
      'that was given nothing',
      () => new ServiceProxy(),
      /^ServiceProxy stands for no service\n {2}→ Give its constructor a function/,
    ],
    [
      'of something else',
      () => new ServiceProxy(() => 1 as never),
      /^ServiceProxy can only stand for another service, not for 1/,
    ],
    [
      'of itself',
      () => {
        const proxy: ServiceProxy = new ServiceProxy(() => proxy);
        return proxy;
      },
      /not for itself/,
    ],
  ])('%s says so', async (_, make, message) => {
    expect(() => make().state).toThrow(message);
    const error = await rejection(Promise.resolve().then(() => make().start()));
    expect([ModeError.is(error), error.code]).toEqual([true, 'ERR_MODE_PROXY']);
  });
});
