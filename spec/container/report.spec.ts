/** `report()`: per service when it could start, when it did, how long its own start took; the critical chain. */
import { describe, expect, it } from 'vitest';
import { service } from '../../lib/index.js';
import { rejection, stage, troupe } from './support.js';

/** A service whose start takes some time. */
function program() {
  const { player } = troupe();
  const { container, clock } = stage();
  const takes = (name: string, ms: number, ...needs: never[]) =>
    player(name, { needs, onStart: () => new Promise<void>((resolve) => void clock.setTimer(ms, resolve)) });
  return { container, clock, player, takes };
}

describe('report()', () => {
  //  App (10) → Web (50) → Http (100)
  //           → Jobs (20) → Redis (30)
  it('tells how the boot went', async () => {
    const { container, clock, takes } = program();
    const Http = takes('Http', 100);
    const Redis = takes('Redis', 30);
    const Web = takes('Web', 50, Http as never);
    const Jobs = takes('Jobs', 20, Redis as never);
    const App = takes('App', 10, Web as never, Jobs as never);
    await clock.advance('1h');
    const booting = container.boot(App);
    await clock.advance('1s');
    await booting;
    const state = 'running';
    expect(container.report()).toEqual({
      totalMs: 160,
      services: [
        {
          id: 'Http',
          name: 'Http',
          state,
          readyAt: 0,
          startedAt: 0,
          runningAt: 100,
          ownMs: 100,
          waitedMs: 0,
          restarts: 0,
        },
        {
          id: 'Web',
          name: 'Web',
          state,
          readyAt: 100,
          startedAt: 100,
          runningAt: 150,
          ownMs: 50,
          waitedMs: 100,
          restarts: 0,
        },
        {
          id: 'Redis',
          name: 'Redis',
          state,
          readyAt: 0,
          startedAt: 0,
          runningAt: 30,
          ownMs: 30,
          waitedMs: 0,
          restarts: 0,
        },
        {
          id: 'Jobs',
          name: 'Jobs',
          state,
          readyAt: 30,
          startedAt: 30,
          runningAt: 50,
          ownMs: 20,
          waitedMs: 30,
          restarts: 0,
        },
        {
          id: 'App',
          name: 'App',
          state,
          readyAt: 150,
          startedAt: 150,
          runningAt: 160,
          ownMs: 10,
          waitedMs: 150,
          restarts: 0,
        },
      ],
      criticalChain: ['Http', 'Web', 'App'],
    });
    await container.stop();
  });

  it('of a container that was not booted is empty', () => {
    expect(program().container.report()).toEqual({ totalMs: 0, services: [], criticalChain: [] });
  });

  it('leaves out what is neither service nor resource', async () => {
    const { container, player } = program();
    container.bind('url').toConstantValue(1);
    container.resource('pool', { inject: ['url'], start: () => 1 });
    class Users {
      constructor(readonly pool: number) {}
    }
    service({ inject: ['pool'] })(Users);
    await container.boot(player('App', { needs: [Users, 'url'] }));
    expect(container.report().services.map(({ id }) => id)).toEqual(['pool', 'App']);
    expect(container.report().criticalChain).toEqual(['pool', 'App']);
    await container.stop();
  });

  it('counts restarts', async () => {
    const { container, player } = program();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis] });
    await container.boot(App);
    await container.restart(Redis);
    await container.restart(App);
    expect(container.report().services.map(({ id, restarts }) => `${id}: ${String(restarts)}`)).toEqual([
      'Redis: 1',
      'App: 2',
    ]);
    await container.stop();
  });

  it('of a boot that failed names the failure', async () => {
    const { container, player } = program();
    const boom = new Error('boom');
    const Redis = player('Redis', { onStart: () => Promise.reject(boom) });
    await rejection(container.boot(player('App', { needs: [Redis] })));
    expect(container.report().services).toMatchObject([
      { id: 'Redis', state: 'crashed', failure: boom },
      { id: 'App', state: 'idle', startedAt: 0, ownMs: 0 },
    ]);
  });

  it('of a second boot begins anew', async () => {
    const { container, clock, takes } = program();
    const App = takes('App', 10);
    for (let boots = 0; boots < 2; boots += 1) {
      const booting = container.boot(App);
      await clock.advance('1s');
      await booting;
      expect(container.report()).toMatchObject({
        totalMs: 10,
        services: [{ startedAt: 0, runningAt: 10 }],
        criticalChain: ['App'],
      });
      await container.stop();
    }
  });
});
