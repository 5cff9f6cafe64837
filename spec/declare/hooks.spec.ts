/** Names of methods that look like hooks. */
import { describe, expect, it } from 'vitest';
import { Container, Service, defineService, service } from '../../lib/index.js';
import { thrown } from '../container/support.js';

function withMethod(name: string, Base: new () => object = class {}) {
  class Cache extends Base {}
  Object.defineProperty(Cache.prototype, name, { value: () => undefined, configurable: true });
  return Cache;
}

describe('a method that is nearly a hook is refused, with the hook that is meant', () => {
  it.each([
    ['onstart', 'onStart'],
    ['OnStart', 'onStart'],
    ['on_start', 'onStart'],
    ['ONSTART', 'onStart'],
    ['onStarting', 'onStart'],
    ['onStarts', 'onStart'],
    ['onstarted', 'onStarted'],
    ['on_first_start', 'onFirstStart'],
    ['onFirststart', 'onFirstStart'],
    ['onstop', 'onStop'],
    ['on_stop', 'onStop'],
    ['onStoped', 'onStop'],
    ['onStopped', 'onStop'],
    ['onStopping', 'onStop'],
    ['onShutDown', 'onShutdown'],
    ['on_shutdown', 'onShutdown'],
    ['onRestarted', 'onRestart'],
    ['onRestarting', 'onRestart'],
    ['oninitdependencies', 'onInitDependencies'],
    ['onInitDependency', 'onInitDependencies'],
  ])('%s', (name, hook) => {
    const refusal = {
      code: 'ERR_MODE_DECLARATION',
      path: ['Cache'],
      message:
        `Cache has a method ${name}, which is no hook, so nobody would call it; did you mean ${hook}?\n` +
        `  → Call it ${hook}, or, if it is for yourself, something that looks less like a hook.`,
    };
    for (const declare of [service(), (cls: new () => object) => void defineService(cls)]) {
      const Cache = withMethod(name);
      expect(thrown(() => (declare(Cache), new Container().plan(Cache)))).toMatchObject(refusal);
    }
    // without a container, and in a base class
    const Cache = withMethod(name, Service);
    expect(thrown(() => new Cache())).toMatchObject(refusal);
    class Derived extends Cache {}
    expect(thrown(() => new Derived())).toMatchObject(refusal);
  });
});

describe('a method with a name of its own is not', () => {
  it.each([
    'onStartup',
    'onStep',
    'onStar',
    'onStarred',
    'onTop',
    'onStopWatch',
    'once',
    'on',
    'onMessage',
    'ongoing',
    'restart',
  ])('%s', (name) => {
    const Cache = withMethod(name);
    service()(Cache);
    expect(new Container().plan(Cache).order).toHaveLength(1);
  });

  it('nor is anything in a class of another library', () => {
    class Derived extends withMethod('onstart') {}
    service()(Derived);
    expect(new Container().plan(Derived).order).toHaveLength(1);
  });
});
