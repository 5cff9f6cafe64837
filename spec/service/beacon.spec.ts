import { Graph, alg } from '@dagrejs/graphlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Container, Service, service, type Beacon, type LogLevel } from '../../lib/index.js';
import { theatre } from '../lifecycle/support.js';

/** root with left and right, and leaf below left. */
function tree() {
  const stage = theatre();
  const [root, left, right, leaf] = ['root', 'left', 'right', 'leaf'].map((name) => stage.actor(name)) as [
    Service,
    Service,
    Service,
    Service,
  ];
  root.addDependency(left);
  root.addDependency(right);
  left.addDependency(leaf);
  return { ...stage, root, left, right, leaf };
}

const namesOf = (beacons: Iterable<Beacon>): string[] => Array.from(beacons, ({ name }) => name);

describe('a beacon', () => {
  it('of a service by itself is the root', () => {
    const { beacon } = theatre().actor('A');
    expect([beacon.name, beacon.depth, beacon.path, beacon.parent, beacon.children, beacon.root.name]).toEqual([
      'A',
      0,
      ['A'],
      undefined,
      [],
      'A',
    ]);
  });

  it('is one object for each place, however it is reached', () => {
    const { root, left, leaf } = tree();
    expect(leaf.beacon).toBe(leaf.beacon);
    expect(leaf.beacon.parent).toBe(left.beacon);
    expect(leaf.beacon.root).toBe(root.beacon);
    expect(root.beacon.children.includes(left.beacon)).toBe(true);
    expect([...leaf.beacon.walk()].at(-1)).toBe(root.beacon);
  });

  it('knows its root, parent and children, path and depth', () => {
    const { root, left, leaf } = tree();
    expect(leaf.beacon.root.data).toBe(root);
    expect(leaf.beacon.parent?.data).toBe(left);
    expect(namesOf(root.beacon.children)).toEqual(['left', 'right']);
    expect(root.beacon.children[0]?.data).toBe(left);
    expect(leaf.beacon.path).toEqual(['root', 'left', 'leaf']);
    expect([root, left, leaf].map(({ beacon }) => beacon.depth)).toEqual([0, 1, 2]);
  });

  it('walks from where it is up to the root', () => {
    const { leaf, root } = tree();
    expect(namesOf(leaf.beacon.walk())).toEqual(['leaf', 'left', 'root']);
    expect(namesOf(root.beacon.walk())).toEqual(['root']);
  });

  it('is a graph of everything from where it is down', () => {
    const { root, left } = tree();
    const graph = root.beacon.asGraph();
    expect(graph).toBeInstanceOf(Graph);
    expect(alg.preorder(graph, ['root'])).toEqual(['root', 'left', 'leaf', 'right']);
    expect(
      graph
        .edges()
        .map(({ v, w }) => `${v}→${w}`)
        .sort(),
    ).toEqual(['left→leaf', 'root→left', 'root→right']);
    expect(graph.node('leaf')).toEqual({ name: 'leaf' });
    expect(left.beacon.asGraph().nodes()).toEqual(['left', 'leaf']);
  });

  it('tells apart what has the same name', () => {
    const { actor, root } = tree();
    root.addDependency(actor('leaf'));
    expect(root.beacon.asGraph().nodes().sort()).toEqual(['leaf', 'leaf#2', 'left', 'right', 'root']);
  });

  it('follows what is added and let go', async () => {
    const { root, left, leaf } = tree();
    await root.removeDependency(left);
    expect(namesOf(root.beacon.children)).toEqual(['right']);
    expect([left.beacon.parent, leaf.beacon.path]).toEqual([undefined, ['left', 'leaf']]);
  });

  it('sees a tree that is very deep', () => {
    const { actor, root } = tree();
    let last: Service = root;
    for (let depth = 1; depth <= 2000; depth += 1) last = last.addDependency(actor(`n${String(depth)}`, { only: [] }));
    expect([last.beacon.depth, last.beacon.path.length, last.beacon.root.data === root]).toEqual([2000, 2001, true]);
    expect(root.beacon.asGraph().nodeCount()).toBe(2004);
  });
});

@service()
class Redis extends Service {}

@service()
class Cache extends Service {
  readonly child = new Child();
  constructor(readonly redis: Redis) {
    super();
  }
  override onStart(): void {
    this.addDependency(this.child);
  }
}

@service()
class Users extends Service {
  constructor(
    readonly cache: Cache,
    readonly redis: Redis,
  ) {
    super();
  }
}

class Child extends Service {}

@service()
class App extends Service {
  constructor(
    readonly users: Users,
    readonly cache: Cache,
  ) {
    super();
  }
}

describe('in a container, the beacon of a service', () => {
  it('is below the dependent through which the root is nearest', async () => {
    const app = await new Container().boot(App);
    const { users, cache } = app;
    const { redis } = cache;
    expect([app, users, cache, redis].map(({ beacon }) => beacon.path)).toEqual([
      ['App'],
      ['App', 'Users'],
      ['App', 'Cache'],
      ['App', 'Users', 'Redis'],
    ]);
    expect([app, users, cache, redis].map(({ beacon }) => beacon.depth)).toEqual([0, 1, 1, 2]);
    expect(redis.beacon.root.data).toBe(app);
    expect(cache.child.beacon.path).toEqual(['App', 'Cache', 'Child']);
    expect([...cache.child.beacon.walk()].map(({ data }) => data)).toEqual([cache.child, cache, app]);
  });

  it('is a graph', async () => {
    const app = await new Container().boot(App);
    expect(
      app.beacon
        .asGraph()
        .edges()
        .map(({ v, w }) => `${v}→${w}`)
        .sort(),
    ).toEqual(['App→Cache', 'App→Users', 'Cache→Child', 'Users→Redis']);
  });
});

describe('the log of a service', () => {
  /** A logger that keeps what it is given. */
  function keeping() {
    const lines: [LogLevel, string, unknown?][] = [];
    const at = (level: LogLevel) => (message: string, meta?: unknown) =>
      void lines.push(meta === undefined ? [level, message] : [level, message, meta]);
    return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
  }

  it('is prefixed by its depth', async () => {
    const { lines, logger } = keeping();
    const app = await new Container({ logger }).boot(App);
    for (const each of [app, app.users, app.cache, app.cache.redis, app.cache.child]) each.log.info('Hello');
    expect(lines).toEqual([
      ['info', '[^App]: Hello'],
      ['info', '[^-Users]: Hello'],
      ['info', '[^-Cache]: Hello'],
      ['info', '[^--Redis]: Hello'],
      ['info', '[^--Child]: Hello'],
    ]);
  });

  it('hands every level and everything else on', async () => {
    const { lines, logger } = keeping();
    const { log } = await new Container({ logger }).boot(Redis);
    log.debug('a', { of: 'debug' });
    log.info('b', 1);
    log.warn('c');
    log.error('d', new Error('boom'));
    expect(lines).toEqual([
      ['debug', '[^Redis]: a', { of: 'debug' }],
      ['info', '[^Redis]: b', 1],
      ['warn', '[^Redis]: c'],
      ['error', '[^Redis]: d', new Error('boom')],
    ]);
  });

  it('can be taken out of its service, and follows it through the tree', () => {
    const { actor, log } = theatre();
    const child = actor('child');
    const { info } = child.log;
    info('alone');
    actor('parent').addDependency(child);
    info('below');
    expect(log).toEqual(['info [^child]: alone', 'info [^-child]: below']);
  });

  it('is silent until somebody gives a logger', async () => {
    const said = vi.fn<() => boolean>(() => true);
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(said);
    for (const method of ['debug', 'info', 'log', 'warn', 'error'] as const) {
      vi.spyOn(console, method).mockImplementation(said);
    }
    onTestFinished(() => void vi.restoreAllMocks());
    const { log } = await new Container().boot(Redis);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log[level]('nobody hears');
      new Child().log[level]('nobody hears');
    }
    expect(said).not.toHaveBeenCalled();
  });
});
