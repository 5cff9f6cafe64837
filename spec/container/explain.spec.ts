import { describe, expect, it } from 'vitest';
import { Container, ModeError, PlanError, Service, service } from '../../lib/index.js';
import { boom, cast } from './cast.js';
import { thrown } from './support.js';

const SCHEDULE =
  'restarts after 100ms, 200ms, 400ms, 800ms, 1.6s (each ±20%), at most 5 restarts within 1m not counting the waiting; ' +
  'the delay starts over after 1m without a crash; a crash loop is given up after 3.1s of waiting';
const END = 'everything stops in order, and the container fails';

describe('container.explain()', () => {
  it('tells the schedule of a policy, and who restarts with it in the order in which it stops', async () => {
    const { container, role } = cast();
    const Redis = role('Redis', { restart: {} });
    const Cache = role('Cache', { needs: [Redis] });
    const Stats = role('Stats', { needs: [Redis] });
    const App = role('App', { needs: [Cache, Stats] });
    await container.boot(App);
    expect(container.explain(Redis)).toBe(
      [
        `When Redis crashes, it ${SCHEDULE}.`,
        'App, Stats and Cache, which depend on it, stop before it and come back after it.',
        `One crash more, and ${END}.`,
      ].join('\n'),
    );
    await container.stop(App);
    await container.stop(Stats);
    expect(container.explain(Redis)).toContain(
      '\nCache, which depends on it, stops before it and comes back after it.\n',
    );
    await container.stop();
  });

  it('tells that a crash ends the program, whose crashes it follows, and what could be done', async () => {
    const { container, role } = cast();
    const Network = role('Network', { restart: { scope: 'all' } });
    const Redis = role('Redis', { restart: {} });
    const Alone = role('Alone', { restart: { scope: 'self' } });
    const App = role('App', { needs: [Redis, Alone] });
    const Mail = role('Mail', { restart: { when: 'never' } });
    await container.boot([App, Network, Mail]);
    expect(container.explain(App)).toBe(
      [
        `When App crashes, ${END}.`,
        'It also restarts when Redis or Network do.',
        '→ To let it come back by itself: @service({ restart: {} }).',
      ].join('\n'),
    );
    expect(container.explain(Mail)).toBe(
      [
        `When Mail crashes, ${END}.`,
        'It also restarts when Network does.',
        "→ So it was declared: @service({ restart: { when: 'never' } }).",
      ].join('\n'),
    );
    container.get(Mail).crash(boom);
    await container.stop().catch(() => undefined);
    expect(container.state).toBe('failed');
  });

  it.each([
    [{}, `it ${SCHEDULE}.\nNothing depends on it, so nothing else restarts.\nOne crash more, and ${END}.`],
    [
      { backoff: false, maxRestarts: Infinity, scope: 'self' },
      'it restarts at once, as often as it takes.\nNothing depends on it, and nothing else restarts.',
    ],
    [
      { backoff: false, maxRestarts: 1, scope: 'all' },
      `it restarts at once, at most 1 restart within 1m.\nThere is nothing else to restart.\nOne crash more, and ${END}.`,
    ],
    [{ maxRestarts: 0 }, `${END}: maxRestarts is 0.`],
  ] as const)('of one that is alone, with %j', (restart, expected) => {
    const { container, role } = cast();
    expect(container.explain(role('Redis', { restart }))).toBe(`When Redis crashes, ${expected}`);
  });

  it("of scope 'self' and 'all'", () => {
    const { container, role } = cast();
    const Redis = role('Redis', { restart: { backoff: false, scope: 'self' } });
    const Mail = role('Mail', { restart: { backoff: false, scope: 'all' } });
    const Cache = role('Cache', { needs: [Redis] });
    for (const one of [Redis, Cache, Mail]) container.bind(one).toSelf();
    expect(container.explain(Redis)).toBe(
      [
        'When Redis crashes, it restarts at once, at most 5 restarts within 1m.',
        'It restarts alone: Cache, which depends on it, goes on without it.',
        `One crash more, and ${END}.`,
        'It also restarts when Mail does.',
      ].join('\n'),
    );
    expect(container.explain(Mail).split('\n')[1]).toBe('Everything restarts with it: Cache and Redis.');
  });

  it('needs no boot: what was bound is planned, and nothing is made', () => {
    const container = new Container();
    @service({ restart: { backoff: false } })
    class Redis extends Service {
      constructor() {
        super();
        throw new Error('was made');
      }
    }
    @service({ inject: [Redis] })
    class App extends Service {
      constructor(readonly redis: Redis) {
        super();
      }
    }
    container.bind('app').to(App);
    expect(container.explain(Redis).split('\n')[1]).toBe(
      'App, which depends on it, stops before it and comes back after it.',
    );
    expect(container.explain('app')).toContain('It also restarts when Redis does.');
    expect(container.state).toBe('idle');
  });

  it('cuts long lists short', () => {
    const { container, role } = cast();
    const Redis = role('Redis', { restart: {} });
    for (let i = 0; i < 100; i += 1) container.bind(String(i)).to(role(`User${String(i)}`, { needs: [Redis] }));
    expect(container.explain(Redis)).toContain(
      '\nUser99, User98, User97, User96, User95, User94, User93, User92, User91, User90 and 90 more, which depend on it, stop',
    );
  });

  it('of resources and of what has no life', async () => {
    const { container, role } = cast();
    const Redis = role('Redis', { restart: { backoff: false } });
    container.resource('pool', { inject: [Redis], start: () => 1 });
    @service()
    class Settings {}
    await container.boot(['pool', Settings]);
    expect(container.explain('pool')).toBe(
      `pool has nothing that runs, so it crashes only if it cannot start again. Then ${END}.\nIt also restarts when Redis does.`,
    );
    expect(container.explain(Settings)).toBe('Settings has nothing that starts or runs, so it cannot crash.');
    await container.stop();
  });

  it('of what there is not', () => {
    const { container, role } = cast();
    const Redis = role('Redis');
    container.bind(Redis).toSelf();
    const unknown = thrown<ModeError>(() => container.explain('Reddis'));
    expect(unknown).toMatchObject({ code: 'ERR_MODE_UNKNOWN' });
    expect(unknown.message).toContain('did you mean Redis?');
    container.bind('bad').to(role('Bad', { needs: ['nothing'] }));
    expect(thrown(() => container.explain(Redis))).toBeInstanceOf(PlanError);
  });
});
