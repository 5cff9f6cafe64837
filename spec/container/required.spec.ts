/** `required: false`: what the program can do without. */
import { describe, expect, it } from 'vitest';
import {
  Container,
  inject,
  multiInject,
  optional,
  RestartLimitError,
  service,
  type PlanError,
} from '../../lib/index.js';
import { atOnce, boom, cast, settle, type Role } from './cast.js';
import { rejection, thrown } from './support.js';

const fails = { onStart: () => Promise.reject(boom) };

/** A hook that fails until it is told to work. */
function breakable() {
  const state = { broken: true };
  return {
    state,
    onStart: () => {
      if (state.broken) throw boom;
    },
  };
}

function stateOf(container: Container, Some: Role): string {
  return container.get(Some).state;
}

it('is true or false', () => {
  expect(thrown(() => service({ required: 0 as never })(class Db {})).message).toContain(
    'required of Db is true or false, not 0',
  );
});

describe('one that does not start', () => {
  it('does not end the boot: what depends on it starts all the same, with the instance', async () => {
    const { container, role, since } = cast();
    const Cache = role('Cache', { required: false, ...fails });
    const App = role('App', { needs: [Cache] });
    const app = await container.boot(App);
    expect(await since()).toEqual(['starting', '+Cache', '+App', 'running']);
    expect(app.needs).toEqual([container.get(Cache)]);
    expect(container.get(Cache)).toMatchObject({ started: false, state: 'crashed', crashReason: boom });
  });

  it('leaves the container ready, and stands in degraded', async () => {
    const { container, role } = cast();
    const Cache = role('Cache', { required: false, ...fails });
    await container.boot(role('App', { needs: [Cache] }));
    expect(container.health()).toMatchObject({ live: true, ready: true, state: 'running', degraded: ['Cache'] });
  });

  it('is told, once it is not brought back', async () => {
    const { container, role, history } = cast();
    await container.boot(role('App', { needs: [role('Cache', { required: false, ...fails })] }));
    expect(history.events.filter(({ type }) => type === 'degraded')).toMatchObject([{ service: 'Cache', error: boom }]);
  });

  it('is no crash of the others on a stop, which skips it', async () => {
    const { container, role, since } = cast();
    await container.boot(role('App', { needs: [role('Cache', { required: false, ...fails })] }));
    await since();
    await container.stop();
    expect(await since()).toEqual(['stopping', '-App', 'stopped']);
    expect(container.health().degraded).toEqual([]);
  });

  it('is tried again by the next boot after a stop', async () => {
    const { container, role, since } = cast();
    const { state, onStart } = breakable();
    const App = role('App', { needs: [role('Cache', { required: false, onStart })] });
    await container.boot(App);
    await container.stop();
    await since();
    state.broken = false;
    await container.boot(App);
    expect(await since()).toEqual(['starting', '+Cache', '+App', 'running']);
    expect(container.health().degraded).toEqual([]);
  });

  it('so does one that times out, or cannot be made', async () => {
    const { container, role, clock } = cast();
    const Slow = role('Slow', { required: false, startTimeout: '1s', onStart: () => new Promise(() => undefined) });
    @service({ required: false })
    class Broken {
      constructor() {
        throw boom;
      }
    }
    const booted = container.boot([role('App', { needs: [Slow] }), Broken]);
    await clock.advance('3s');
    await booted;
    expect(container.health()).toMatchObject({ ready: true, degraded: ['Slow', 'Broken'] });
  });

  it('by startRetry, it is tried again first, and what depends on it waits for that', async () => {
    const { container, role, clock, log } = cast();
    const Cache = role('Cache', { required: false, startRetry: { attempts: 1, backoff: { jitter: 0 } }, ...fails });
    const booted = container.boot(role('App', { needs: [Cache] }));
    await settle();
    expect(log).toEqual(['starting', '+Cache']);
    await clock.advance(100);
    await booted;
    expect(log).toEqual(['starting', '+Cache', '+Cache', '+App', 'running']);
  });

  it('what it needs is required, unless that says otherwise too', async () => {
    const { container, role, since } = cast();
    const Redis = role('Redis', fails);
    const Cache = role('Cache', { required: false, needs: [Redis] });
    expect(await rejection(container.boot(role('App', { needs: [Cache] })))).toMatchObject({ service: 'Redis' });
    await since();
    const Other = role('Other', { required: false, ...fails });
    await container.boot(role('App2', { needs: [role('Cache2', { required: false, needs: [Other] })] }));
    expect(await since()).toEqual(['starting', '+Other', '+Cache2', '+App2', 'running']);
  });

  it('does not hold up what is booted later', async () => {
    const { container, role } = cast();
    const Cache = role('Cache', { required: false, ...fails });
    await container.boot(Cache);
    await container.boot(role('App', { needs: [Cache] }));
    expect(container.state).toBe('running');
  });

  it('neither do services of a child container', async () => {
    const { container, role, since } = cast();
    const Cache = role('Cache', { required: false, ...fails });
    container.bind(Cache).toSelf();
    await container.boot();
    const child = new Container({ parent: container });
    await since();
    await child.boot(role('App', { needs: [Cache] }));
    expect(await since()).toEqual(['+App']);
    await child.stop();
  });

  it('is tried again by boot(id) and start(), which says why it did not start', async () => {
    const { container, role, since } = cast();
    const { state, onStart } = breakable();
    const Cache = role('Cache', { required: false, onStart });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    await container.boot(Cache);
    expect(await since()).toEqual(['+Cache']);
    expect(await rejection(container.get(Cache).start())).toBe(boom);
    state.broken = false;
    await container.get(Cache).start();
    expect(stateOf(container, Cache)).toBe('running');
    expect(container.health().degraded).toEqual([]);
  });

  it('restart(id) takes what depends on it along, and says why it did not start', async () => {
    const { container, role, since } = cast();
    const { state, onStart } = breakable();
    const Cache = role('Cache', { required: false, onStart });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    expect(await rejection(container.restart(Cache))).toBe(boom);
    expect(await since()).toEqual(['-App', '+Cache', '+App']);
    state.broken = false;
    await container.restart(Cache);
    expect(await since()).toEqual(['-App', '+Cache', '+App']);
    expect(stateOf(container, Cache)).toBe('running');
  });

  it('stop(id) stops what depends on it, as ever', async () => {
    const { container, role, since } = cast();
    const Cache = role('Cache', { required: false, ...fails });
    const App = role('App', { needs: [Cache] });
    await container.boot([App, role('Other')]);
    await since();
    await container.stop(Cache);
    expect(await since()).toEqual(['-App']);
    await container.boot(App);
    expect(await since()).toEqual(['+Cache', '+App']);
  });
});

describe('its crash', () => {
  it('ends nothing: what depends on it goes on', async () => {
    const { container, role, since } = cast();
    const Cache = role('Cache', { required: false });
    const App = role('App', { needs: [Cache] });
    await container.boot(App);
    await since();
    container.get(Cache).crash(boom);
    expect(container.health()).toMatchObject({ ready: true, degraded: ['Cache'] });
    expect(await since()).toEqual(['-Cache']);
    expect([stateOf(container, Cache), stateOf(container, App)]).toEqual(['crashed', 'running']);
    expect(container.health()).toMatchObject({ ready: true, degraded: ['Cache'] });
  });

  it('is no error of the stop, which comes later', async () => {
    const { container, role } = cast();
    const Cache = role('Cache', { required: false });
    await container.boot(role('App', { needs: [Cache] }));
    container.get(Cache).crash(undefined);
    await settle();
    await container.stop();
    expect(container.state).toBe('stopped');
  });

  it('is answered by its restart: it comes back alone, and then what depends on it restarts', async () => {
    const { container, role, clock, log } = cast();
    const Cache = role('Cache', { required: false, restart: { backoff: { jitter: 0 } } });
    const App = role('App', { needs: [Cache] });
    await container.boot([App, role('Other')]);
    log.length = 0;
    container.get(Cache).crash(boom);
    await settle();
    // meanwhile the program goes on
    expect(log).toEqual(['Cache!1 +100ms', '-Cache']);
    expect(container.health()).toMatchObject({ ready: true, degraded: ['Cache'] });
    await clock.advance(100);
    expect(log).toEqual(['Cache!1 +100ms', '-Cache', '+Cache', '-App', '+App']);
    expect(container.health()).toMatchObject({ ready: true, degraded: [] });
  });

  it("scope: 'self' restarts nothing else, 'all' everything", async () => {
    const { container, role, since } = cast();
    const Self = role('Self', { required: false, restart: { ...atOnce, scope: 'self' } });
    const All = role('All', { required: false, restart: { ...atOnce, scope: 'all' } });
    await container.boot([role('App', { needs: [Self, All] }), role('Other')]);
    await since();
    container.get(Self).crash(boom);
    expect(await since()).toEqual(['Self!1 +0ms', '-Self', '+Self']);
    container.get(All).crash(boom);
    const all = await since();
    expect(all.slice(0, 3)).toEqual(['All!1 +0ms', '-All', '+All']);
    expect(all.slice(3).sort()).toEqual(['+All', '+App', '+Other', '+Self', '-All', '-App', '-Other', '-Self']);
  });

  it('that spends the budget leaves it down, and the container running', async () => {
    const { container, role, since, history } = cast();
    const { state, onStart } = breakable();
    state.broken = false;
    const Cache = role('Cache', { required: false, restart: { ...atOnce, maxRestarts: 2 }, onStart });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    state.broken = true;
    container.get(Cache).crash(boom);
    expect(await since()).toEqual(['Cache!1 +0ms', '-Cache', '+Cache', 'Cache!2 +0ms', '+Cache']);
    expect(container.health()).toMatchObject({ ready: true, state: 'running', degraded: ['Cache'] });
    expect(history.events.find(({ type }) => type === 'degraded')).toMatchObject({
      error: expect.any(RestartLimitError),
    });
  });

  it('while it waits to come back, what it needs may restart, and it is tried again with that', async () => {
    const { container, role, since } = cast();
    const Redis = role('Redis', { restart: atOnce });
    const Cache = role('Cache', {
      required: false,
      needs: [Redis],
      restart: { backoff: { initial: '1h', max: '1h' } },
    });
    await container.boot(role('App', { needs: [Cache] }));
    container.get(Cache).crash(boom);
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Redis', '-App', '+Redis', '+Cache', '+App']);
    expect(container.health().degraded).toEqual([]);
  });

  it('the same for what was given up', async () => {
    const { container, role, since } = cast();
    const { state, onStart } = breakable();
    const Redis = role('Redis', { restart: atOnce });
    const Cache = role('Cache', { required: false, needs: [Redis], onStart });
    await container.boot(role('App', { needs: [Cache] }));
    await since();
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!1 +0ms', '-Redis', '-App', '+Redis', '+Cache', '+App']);
    state.broken = false;
    container.get(Redis).crash(boom);
    expect(await since()).toEqual(['Redis!2 +0ms', '-Redis', '-App', '+Redis', '+Cache', '+App']);
    expect(container.health().degraded).toEqual([]);
  });
});

describe('one that comes up later than what depends on it', () => {
  it('as its restart says; then that restarts', async () => {
    const { container, role, clock, log } = cast();
    const { state, onStart } = breakable();
    const Cache = role('Cache', { required: false, restart: { backoff: { jitter: 0 } }, onStart });
    await container.boot(role('App', { needs: [Cache] }));
    expect(log).toEqual(['starting', '+Cache', 'Cache!1 +100ms', '+App', 'running']);
    log.length = 0;
    await clock.advance(100);
    expect(log).toEqual(['+Cache', 'Cache!2 +200ms']);
    state.broken = false;
    await clock.advance(200);
    expect(log).toEqual(['+Cache', 'Cache!2 +200ms', '+Cache', '-App', '+App']);
    expect(container.health().degraded).toEqual([]);
  });

  it('gives up when its budget is spent: the time without it is no uptime', async () => {
    const { container, role, clock, log } = cast();
    const Cache = role('Cache', {
      required: false,
      restart: { backoff: { jitter: 0 }, maxRestarts: 3, over: '1s' },
      ...fails,
    });
    await container.boot(role('App', { needs: [Cache] }));
    await clock.advance('1h');
    expect(log.filter((line) => line === '+Cache').length).toBe(4);
    expect(clock.pending()).toEqual([]);
    expect(container.state).toBe('running');
  });
});

describe('a resource', () => {
  const POOL = Symbol('pool');

  function program() {
    const set = cast();
    const { state, onStart } = breakable();
    let pools = 0;
    set.container.resource(POOL, {
      required: false,
      restart: { backoff: { jitter: 0 } },
      start: () => {
        onStart();
        pools += 1;
        return `pool ${String(pools)}`;
      },
      watch: (_, crash) => {
        set.container.on((event) => {
          if (event.type === 'warning' && event.message === 'crash it') crash(boom);
        });
      },
    });
    return { ...set, state };
  }

  it('gives undefined where it is injected as optional, and its value once that was made anew', async () => {
    const { container, clock, state } = program();
    const seen: unknown[] = [];
    @service()
    class App {
      @inject(POOL) @optional() field: unknown = 'its default';
      constructor(
        @inject(POOL) @optional() readonly pool: unknown,
        @multiInject(POOL) readonly pools: unknown[],
      ) {}
      onStart() {
        seen.push([this.pool, this.field, this.pools]);
      }
    }
    await container.boot(App);
    expect(container.health()).toMatchObject({ ready: true, degraded: ['pool'] });
    state.broken = false;
    await clock.advance(100);
    expect(seen).toEqual([
      [undefined, 'its default', []],
      ['pool 1', 'pool 1', ['pool 1']],
    ]);
    expect(container.health().degraded).toEqual([]);
  });

  it('in inject, too', async () => {
    const { container, role } = program();
    const App = role('App', { needs: [{ serviceIdentifier: POOL, optional: true }] });
    expect((await container.boot(App)).needs).toEqual([undefined]);
  });

  it('after its crash, what starts again has undefined, and no value that has ended', async () => {
    const { container, role } = cast();
    let crash: ((error: unknown) => void) | undefined;
    container.resource(POOL, { required: false, start: () => 'a pool', watch: (_, report) => void (crash = report) });
    const App = role('App', { needs: [{ serviceIdentifier: POOL, optional: true }] });
    expect((await container.boot(App)).needs).toEqual(['a pool']);
    crash?.(undefined);
    await settle();
    expect(container.get(App).needs).toEqual(['a pool']);
    await container.restart(App);
    expect(container.get(App).needs).toEqual([undefined]);
    expect(container.health()).toMatchObject({ ready: true, degraded: ['pool'] });
  });

  it('that is injected, but not as optional, is a problem of the plan, with a remedy', async () => {
    const { container, role } = program();
    const App = role('App', { needs: [POOL] });
    const { problems } = await rejection<PlanError>(container.boot(App));
    expect(problems).toEqual([
      {
        kind: 'metadata',
        message:
          'App needs pool, a resource that is not required, so it may be given undefined (App → pool)\n' +
          '→ Inject it as optional: @inject(...) @optional(), or { serviceIdentifier, optional: true } in inject; or leave required: false out.',
        path: ['App', 'pool'],
        suggestions: [],
      },
    ]);
    expect(container.state).toBe('idle');
  });

  it('where only the order counts, it is none', async () => {
    const { container, role, since } = program();
    await container.boot(role('App', { dependsOn: [POOL] }));
    expect(await since()).toEqual(['starting', 'pool!1 +100ms', '+App', 'running']);
  });

  it('get() of it is refused while it is not there', async () => {
    const { container } = program();
    await container.boot(POOL);
    expect(thrown(() => container.get(POOL)).code).toBe('ERR_MODE_NOT_RUNNING');
  });
});
