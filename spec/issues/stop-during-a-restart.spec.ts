import { describe, expect, it } from 'vitest';
import { Container, OneForOneSupervisor, Service, service } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { expectNoUnhandledRejection } from '../properties/support.js';
import { boom, gate, rejection, settle, theatre } from '../lifecycle/support.js';

/** A service whose first stop takes until it is let go, in the middle of a restart. */
async function restarting(onStop: (wait: () => Promise<void>) => Promise<void>, put: (a: Service) => Service) {
  const { actor } = theatre();
  const { wait, resolve } = gate();
  const a = actor('A', { onStop: () => onStop(wait) });
  const root = put(a);
  await root.start();
  const restarted = rejection(a.restart());
  await settle();
  return { a, root, resolve, restarted };
}

/** A class whose stop takes until it is let go. */
function slowToStop() {
  const { wait, resolve } = gate();
  @service()
  class A extends Service {
    override onStop(): Promise<void> {
      return wait();
    }
  }
  return { A, resolve };
}

// It came up again after the stop that had been asked for last, and nobody stopped it any more.
describe('a stop during a restart has the last word', () => {
  const alone = (a: Service): Service => a;
  const { actor } = theatre();
  const child = (a: Service): Service => {
    const parent = actor('parent');
    parent.addDependency(a);
    return parent;
  };
  const supervised = (a: Service): Service => new OneForOneSupervisor(a);

  it.each<[string, (a: Service) => Service]>([
    ['by itself', alone],
    ['a child', child],
    ['a supervised one', supervised],
  ])('%s', async (_, put) => {
    const { a, root, resolve, restarted } = await restarting((wait) => wait(), put);
    const stopped = a.stop();
    resolve();
    await stopped;
    expect(await restarted).toMatchObject({
      code: 'ERR_MODE_RESTART_ABORTED',
      message: 'A did not come back: it was stopped while it was restarting\n  → Start it again when it is needed.',
    });
    await settle();
    expect(a.state).toBe('stopped');
    await a.start();
    expect(a.state).toBe('running');
    await root.stop();
  });

  it.each<[string, (a: Service) => Service]>([
    ['a child', child],
    ['a supervised one', supervised],
  ])('of what it belongs to: %s', async (_, put) => {
    const { a, root, resolve, restarted } = await restarting((wait) => wait(), put);
    const stopped = root.stop();
    resolve();
    await stopped;
    await settle();
    expect([a.state, root.state]).toEqual(['stopped', 'stopped']);
    expect(['ERR_MODE_RESTART_ABORTED', 'ERR_MODE_STOPPING']).toContain((await restarted).code);
  });

  it('in the moment between its stop and its start', async () => {
    const { actor: make } = theatre();
    const parent = make('parent');
    const a = make('A');
    parent.addDependency(a);
    await parent.start();
    const restarted = rejection(a.restart());
    expect(a.state).toBe('stopped');
    void parent.stop();
    expect((await restarted).code).toBe('ERR_MODE_RESTART_ABORTED');
    expect([a.state, parent.state]).toEqual(['stopped', 'stopped']);
  });

  it('and what went wrong on the way down is its cause', async () => {
    const { a, resolve, restarted } = await restarting(async (wait) => {
      await wait();
      throw boom;
    }, alone);
    const stopped = rejection(a.stop());
    resolve();
    expect(await stopped).toBe(boom);
    expect(await restarted).toMatchObject({ code: 'ERR_MODE_RESTART_ABORTED', cause: boom });
  });
});

it('a stop of one in a container has it as well, after a restart that waited for a stop', async () => {
  const { A, resolve } = slowToStop();
  const container = new Container({ clock: new FakeClock() });
  const a = await container.boot(A);
  const stops = [container.stop(A)];
  const restarted = rejection(container.restart(A));
  stops.push(container.stop(A));
  resolve();
  await Promise.all(stops);
  expect(await restarted).toMatchObject({ code: 'ERR_MODE_BOOT', cause: { code: 'ERR_MODE_BOOT_ABORTED' } });
  expect([a.state, container.state]).toEqual(['stopped', 'running']);
});

it('several restarts at once bring it back, and each of them hears so', async () => {
  const { actor } = theatre();
  const { wait, resolve } = gate();
  const a = actor('A', { onStop: wait });
  await a.start();
  const restarts = [a.restart(), a.restart()];
  await settle();
  restarts.push(a.restart());
  resolve();
  await Promise.all(restarts);
  expect([a.state, a.restartCount]).toEqual(['running', 1]);
});

// It ended the process, or the worker with an error, in the middle of a stop.
describe('a restart or start that nobody listens to', () => {
  expectNoUnhandledRejection();

  it.each<[string, (container: Container, a: Service) => Promise<void>]>([
    ['of the service', (_, a) => a.restart()],
    ['of the container', (container) => container.restart('a')],
  ])('rejects for nobody when a stop has the last word: %s', async (_, restart) => {
    for (const when of ['before', 'after', 'during']) {
      const { A, resolve } = slowToStop();
      const container = new Container({ clock: new FakeClock() });
      container.bind('a').to(A);
      const a = await container.boot<Service>('a');
      const stopped: Promise<unknown>[] = [];
      if (when === 'after') stopped.push(container.stop());
      else if (when === 'during') stopped.push(container.stop('a'));
      void restart(container, a);
      stopped.push(container.stop());
      resolve();
      await Promise.all(stopped);
      expect(a.state).toBe('stopped');
    }
  });

  it('and so does a start', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const parent = actor('parent');
    const [a, b, c] = [actor('A', { onStart: wait }), actor('B', { onStart: wait }), actor('C', { onStart: wait })];
    await parent.start();
    parent.addDependency(a);
    parent.addDependency(b);
    void a.start();
    void b.maybeStart();
    void parent.addRuntimeDependency(c);
    const stopped = parent.stop();
    resolve();
    await stopped;
    await settle();
    expect([a, b, c].map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('also of what is in no container', async () => {
    const { actor } = theatre();
    const parent = actor('parent');
    const a = actor('A');
    parent.addDependency(a);
    await parent.start();
    void a.restart();
    await parent.stop();
    await settle();
    expect(a.state).toBe('stopped');
  });
});
