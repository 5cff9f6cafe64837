import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { rejection, settle } from '../lifecycle/support.js';

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(): never {
  throw new Error('nobody may look');
}

const errors: readonly [string, () => unknown][] = [
  ['that throws when it is printed', () => ({ [inspect.custom]: throwing })],
  ['whose message throws', () => Object.defineProperty(new Error('x'), 'message', { get: throwing })],
  ['whose name throws', () => Object.defineProperty(new Error('x'), 'name', { get: throwing })],
  ['whose message is no text', () => Object.assign(new Error('x'), { message: Symbol('x') })],
  ['without a prototype', () => Object.create(null) as unknown],
  ['behind a proxy that was revoked', revoked],
  ['behind a proxy that throws', () => new Proxy({}, { get: throwing, has: throwing, getPrototypeOf: throwing })],
];

// The error about the error took its place, or left everything where it was.
describe.each(errors)('an error %s', (_, make) => {
  it('is the cause of a boot that fails', async () => {
    const error = make();
    @service()
    class A extends Service {
      override onStart() {
        throw error;
      }
    }
    const container = new Container();
    const failure = await rejection(container.boot(A));
    expect(failure.code).toBe('ERR_MODE_BOOT');
    expect(failure.cause === error).toBe(true);
    expect(container.state).toBe('failed');
  });

  it('is one of a stop', async () => {
    const error = make();
    @service()
    class A extends Service {
      override onStop() {
        throw error;
      }
    }
    const container = new Container();
    await container.boot(A);
    const failure = await rejection<Error & { errors: { error: unknown }[] }>(container.stop());
    expect(failure.errors.length === 1 && failure.errors[0]?.error === error).toBe(true);
    expect(container.state).toBe('failed');
  });

  it('ends a service when a task throws it, and is heard of when that comes too late', async () => {
    const error = make();
    const a = new Service();
    await a.start();
    a.addTask(() => Promise.reject(error));
    await settle();
    expect([a.state, a.crashReason === error]).toEqual(['crashed', true]);
    a.crash(error);
    await a.start();
    a.addTask(async () => {
      await a.waitUntilStopped();
      throw error;
    });
    // in a list, since nothing may look whether it is a promise
    const [thrown] = await a.stop().then(
      () => [],
      (reason: unknown) => [reason],
    );
    expect(thrown === error).toBe(true);
  });
});
