/** `mode-ts/graph`: what the pictures, the text and the data look like. */

import { Graph } from '@dagrejs/graphlib';
import { describe, expect, it } from 'vitest';
import { fromJson, toDot, toJson, toMermaid, toText, type GraphNode } from '../../lib/graph-export/index.js';
import { Container, Service, service } from '../../lib/index.js';

const { state, ...aService } = { kind: 'service', state: 'running', restarts: 0 } as const;

/**
 *     App ──── Api ──┬── Db ┈┈ Poller
 *                    ├── pool ── Db
 *                    ├── config
 *                    └╌╌ Migrations
 */
function program(): Graph {
  const graph = new Graph({ directed: true });
  const node = (name: string, label: Partial<GraphNode> = {}): unknown =>
    graph.setNode(name, { name, ...aService, state, ...label });
  node('Db', { state: 'crashed', restarts: 2, ownMs: 12.34 });
  node('pool', { kind: 'resource', state: 'stopped', restarts: 1 });
  node('config', { kind: 'value' });
  node('Migrations');
  node('Api', { state: 'starting' });
  node('App', { state: 'idle' });
  node('Poller', { kind: 'child', state: 'stopping' });
  graph.setEdge('Db', 'Poller', { kind: 'child' });
  graph.setEdge('pool', 'Db', { kind: 'inject' });
  graph.setEdge('Api', 'Db', { kind: 'inject' });
  graph.setEdge('Api', 'pool', { kind: 'inject' });
  graph.setEdge('Api', 'config', { kind: 'inject' });
  graph.setEdge('Api', 'Migrations', { kind: 'dependsOn' });
  graph.setEdge('App', 'Api', { kind: 'inject' });
  return graph;
}

/** Two nodes of which one has a name that nobody should give. */
function named(name: string): Graph {
  const graph = new Graph({ directed: true });
  graph.setNode(name, { name, ...aService });
  graph.setEdge('App', name, { kind: 'inject' });
  return graph;
}

describe('toDot', () => {
  it('draws kinds as shapes, states as colours and words, and kinds of edges as lines', () => {
    expect(toDot(program())).toBe(
      String.raw`digraph "services" {
  rankdir=TB;
  node [fontname="Helvetica"];
  "Db" [label="Db\ncrashed, 2 restarts", shape=box, style="rounded,filled", fillcolor="#ffc9c9"];
  "pool" [label="pool\nresource, stopped, 1 restart", shape=cylinder, style=filled, fillcolor="#dee2e6"];
  "config" [label="config\nvalue", shape=note, style=filled, fillcolor="#d3f9d8"];
  "Migrations" [label="Migrations\nrunning", shape=box, style="rounded,filled", fillcolor="#d3f9d8"];
  "Api" [label="Api\nstarting", shape=box, style="rounded,filled", fillcolor="#fff3bf"];
  "App" [label="App\nidle", shape=box, style="rounded,filled", fillcolor="#f1f3f5"];
  "Poller" [label="Poller\nchild, stopping", shape=ellipse, style=filled, fillcolor="#ffe8cc"];
  "Db" -> "Poller" [style=dotted];
  "pool" -> "Db";
  "Api" -> "Db";
  "Api" -> "pool";
  "Api" -> "config";
  "Api" -> "Migrations" [style=dashed];
  "App" -> "Api";
}
`,
    );
  });

  it('leaves states out, and takes a name and a direction', () => {
    const graph = new Graph({ directed: true });
    graph.setNode('App', { name: 'App', ...aService, state, restarts: 3 });
    graph.setEdge('App', 'pool', { kind: 'inject' });
    graph.setNode('pool', { name: 'pool', kind: 'resource', state });
    expect(toDot(graph, { name: 'my "app"', direction: 'LR', states: false })).toBe(
      String.raw`digraph "my \"app\"" {
  rankdir=LR;
  node [fontname="Helvetica"];
  "App" [label="App", shape=box, style="rounded,filled", fillcolor=white];
  "pool" [label="pool\nresource", shape=cylinder, style=filled, fillcolor=white];
  "App" -> "pool";
}
`,
    );
  });

  it.each([
    ['a "quoted" one', String.raw`a \"quoted\" one`, String.raw`a \"quoted\" one`],
    [String.raw`C:\new`, String.raw`C:\\new`, String.raw`C:\\new`],
    ['ends in \\', String.raw`ends in \\`, String.raw`ends in \\`],
    ['two\nlines', 'two\nlines', String.raw`two\nlines`],
    ['Q&amp;A', 'Q&amp;A', 'Q&amp;amp;A'],
    ['<b>Größe</b> 🚀', '<b>Größe</b> 🚀', '<b>Größe</b> 🚀'],
  ])('escapes %j', (name, id, label) => {
    const dot = toDot(named(name));
    expect(dot).toContain(`  "${id}" [label="${label}", `);
    expect(dot).toContain(`  "App" -> "${id}";`);
  });
});

describe('toMermaid', () => {
  it('draws kinds as shapes, states as colours and words, and kinds of edges as lines', () => {
    expect(toMermaid(program())).toBe(
      `flowchart TB
  n0("Db<br/>crashed, 2 restarts"):::crashed
  n1[("pool<br/>resource, stopped, 1 restart")]:::stopped
  n2>"config<br/>value"]:::running
  n3("Migrations<br/>running"):::running
  n4("Api<br/>starting"):::starting
  n5("App<br/>idle"):::idle
  n6(["Poller<br/>child, stopping"]):::stopping
  n0 -.-o n6
  n1 --> n0
  n4 --> n0
  n4 --> n1
  n4 --> n2
  n4 -.-> n3
  n5 --> n4
  classDef idle fill:#f1f3f5,stroke:#495057,color:#212529
  classDef starting fill:#fff3bf,stroke:#495057,color:#212529
  classDef running fill:#d3f9d8,stroke:#495057,color:#212529
  classDef stopping fill:#ffe8cc,stroke:#495057,color:#212529
  classDef stopped fill:#dee2e6,stroke:#495057,color:#212529
  classDef crashed fill:#ffc9c9,stroke:#495057,color:#212529
`,
    );
  });

  it('leaves states out, and takes a direction', () => {
    const graph = new Graph({ directed: true });
    graph.setNode('App', { name: 'App', ...aService, state });
    graph.setNode('Clock', { name: 'Clock', kind: 'injectable', state });
    graph.setEdge('App', 'Clock', { kind: 'inject' });
    expect(toMermaid(graph, { direction: 'LR', states: false })).toBe(
      `flowchart LR
  n0("App")
  n1["Clock<br/>injectable"]
  n0 --> n1
`,
    );
  });

  it.each([
    ['say "hi"', 'say#32;#34;hi#34;'],
    ['Foo#2', 'Foo#35;2'],
    ['`code`', '#96;code#96;'],
    ['direction TB', 'direction#32;TB'],
    ['%%{init: {}}%%', '#37;#37;#123;init#58;#32;#123;#125;#125;#37;#37;'],
    ['<i>', '#60;i#62;'],
    ['two\nlines', 'two#10;lines'],
    ['end', 'end'],
    ['Größe-1.5_日本', 'Größe-1.5_日本'],
    ['🚀', '#128640;'],
  ])('escapes %j', (name, label) => {
    expect(toMermaid(named(name))).toContain(`  n0("${label}")\n`);
  });
});

describe('toText', () => {
  it('draws a tree, everything once, with dashed and dotted lines', () => {
    expect(toText(program())).toBe(
      `App (idle)
└── Api (starting)
    ├── Db (crashed, 2 restarts)
    │   └┈┈ Poller (child, stopping)
    ├── pool (resource, stopped, 1 restart)
    │   └── Db ↑
    ├── config (value)
    └╌╌ Migrations (running)
`,
    );
  });

  it('leaves states out, and tells how long starts took', () => {
    expect(toText(program(), { states: false })).toBe(
      `App
└── Api
    ├── Db
    │   └┈┈ Poller (child)
    ├── pool (resource)
    │   └── Db ↑
    ├── config (value)
    └╌╌ Migrations
`,
    );
    expect(toText(program(), { times: true })).toContain('Db (crashed, 2 restarts, 12ms)');
  });

  it('draws one tree for each root', () => {
    const graph = new Graph({ directed: true });
    graph.setEdge('A', 'Db').setEdge('B', 'Db').setNode('C');
    expect(toText(graph)).toBe('A\n└── Db\nB\n└── Db ↑\nC\n');
  });

  it('continues at the margin what lies too deep', () => {
    const chain = new Graph({ directed: true });
    chain.setPath(['A', 'B', 'C', 'D', 'E', 'F']);
    expect(toText(chain, { depth: 2 })).toBe(
      `A
└── B
    └── C ↓
C
└── D
    └── E ↓
E
└── F
`,
    );
  });

  it('survives a cycle, which no plan has', () => {
    const graph = new Graph({ directed: true });
    graph.setEdge('A', 'B').setEdge('B', 'A');
    expect(toText(graph)).toBe('A\n└── B\n    └── A ↑\n');
  });

  it('keeps each node on one line', () => {
    expect(toText(named('two\n  lines'))).toBe('App\n└── two lines\n');
  });

  it('is limited neither by depth nor by width', () => {
    const chain = new Graph({ directed: true });
    chain.setPath(Array.from({ length: 5_000 }, (_, index) => `S${String(index)}`));
    expect(toText(chain).split('\n')).toHaveLength(5_000 + Math.floor(4_998 / 32) + 1);
    const star = new Graph({ directed: true });
    for (let index = 0; index < 20_000; index += 1) star.setEdge('App', `S${String(index)}`);
    expect(toText(star).split('\n')).toHaveLength(20_002);
  });
});

describe('toJson and fromJson', () => {
  it('give plain data', () => {
    const graph = named('Db#2');
    expect(toJson(graph)).toEqual({
      nodes: [{ id: 'Db#2', name: 'Db#2', kind: 'service', restarts: 0 }, { id: 'App' }],
      edges: [{ from: 'App', to: 'Db#2', kind: 'inject' }],
    });
  });

  it('come back to the same graph, through text', () => {
    const graph = program();
    const back = fromJson(JSON.parse(JSON.stringify(toJson(graph))) as ReturnType<typeof toJson>);
    expect(back).toBeInstanceOf(Graph);
    expect(toJson(back)).toEqual(toJson(graph));
    expect(toDot(back)).toBe(toDot(graph));
  });

  it.each([
    [undefined, 'it has no lists of nodes and edges'],
    [{ nodes: [] }, 'it has no lists of nodes and edges'],
    [{ nodes: [{ name: 'A' }], edges: [] }, 'there is a node without an id'],
    [{ nodes: [{ id: 'A' }], edges: [{ from: 'A', to: 'B' }] }, 'the edge from A to B leads nowhere'],
  ])('refuse %j', (json, reason) => {
    expect(() => fromJson(json as never)).toThrow(
      new TypeError(`This is no graph: ${reason}\n  → Give what toJson() returned, or JSON.parse() of its text.`),
    );
  });
});

describe('a real container', () => {
  const POOL = Symbol('pool');

  @service()
  class Migrations extends Service {}

  @service()
  class Db extends Service {
    override onInitDependencies(): Service[] {
      return [Service.from(() => this.waitUntilStopped(), { name: 'Poller' })];
    }
  }

  @service({ inject: [Db, POOL], dependsOn: [Migrations] })
  class Api extends Service {
    constructor(
      readonly db: Db,
      readonly pool: unknown,
    ) {
      super();
    }
  }

  function container(): Container {
    const made = new Container();
    made.resource(POOL, { inject: [Db], start: () => ({}) });
    return made;
  }

  it('is drawn as it is: before, while it runs, and after', async () => {
    const running = container();
    const tree = (word: string): string =>
      `Api (${word})\n├── Db (${word})\n├── pool (resource, ${word})\n│   └── Db ↑\n└╌╌ Migrations (${word})\n`;
    expect(toText(running.graph(Api))).toBe(tree('idle'));
    await running.boot(Api);
    expect(toText(running.graph(Api))).toBe(
      tree('running').replace('├── pool', '│   └┈┈ Poller (child, running)\n├── pool'),
    );
    await running.stop();
    expect(toText(running.graph(Api))).toContain('├── Db (stopped)\n│   └┈┈ Poller (child, stopped)\n');
  });

  it('is drawn the same each time', () => {
    expect(toDot(container().graph(Api))).toBe(toDot(container().graph(Api)));
    expect(toMermaid(container().graph(Api))).toBe(toMermaid(container().graph(Api)));
  });

  it('takes the tree of beacons as well', async () => {
    await using running = container();
    const api = await running.boot(Api);
    expect(toText(api.beacon.asGraph())).toBe('Api\n├── Db\n│   └── Poller\n├── pool\n└── Migrations\n');
  });
});

describe('a name that no program can show', () => {
  const control = 'a\u0000b\u001B[2J\u0007';

  it('has its control characters written out, in every picture', () => {
    // eslint-disable-next-line no-control-regex -- these are what it is about
    const forbidden = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;
    const graph = named(control);
    for (const draw of [toDot, toMermaid, toText]) expect(forbidden.test(draw(graph))).toBe(false);
    expect(toText(graph)).toContain(String.raw`a\x00b\x1b[2J\x07`);
    expect(toDot(graph)).toContain(String.raw`"App" -> "a\\x00b\\x1b[2J\\x07"`);
    expect(fromJson(toJson(graph)).hasNode(control)).toBe(true);
  });

  it('is shortened, since Graphviz takes 16,384 bytes, and told from others that begin like it', () => {
    const graph = named('&'.repeat(20_000));
    graph.setNode(`${'&'.repeat(19_999)}!`, { name: 'other', ...aService });
    const dot = toDot(graph);
    for (const [text] of dot.matchAll(/"(?:[^"\\]|\\.)*"/g)) expect(Buffer.byteLength(text)).toBeLessThan(16_384);
    expect(new Set(Array.from(dot.matchAll(/^ {2}("[^"]*") \[/gm), ([, id]) => id)).size).toBe(3);
    expect(toMermaid(graph).length).toBeLessThan(20_000);
    expect(toDot(graph, { name: 'x'.repeat(20_000) }).split('\n')[0]?.length).toBeLessThan(2_000);
  });
});
