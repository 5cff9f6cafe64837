/** `plan(...roots)`: the graph, its start order and its levels, without constructing anything. */
import { describe, expect, it } from 'vitest';
import { Container, PlanError, Service, service, type ServiceIdentifier } from '../../lib/index.js';
import { levelsOf, rejection, stage, troupe } from '../container/support.js';

/** Services from lines such as `App: Web Jobs`: what `App` needs, in order. */
function graph(text: string) {
  const { player, log } = troupe();
  const classes = new Map<string, ServiceIdentifier>();
  for (const line of text.trim().split('\n').reverse()) {
    const [name = '', needs = ''] = line.trim().split(':');
    const inject = needs.split(' ').filter(Boolean);
    for (const need of inject) if (!classes.has(need)) classes.set(need, player(need));
    classes.set(name, player(name, { needs: inject.map((need) => classes.get(need) as ServiceIdentifier) }));
  }
  return { log, classes, root: (name: string) => classes.get(name) as ServiceIdentifier };
}

const orderOf = (container: Container, ...roots: ServiceIdentifier[]) =>
  container.plan(...roots).order.map(({ name }) => name);

describe('the order of a plan', () => {
  it.each([
    ['a chain', 'App: Cache\nCache: Redis', ['Redis', 'Cache', 'App']],
    // App ─┬─ Web ──┬─ Redis
    //      └─ Jobs ─┘
    ['a diamond', 'App: Web Jobs\nWeb: Redis\nJobs: Redis', ['Redis', 'Web', 'Jobs', 'App']],
    ['ties are broken by the order of the list', 'App: C A B', ['C', 'A', 'B', 'App']],
    ['depth first', 'App: A B\nA: X\nB: Y', ['X', 'A', 'Y', 'B', 'App']],
  ])('%s: dependencies first', (_, text, order) => {
    const { root } = graph(text);
    expect(orderOf(new Container(), root('App'))).toEqual(order);
  });

  it('has one edge where the same is injected twice', () => {
    const { root } = graph('App: Redis Cache Redis');
    const { order } = new Container().plan(root('App'));
    expect(order.map(({ name, dependencies }) => [name, dependencies])).toEqual([
      ['Redis', []],
      ['Cache', []],
      ['App', ['Redis', 'Cache']],
    ]);
  });

  it('does not depend on the order in which classes were declared or bound', () => {
    const text = 'App: C A B\nC: Redis\nA: Redis Clock';
    const { root, classes } = graph(text);
    const forward = new Container();
    const backward = new Container();
    for (const cls of classes.values()) forward.bind(cls).to(cls as never);
    for (const cls of [...classes.values()].reverse()) backward.bind(cls).to(cls as never);
    const order = ['Redis', 'C', 'Clock', 'A', 'B', 'App'];
    expect(orderOf(new Container(), root('App'))).toEqual(order);
    expect(orderOf(forward, root('App'))).toEqual(order);
    expect(orderOf(backward, root('App'))).toEqual(order);
  });

  it('of several roots is in their order', () => {
    const { root } = graph('A: X\nB: Y');
    expect(orderOf(new Container(), root('B'), root('A'))).toEqual(['Y', 'B', 'X', 'A']);
  });

  it('without roots is that of everything bound, in binding order', () => {
    const { root } = graph('A: X\nB: Y\nC:');
    const container = new Container();
    container.bind('b').to(root('B') as never);
    container.bind('a').to(root('A') as never);
    expect(orderOf(container)).toEqual(['Y', 'B', 'X', 'A']);
    expect(container.plan().roots).toEqual(['B', 'A']);
  });

  it('of the same program is the same twice', () => {
    const { root } = graph('App: C A B\nC: Redis\nA: Redis Clock');
    const container = new Container();
    const first = container.plan(root('App'));
    expect(container.plan(root('App'))).toEqual(first);
  });

  it('is the order in which things start that take no time', async () => {
    const log: string[] = [];
    const quick = (name: string, ...needs: ServiceIdentifier[]) => {
      class Quick {
        onStart() {
          log.push(name);
        }
      }
      service({ name, dependsOn: needs })(Quick);
      return Quick;
    };
    const Redis = quick('Redis');
    const App = quick('App', quick('C', Redis), quick('A', Redis, quick('Clock')), quick('B'));
    const { container } = stage();
    await container.boot(App);
    expect(log).toEqual(['Redis', 'C', 'Clock', 'A', 'B', 'App']);
    expect(log).toEqual(orderOf(container, App));
  });
});

describe('the levels of a plan', () => {
  it.each([
    ['a chain', 'App: Cache\nCache: Redis', [['Redis'], ['Cache'], ['App']]],
    ['a diamond', 'App: Web Jobs\nWeb: Redis\nJobs: Redis', [['Redis'], ['Web', 'Jobs'], ['App']]],
    [
      'one more than the highest below',
      'App: Web Redis\nWeb: Cache\nCache: Redis',
      [['Redis'], ['Cache'], ['Web'], ['App']],
    ],
    ['nothing but a root', 'App:', [['App']]],
  ])('%s', (_, text, levels) => {
    const { root } = graph(text);
    expect(levelsOf(new Container(), root('App'))).toEqual(levels);
  });
});

describe('a node of a plan', () => {
  it('has id, name, kind, dependencies and level', () => {
    @service()
    class Redis extends Service {}
    @service()
    class Users {
      constructor(readonly redis: Redis) {}
    }
    class App {
      readonly given: readonly unknown[];
      constructor(...given: unknown[]) {
        this.given = given;
      }
      onStart() {}
    }
    service({ inject: [Users, 'url', 'pool', 'now'], dependsOn: [Redis] })(App);
    const container = new Container();
    container.bind('url').toConstantValue('redis://');
    container.bind('now').toDynamicValue(() => new Date());
    container.resource('pool', { inject: ['url'], start: () => ({}) });
    expect(container.plan(App)).toEqual({
      roots: ['App'],
      order: [
        { id: 'Redis', name: 'Redis', kind: 'service', dependencies: [], level: 0 },
        { id: 'Users', name: 'Users', kind: 'injectable', dependencies: ['Redis'], level: 1 },
        { id: 'url', name: 'url', kind: 'value', dependencies: [], level: 0 },
        { id: 'pool', name: 'pool', kind: 'resource', dependencies: ['url'], level: 1 },
        { id: 'now', name: 'now', kind: 'value', dependencies: [], level: 0 },
        { id: 'App', name: 'App', kind: 'service', dependencies: ['Users', 'url', 'pool', 'now', 'Redis'], level: 2 },
      ],
      levels: [
        [
          expect.objectContaining({ id: 'Redis' }),
          expect.objectContaining({ id: 'url' }),
          expect.objectContaining({ id: 'now' }),
        ],
        [expect.objectContaining({ id: 'Users' }), expect.objectContaining({ id: 'pool' })],
        [expect.objectContaining({ id: 'App' })],
      ],
    });
  });

  it("has a unique id: the name, or 'Name#2' where names repeat", () => {
    const { player } = troupe();
    const one = player('Cache');
    const two = player('Cache');
    const really = player('Cache#2');
    const App = player('App', { needs: [one, two, really, player('Cache')] });
    const { order } = new Container().plan(App);
    expect(order.map(({ id, name }) => `${id} (${name})`)).toEqual([
      'Cache (Cache)',
      'Cache#2 (Cache)',
      'Cache#2#2 (Cache#2)',
      'Cache#3 (Cache)',
      'App (App)',
    ]);
    expect(order.at(-1)?.dependencies).toEqual(['Cache', 'Cache#2', 'Cache#2#2', 'Cache#3']);
  });

  it('keeps its id from plan to plan', () => {
    const { player } = troupe();
    const one = player('Cache');
    const two = player('Cache');
    const container = new Container();
    expect(container.plan(two).roots).toEqual(['Cache']);
    expect(container.plan(one).roots).toEqual(['Cache#2']);
    expect(container.plan(one, two).roots).toEqual(['Cache#2', 'Cache']);
  });
});

describe('planning has no side effects', () => {
  it('nothing is constructed, called or started', () => {
    const log: string[] = [];
    @service()
    class Redis {
      constructor() {
        log.push('constructor');
      }
      onStart() {
        log.push('onStart');
      }
    }
    class Plain {
      constructor() {
        log.push('plain');
      }
    }
    class App {
      constructor(..._: unknown[]) {
        log.push('App');
      }
    }
    service({ inject: [Redis, Plain, 'value', 'factory', 'pool', 'resolved'] })(App);
    const { container, history } = stage();
    container.bind(Plain).toSelf();
    container.bind('value').toDynamicValue(() => log.push('dynamic'));
    container.bind<() => number>('factory').toFactory(() => () => log.push('factory'));
    container.bind('resolved').toResolvedValue(() => log.push('resolved'), []);
    container.resource('pool', { start: () => log.push('pool') });
    container.onActivation(Redis, () => log.push('activated') as never);
    expect(container.plan(App).order.map(({ name }) => name)).toEqual([
      'Redis',
      'Plain',
      'value',
      'factory',
      'pool',
      'resolved',
      'App',
    ]);
    container.graph(App);
    expect(log).toEqual([]);
    expect(container.state).toBe('idle');
    expect(history.list).toEqual([]);
  });

  it('also not when the plan is unsound', async () => {
    const { player, log } = troupe();
    const App = player('App', { needs: [player('Redis'), 'missing'] });
    const { container } = stage();
    expect(() => container.plan(App)).toThrow(PlanError);
    await rejection(container.boot(App));
    expect(log).toEqual([]);
    expect(container.state).toBe('idle');
  });

  it('a plan that is changed by hand changes nothing', () => {
    const { root } = graph('App: Redis');
    const container = new Container();
    container.plan(root('App')).order[1]?.dependencies.pop();
    expect(container.plan(root('App')).order[1]?.dependencies).toEqual(['Redis']);
  });
});
