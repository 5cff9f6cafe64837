/**
 * `graph(...roots)`: nodes `{ name, kind, state, ... }`, running children among them, edges from dependent to dependency
 * `{ kind: 'inject' | 'dependsOn' | 'child' }`; node ids are unique, names are what people read.
 */
import { Graph } from '@dagrejs/graphlib';
import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { settle, stage, troupe } from './support.js';

function describeGraph(graph: Graph) {
  return {
    nodes: graph.nodes().map((id) => {
      const { name, kind, state } = graph.node(id) as { name: string; kind: string; state: string };
      return `${id}: ${name}, ${kind}, ${state}`;
    }),
    edges: graph.edges().map((edge) => `${edge.v} → ${edge.w}: ${(graph.edge(edge) as { kind: string }).kind}`),
  };
}

function program() {
  class Connection extends Service {}
  class Listener extends Service {
    override onStart() {
      this.addDependency(new Connection());
    }
  }
  @service()
  class Redis extends Service {
    override onStart() {
      this.addDependency(new Connection());
      this.addDependency(new Listener());
    }
  }
  @service()
  class Users {
    constructor(readonly redis: Redis) {}
  }
  class Migrations {
    onStart() {}
  }
  service()(Migrations);
  class App {
    readonly given: readonly unknown[];
    constructor(...given: unknown[]) {
      this.given = given;
    }
    onStart() {}
  }
  service({ inject: [Users, 'url', 'pool'], dependsOn: [Migrations] })(App);
  const { container, ...rest } = stage();
  container.bind('url').toConstantValue('redis://');
  container.resource('pool', { inject: ['url'], start: () => 1 });
  return { container, App, Redis, ...rest };
}

const edges = [
  'Users → Redis: inject',
  'pool → url: inject',
  'App → Users: inject',
  'App → url: inject',
  'App → pool: inject',
  'App → Migrations: dependsOn',
];

describe('graph()', () => {
  it('of a program that was not booted', () => {
    const { container, App } = program();
    const graph = container.graph(App);
    expect(graph).toBeInstanceOf(Graph);
    expect([graph.isDirected(), graph.isMultigraph(), graph.isCompound()]).toEqual([true, false, false]);
    expect(describeGraph(graph)).toEqual({
      nodes: [
        'Redis: Redis, service, idle',
        'Users: Users, injectable, idle',
        'url: url, value, idle',
        'pool: pool, resource, idle',
        'Migrations: Migrations, service, idle',
        'App: App, service, idle',
      ],
      edges,
    });
  });

  it('of a program that runs, with its running children', async () => {
    const { container, App } = program();
    await container.boot(App);
    const { nodes, edges: all } = describeGraph(container.graph(App));
    expect(nodes).toEqual([
      'Redis: Redis, service, running',
      'Users: Users, injectable, running',
      'url: url, value, running',
      'pool: pool, resource, running',
      'Migrations: Migrations, service, running',
      'App: App, service, running',
      'Connection: Connection, child, running',
      'Listener: Listener, child, running',
      'Connection#2: Connection, child, running',
    ]);
    expect(all.filter((edge) => !edge.endsWith(': child')).sort()).toEqual([...edges].sort());
    expect(all.filter((edge) => edge.endsWith(': child'))).toEqual([
      'Redis → Connection: child',
      'Redis → Listener: child',
      'Listener → Connection#2: child',
    ]);
    await container.stop();
  });

  it('of a program that has stopped', async () => {
    const { container, App } = program();
    await container.boot(App);
    await container.stop();
    const { nodes } = describeGraph(container.graph(App));
    expect(nodes.filter((node) => !node.includes('child'))).toEqual([
      'Redis: Redis, service, stopped',
      'Users: Users, injectable, stopped',
      'url: url, value, stopped',
      'pool: pool, resource, stopped',
      'Migrations: Migrations, service, stopped',
      'App: App, service, stopped',
    ]);
  });

  it('without roots is of everything bound or booted', async () => {
    const { container, Redis } = program();
    const { player } = troupe();
    container.bind('bound').to(player('Bound'));
    expect(container.graph().nodes()).toEqual(['url', 'pool', 'Bound']);
    await container.boot(Redis);
    expect(container.graph().nodes().sort()).toEqual([
      'Bound',
      'Connection',
      'Connection#2',
      'Listener',
      'Redis',
      'pool',
      'url',
    ]);
    await container.stop();
  });

  it('shows each state on the way', async () => {
    const { player, hold, release } = troupe();
    const Redis = player('Redis');
    const App = player('App', { needs: [Redis] });
    const { container } = stage();
    const states = () =>
      container
        .graph(App)
        .nodes()
        .map((id) => (container.graph(App).node(id) as { state: string }).state);
    hold('+Redis', '-Redis');
    const booting = container.boot(App);
    await settle();
    expect(states()).toEqual(['starting', 'idle']);
    release('+Redis');
    await booting;
    expect(states()).toEqual(['running', 'running']);
    const stopping = container.stop();
    await settle();
    expect(states()).toEqual(['stopping', 'stopped']);
    release('-Redis');
    await stopping;
    expect(states()).toEqual(['stopped', 'stopped']);
  });

  it('has unique ids where names repeat', () => {
    const { player } = troupe();
    const App = player('App', { needs: [player('Cache'), player('Cache')] });
    expect(describeGraph(new Container().graph(App))).toEqual({
      nodes: ['Cache: Cache, service, idle', 'Cache#2: Cache, service, idle', 'App: App, service, idle'],
      edges: ['App → Cache: inject', 'App → Cache#2: inject'],
    });
  });

  it('has the ids of plan()', () => {
    const { container, App } = program();
    expect(container.graph(App).nodes()).toEqual(container.plan(App).order.map(({ id }) => id));
  });

  it('says what else is known: level, restarts, and how long the last start took', async () => {
    const { player, hold, release } = troupe();
    const App = player('App', { needs: [player('Redis')] });
    const { container, clock } = stage();
    hold('+App');
    const booting = container.boot(App);
    await clock.advance('250ms');
    release('+App');
    await booting;
    expect(container.graph(App).node('App')).toEqual({
      name: 'App',
      kind: 'service',
      state: 'running',
      level: 1,
      restarts: 0,
      ownMs: 250,
    });
    await container.restart(App);
    expect(container.graph(App).node('App')).toMatchObject({ restarts: 1 });
    await container.stop();
  });
});
