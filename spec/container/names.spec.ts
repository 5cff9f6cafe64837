/** Whatever things are called, and however deep they lie: everything is shown, and no object of the program is changed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Container, Service, service, task, timer } from '../../lib/index.js';
import { fromJson, toDot, toJson, toMermaid, toText } from '../../lib/graph-export/index.js';

const MEMBERS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

class Named extends Service {
  constructor(private readonly called: string) {
    super();
  }

  override get label(): string {
    return this.called;
  }
}

/** A service of a name, with a dependency, a resource, and two children below each other of that name. */
async function programCalled(name: string) {
  @service({ name: 'Dep' })
  class Dep extends Service {}

  @service({ name, inject: [Dep, 'pool'] })
  class App extends Service {
    constructor(
      readonly dep: Dep,
      readonly pool: object,
    ) {
      super();
    }

    override onStart(): void {
      const child = this.addDependency(new Named(name));
      child.addDependency(new Named('isAdmin'));
    }

    @task({ name })
    async work(): Promise<void> {
      await this.waitUntilStopped();
    }

    @timer('1h', { name })
    tick(): void {
      // is only to be there
    }
  }
  const container = new Container();
  container.resource('pool', { name, start: () => ({}) });
  const app = await container.boot(App);
  app.diag.set(name);
  return { app, container, plan: container.plan(App) };
}

describe.each([...MEMBERS, 'App', 'extend'])('a service, resource, child, task, timer and flag called %s', (name) => {
  beforeEach(() => {
    // some programs do
    Reflect.defineProperty(Object.prototype, 'extend', {
      value: () => 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  });
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'extend');
  });

  it('are all there, by their names', async () => {
    const before = Reflect.ownKeys(Object.prototype);
    const { app, container, plan } = await programCalled(name);
    const graph = container.graph();
    const names = graph.nodes().map((id) => (graph.node(id) as { name: string }).name);
    expect(names.sort()).toEqual(['Dep', 'isAdmin', name, name, name].sort());
    expect(graph.edges()).toHaveLength(4);
    expect(plan.order.map((node) => node.name).sort()).toEqual(['Dep', name, name].sort());
    expect(graph.nodes()).toEqual(expect.arrayContaining(plan.order.map(({ id }) => id)));
    expect(
      container
        .health()
        .services.map((one) => one.name)
        .sort(),
    ).toEqual(['Dep', name, name].sort());
    expect(container.timers().map((one) => one.name)).toEqual([name]);
    expect(Object.keys(app.tracebacks())).toEqual([name]);
    expect([...app.diag.flags]).toEqual([name]);
    expect(app.beacon.asGraph().nodeCount()).toBe(5);

    for (const draw of [toText, toDot, toMermaid]) expect(draw(graph).split('isAdmin').length).toBeGreaterThan(1);
    const copy = fromJson(JSON.parse(JSON.stringify(toJson(graph))) as ReturnType<typeof toJson>);
    expect(copy.nodes().map((id) => copy.node(id) as unknown)).toEqual(
      graph.nodes().map((id) => graph.node(id) as unknown),
    );
    await container.stop();
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});

describe('fromJson() of a text from outside', () => {
  it.each(MEMBERS)('makes a node that is called %s, and changes no other object', (id) => {
    const text = JSON.stringify({
      nodes: ['ID', 'isAdmin'].map((one) => ({ id: one })),
      edges: [{ from: 'ID', to: 'isAdmin' }],
    });
    const graph = fromJson(JSON.parse(text.replaceAll('ID', id)) as ReturnType<typeof toJson>);
    expect(graph.nodeCount()).toBe(2);
    expect(graph.edges()).toHaveLength(1);
    expect(toText(graph)).toBe(`${id}\n└── isAdmin\n`);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});

describe('20,000 children below each other', () => {
  const DEPTH = 20_000;
  class Deep extends Service {
    @task()
    async work(): Promise<void> {
      await this.waitUntilStopped();
    }

    @timer('1h')
    tick(): void {
      // is only to be there
    }
  }

  it('are shown by graph(), tracebacks(), timers() and all pictures', async () => {
    const top = new Deep();
    let at: Service = top;
    for (let depth = 1; depth < DEPTH; depth += 1) at = at.addDependency(new Deep());
    const container = new Container();
    await container.boot(container.adopt(top));
    const graph = container.graph();
    expect([graph.nodeCount(), graph.edgeCount()]).toEqual([DEPTH, DEPTH - 1]);
    const keys = Object.keys(top.tracebacks());
    expect(keys.slice(0, 3)).toEqual(['work', 'Deep → work', 'Deep → Deep → work']);
    expect([keys.length, keys.at(-1)?.length]).toEqual([DEPTH, expect.any(Number)]);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(200);
    expect(container.timers()).toHaveLength(DEPTH);
    expect(toText(graph).split('\n').length).toBeGreaterThan(DEPTH);
    for (const draw of [toDot, toMermaid]) expect(draw(graph).split('\n').length).toBeGreaterThan(2 * DEPTH - 1);
    expect(fromJson(toJson(graph)).nodeCount()).toBe(DEPTH);
    expect(at.beacon.depth).toBe(DEPTH - 1);
    expect(top.beacon.asGraph().nodeCount()).toBe(DEPTH);
    await container.stop();
  }, 60_000);
});
