/** `state`, `health()`: derived from the graph. */
import { describe, expect, it } from 'vitest';
import { Service, service } from '../../lib/index.js';
import { rejection, settle, stage, troupe } from './support.js';

const boom = new Error('boom');

describe('health()', () => {
  function program() {
    const { player, ...rest } = troupe();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    const health = () => {
      const { live, ready, state } = container.health();
      return { live, ready, state };
    };
    return { container, player, Redis, App, health, ...rest };
  }

  it('is live until it has failed, and ready while everything runs that should', async () => {
    const { container, App, health, hold, release } = program();
    expect(health()).toEqual({ live: true, ready: false, state: 'idle' });
    hold('+App', '-App');
    const booting = container.boot(App);
    await settle();
    expect(health()).toEqual({ live: true, ready: false, state: 'starting' });
    release('+App');
    await booting;
    expect(health()).toEqual({ live: true, ready: true, state: 'running' });
    const stopping = container.stop();
    await settle();
    expect(health()).toEqual({ live: true, ready: false, state: 'stopping' });
    release('-App');
    await stopping;
    expect(health()).toEqual({ live: true, ready: false, state: 'stopped' });
  });

  it('lists every service and resource with its state', async () => {
    const { container, App, hold, release } = program();
    expect(container.health().services).toEqual([]);
    hold('+App');
    const booting = container.boot(App);
    await settle();
    expect(container.health().services).toEqual([
      { id: 'Redis', name: 'Redis', state: 'running', restarts: 0 },
      { id: 'App', name: 'App', state: 'starting', restarts: 0 },
    ]);
    release('+App');
    await booting;
    await container.stop();
  });

  it('of a failed boot is not live, and names the failure', async () => {
    const { container, player, Redis, health } = program();
    await rejection(container.boot(player('Bad', { needs: [Redis], onStart: () => Promise.reject(boom) })));
    expect(health()).toEqual({ live: false, ready: false, state: 'failed' });
    expect(container.health().services).toEqual([
      { id: 'Redis', name: 'Redis', state: 'stopped', restarts: 0 },
      { id: 'Bad', name: 'Bad', state: 'crashed', restarts: 0, failure: boom },
    ]);
  });

  it('is live again once it is booted again', async () => {
    const { container, App, player, health } = program();
    await rejection(container.boot(player('Bad', { onStart: () => Promise.reject(boom) })));
    await container.boot(App);
    expect(health()).toEqual({ live: true, ready: true, state: 'running' });
    await container.stop();
  });

  it('is not ready while a service restarts', async () => {
    const { container, App, Redis, health, hold, release } = program();
    await container.boot(App);
    hold('+Redis');
    const restarting = container.restart(Redis);
    await settle();
    expect(health()).toEqual({ live: true, ready: false, state: 'running' });
    release('+Redis');
    await restarting;
    expect(health()).toEqual({ live: true, ready: true, state: 'running' });
    await container.stop();
  });

  it('is ready without what was stopped on purpose', async () => {
    const { container, App, health } = program();
    await container.boot(App);
    await container.stop(App);
    expect(health()).toEqual({ live: true, ready: true, state: 'running' });
    await container.stop();
  });

  it('is not ready while a service of a parent that it needs has crashed', async () => {
    @service({ restart: { when: 'never' } })
    class Crashing extends Service {}
    const { container, player, health } = program();
    await container.boot(player('User', { needs: [Crashing] }));
    container.get(Crashing).crash(boom);
    expect(health().ready).toBe(false);
    await settle();
    expect(health()).toEqual({ live: false, ready: false, state: 'failed' });
  });
});
