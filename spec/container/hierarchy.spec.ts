/**
 * A service that a parent container binds belongs to the parent: a child uses it while it runs there, and otherwise the child's
 * plan says to boot the parent first.
 */
import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, thrown, troupe } from './support.js';

function family() {
  const { player, ...rest } = troupe();
  const Redis = player('Redis');
  const App = player('App', { needs: [Redis] });
  const { container: parent, clock } = stage();
  parent.bind(Redis).toSelf();
  const child = new Container({ parent, clock });
  return { parent, child, clock, Redis, App, player, ...rest };
}

describe('a service that a parent binds', () => {
  it('is used by a child while it runs there', async () => {
    const { parent, child, Redis, App, since } = family();
    const redis = await parent.boot(Redis);
    const app = await child.boot(App);
    expect(app.needs).toEqual([redis]);
    expect(since()).toEqual(['+Redis', '+App']);
    expect(child.get(Redis)).toBe(redis);
    await child.stop();
    expect(since()).toEqual(['-App']);
    expect([parent.state, child.state]).toEqual(['running', 'stopped']);
    await parent.stop();
    expect(since()).toEqual(['-Redis']);
  });

  it('is not started by a child: its plan says to boot the parent first', async () => {
    const { parent, child, App, since } = family();
    for (const error of [thrown(() => child.plan(App)), await rejection(child.boot(App))]) {
      expect(error).toMatchObject({
        code: 'ERR_MODE_PLAN',
        problems: [
          {
            kind: 'parent',
            path: ['App', 'Redis'],
            message: expect.stringContaining('Boot the parent first: await parent.boot(Redis).'),
          },
        ],
      });
    }
    expect(since()).toEqual([]);
    expect([parent.state, child.state]).toEqual(['idle', 'idle']);
  });

  it('nor after it has stopped there', async () => {
    const { parent, child, Redis, App } = family();
    await parent.boot(Redis);
    await parent.stop();
    expect(thrown(() => child.plan(App))).toMatchObject({ problems: [{ kind: 'parent' }] });
  });

  it('is not in the plan of the child, which shows what the child starts', async () => {
    const { parent, child, Redis, App } = family();
    await parent.boot(Redis);
    expect(child.plan(App)).toMatchObject({
      roots: ['App'],
      order: [{ id: 'App', dependencies: ['Redis'], level: 0 }],
    });
  });

  it('stops only after the services of children that use it', async () => {
    const { parent, child, Redis, App, hold, release, since } = family();
    await parent.boot(Redis);
    await child.boot(App);
    since();
    hold('-App');
    const stopping = parent.stop();
    await settle();
    expect(since()).toEqual(['-App']);
    expect([parent.state, child.state]).toEqual(['stopping', 'stopping']);
    release('-App');
    await stopping;
    expect(since()).toEqual(['-Redis']);
    expect([parent.state, child.state]).toEqual(['stopped', 'stopped']);
  });

  it('is given back when it is stopped or restarted alone: what uses it stops first, in children too', async () => {
    const { parent, child, Redis, App, since } = family();
    await parent.boot(Redis);
    await child.boot(App);
    since();
    await parent.restart(Redis);
    expect(since()).toEqual(['-App', '-Redis', '+Redis', '+App']);
    await parent.stop(Redis);
    expect(since()).toEqual(['-App', '-Redis']);
    expect([parent.state, child.state]).toEqual(['running', 'running']);
    await child.stop();
    await parent.stop();
  });

  it('may be a resource', async () => {
    const { player } = troupe();
    const { container: parent } = stage();
    parent.resource('pool', { start: () => 'a pool' });
    const child = new Container({ parent });
    const App = player('App', { needs: ['pool'] });
    expect(thrown(() => child.plan(App))).toMatchObject({ problems: [{ kind: 'parent', path: ['App', 'pool'] }] });
    await parent.boot('pool');
    expect((await child.boot(App)).needs).toEqual(['a pool']);
    await parent.stop();
  });

  it('by a token is the same', async () => {
    const { player } = troupe();
    const { container: parent } = stage();
    parent.bind('store').to(player('Redis'));
    const child = new Container({ parent });
    await parent.boot('store');
    const app = await child.boot(player('App', { needs: ['store'] }));
    expect(app.needs).toEqual([parent.get('store')]);
    await parent.stop();
  });

  it('reaches grandchildren', async () => {
    const { parent, child, Redis, player } = family();
    const grandchild = new Container({ parent: child });
    const App = player('App', { needs: [Redis] });
    expect(thrown(() => grandchild.plan(App))).toMatchObject({ problems: [{ kind: 'parent' }] });
    const redis = await parent.boot(Redis);
    expect((await grandchild.boot(App)).needs).toEqual([redis]);
    await parent.stop();
    expect(grandchild.state).toBe('stopped');
  });
});

describe('a child', () => {
  it('has its own of what nobody bound', async () => {
    const { player } = troupe();
    const Clock = player('Clock');
    const parent = new Container();
    const [one, other] = [new Container({ parent }), new Container({ parent })];
    expect(await one.boot(Clock)).not.toBe(await other.boot(Clock));
    await one.stop();
    expect(other.state).toBe('running');
    await other.stop();
  });

  it('uses what the parent runs by itself, unbound', async () => {
    const { player, since } = troupe();
    const Clock = player('Clock');
    const parent = new Container();
    const clock = await parent.boot(Clock);
    const child = new Container({ parent });
    const app = await child.boot(player('App', { needs: [Clock] }));
    expect(app.needs).toEqual([clock]);
    expect(since()).toEqual(['+Clock', '+App']);
    await parent.stop();
    expect(since()).toEqual(['-App', '-Clock']);
  });

  it('may bind its own in the place of the parent’s', async () => {
    const { parent, child, Redis, App, player } = family();
    await parent.boot(Redis);
    child.bind(Redis).to(player('Memory'));
    const app = await child.boot(App);
    expect(app.needs[0]).not.toBe(parent.get(Redis));
    expect(child.plan(App).order.map(({ name }) => name)).toEqual(['Memory', 'App']);
    await child.stop();
    await parent.stop();
  });

  it('uses plain values of the parent', async () => {
    const { child, parent, player } = family();
    parent.bind('url').toConstantValue('redis://');
    const app = await child.boot(player('App', { needs: ['url'] }));
    expect(app.needs).toEqual(['redis://']);
    await child.stop();
  });

  it('boot() starts what was bound in it, not in the parent', async () => {
    const { parent, child, player, since } = family();
    child.bind('clock').to(player('Clock'));
    await child.boot();
    expect(since()).toEqual(['+Clock']);
    expect(parent.state).toBe('idle');
    await child.stop();
  });

  it('that fails to boot leaves the parent running', async () => {
    const { parent, child, Redis, player, since } = family();
    await parent.boot(Redis);
    since();
    await rejection(child.boot(player('Bad', { needs: [Redis], onStart: () => Promise.reject(new Error('boom')) })));
    expect([parent.state, child.state]).toEqual(['running', 'failed']);
    expect(since()).toEqual(['+Bad']);
    await parent.stop();
  });

  it('reports its own events', async () => {
    const { parent, child, Redis, App } = family();
    const above = recordHistory(parent);
    const below = recordHistory(child);
    await parent.boot(Redis);
    await child.boot(App);
    expect(above.list).toEqual([
      'container: idle→starting',
      'Redis: idle→starting',
      'Redis: starting→running',
      'container: starting→running',
    ]);
    expect(below.list).toEqual([
      'container: idle→starting',
      'App: idle→starting',
      'App: starting→running',
      'container: starting→running',
    ]);
    await parent.stop();
  });

  it('cannot boot while the parent stops', async () => {
    const { parent, child, Redis, App, hold, release } = family();
    await parent.boot(Redis);
    hold('-Redis');
    const stopping = parent.stop();
    await settle();
    expect(await rejection(child.boot(App))).toMatchObject({ code: 'ERR_MODE_PLAN', problems: [{ kind: 'parent' }] });
    release('-Redis');
    await stopping;
  });

  it('cannot begin to use what is about to stop, although it still runs', async () => {
    const { parent, child, Redis, App, player, hold, release, since } = family();
    const Last = player('Last', { needs: [Redis] });
    parent.bind(Last).toSelf();
    await parent.boot();
    hold('-Last');
    const stopping = parent.stop();
    await settle();
    expect(await rejection(child.boot(App))).toMatchObject({ code: 'ERR_MODE_PLAN', problems: [{ kind: 'parent' }] });
    release('-Last');
    await stopping;
    expect(since()).toEqual(['+Redis', '+Last', '-Last', '-Redis']);
  });

  it('that is only starting goes down with the parent as well', async () => {
    const { parent, child, Redis, player, hold, release, since } = family();
    await parent.boot(Redis);
    const Slow = player('Slow');
    hold('+Slow');
    // it has not used Redis yet, and never will
    const booting = rejection(child.boot(player('User', { needs: [Slow, Redis] })));
    await settle();
    const stopping = parent.stop();
    await settle();
    release('+Slow');
    await stopping;
    expect(await booting).toMatchObject({ code: 'ERR_MODE_BOOT' });
    expect([parent.state, child.state]).toEqual(['stopped', 'stopped']);
    expect(since()).toEqual(['+Redis', '+Slow', '-Redis', '-Slow']);
  });

  it('goes down first when a boot that adds to the parent fails after the child has used some of it', async () => {
    const { parent, child, player, hold, release, since } = family();
    await parent.boot(player('First'));
    const Added = player('Added');
    const Bad = player('Bad', { needs: [Added], onStart: () => Promise.reject(new Error('boom')) });
    hold('+Bad');
    const adding = rejection(parent.boot(Bad));
    await settle();
    await child.boot(player('User', { needs: [Added] }));
    release('+Bad');
    expect(await adding).toMatchObject({ code: 'ERR_MODE_BOOT', service: 'Bad' });
    expect(since()).toEqual(['+First', '+Added', '+Bad', '+User', '-User', '-Added']);
    expect([parent.state, child.state]).toEqual(['running', 'running']);
    await child.stop();
    await parent.stop();
  });

  it('goes down first when what it uses in the parent crashes', async () => {
    class Crashing extends Service {}
    service({ restart: { when: 'never' } })(Crashing);
    const { parent, child, player, since } = family();
    parent.bind(Crashing).toSelf();
    const crashing = await parent.boot(Crashing);
    await child.boot(player('User', { needs: [Crashing] }));
    crashing.crash(new Error('boom'));
    await settle();
    expect(since()).toEqual(['+User', '-User']);
    expect([parent.state, child.state]).toEqual(['failed', 'stopped']);
  });

  it('comes back when what it uses in the parent is restarted after a crash', async () => {
    class Crashing extends Service {}
    service({ restart: { backoff: false } })(Crashing);
    const { parent, child, player, since } = family();
    parent.bind(Crashing).toSelf();
    const crashing = await parent.boot(Crashing);
    await child.boot(player('User', { needs: [Crashing] }));
    crashing.crash(new Error('boom'));
    await settle();
    expect(since()).toEqual(['+User', '-User', '+User']);
    expect([parent.state, child.state]).toEqual(['running', 'running']);
    await parent.stop();
  });
});
