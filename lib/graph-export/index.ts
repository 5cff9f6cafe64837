/**
 * `mode-ts/graph`: the graph that `container.graph()` gives, as pictures, as text and as JSON. Pure functions, which take
 * any other directed graph of graphlib as well (that of `beacon.asGraph()`, say). What comes out is in the order of the
 * graph, which is the same for the same program everywhere.
 */
import { Graph, type Edge } from '@dagrejs/graphlib';
import { formatMs } from '../base/duration.js';
import { nodeNames, UniqueNames } from '../base/unique-names.js';
import { describeError, shorten } from '../base/words.js';
import type { ServiceState } from '../base/events.js';
import type { GraphNode } from '../container/picture.js';
import { requireOptions } from '../base/nearest.js';

export type { GraphNode } from '../container/picture.js';

/** Why one node comes before another: it is injected, it is only there first, or it is a child that runs. */
export type GraphEdgeKind = 'inject' | 'dependsOn' | 'child';

/** What the functions have in common. */
export interface DrawOptions {
  /** Whether states and restarts are shown. `false` for a picture of the program, rather than of a moment. Default true. */
  states?: boolean;
  /** Whether it is shown how long each start took. Default false. */
  times?: boolean;
}

/** How a picture is laid out, and what it shows. */
export interface PictureOptions extends DrawOptions {
  /** Where dependencies are: below (`'TB'`, the default), above, to the right or to the left of what needs them. */
  direction?: 'TB' | 'BT' | 'LR' | 'RL';
}

/** What Graphviz is told. */
export interface DotOptions extends PictureOptions {
  /** The name of the graph. Default `'services'`. */
  name?: string;
}

/** How a tree of text is written, and what it shows. */
export interface TextOptions extends DrawOptions {
  /** From this depth on, a tree is continued further down at the left margin. Default 32. */
  depth?: number;
}

/** A graph as plain data. */
export interface GraphJson {
  /** In the order of the graph. Of a graph from elsewhere, whatever its labels have. */
  nodes: ({ id: string } & Partial<GraphNode>)[];
  /** From the dependent to the dependency. */
  edges: { from: string; to: string; kind?: GraphEdgeKind }[];
}

const colors: Readonly<Record<ServiceState, string>> = {
  idle: '#f1f3f5',
  starting: '#fff3bf',
  running: '#d3f9d8',
  stopping: '#ffe8cc',
  stopped: '#dee2e6',
  crashed: '#ffc9c9',
};

type Kind = GraphNode['kind'];

const dotShapes: Readonly<Record<Kind, string>> = {
  service: 'shape=box, style="rounded,filled"',
  resource: 'shape=cylinder, style=filled',
  injectable: 'shape=box, style=filled',
  value: 'shape=note, style=filled',
  child: 'shape=ellipse, style=filled',
};

const dotEdges: Readonly<Record<GraphEdgeKind, string>> = {
  inject: '',
  dependsOn: ' [style=dashed]',
  child: ' [style=dotted]',
};

const PICTURE: readonly (keyof PictureOptions)[] = ['states', 'times', 'direction'];

/** For Graphviz: `dot -Tsvg services.dot -o services.svg`. Edges of `dependsOn` are dashed, those to children dotted. */
export function toDot(graph: Graph, options: DotOptions = {}): string {
  requireOptions(options, ['name', ...PICTURE], 'toDot()');
  const { name = 'services', direction = 'TB', states = true } = options;
  const lines = [`digraph ${dotId(shown(name))} {`, `  rankdir=${direction};`, '  node [fontname="Helvetica"];'];
  const names = new UniqueNames();
  const ids = new Map(graph.nodes().map((id) => [id, dotId(names.take(shown(id)))]));
  for (const [id, quoted] of ids) {
    const node = nodeOf(graph, id);
    const label = [dotLabel(shown(node.name)), about(node, options)].filter((line) => line !== '');
    const color = states ? `, fillcolor="${colors[node.state ?? 'idle']}"` : ', fillcolor=white';
    lines.push(`  ${quoted} [label="${label.join('\\n')}", ${dotShapes[node.kind]}${color}];`);
  }
  for (const edge of graph.edges()) {
    lines.push(`  ${ids.get(edge.v) ?? ''} -> ${ids.get(edge.w) ?? ''}${dotEdges[kindOf(graph, edge)]};`);
  }
  return `${lines.join('\n')}\n}\n`;
}

const mermaidShapes: Readonly<Record<Kind, readonly [open: string, close: string]>> = {
  service: ['(', ')'],
  resource: ['[(', ')]'],
  injectable: ['[', ']'],
  value: ['>', ']'],
  child: ['([', '])'],
};

const mermaidEdges: Readonly<Record<GraphEdgeKind, string>> = { inject: '-->', dependsOn: '-.->', child: '-.-o' };

/**
 * A flowchart that GitHub, GitLab and many editors draw by themselves in a block of the language `mermaid`. Edges of
 * `dependsOn` are dotted, those to children dotted with a ring at the end. (Unless told otherwise, mermaid draws at most 500
 * edges.)
 */
export function toMermaid(graph: Graph, options: PictureOptions = {}): string {
  requireOptions(options, PICTURE, 'toMermaid()');
  const { direction = 'TB', states = true } = options;
  const lines = [`flowchart ${direction}`];
  // mermaid's own ids cannot be quoted
  const ids = new Map(graph.nodes().map((id, index) => [id, `n${String(index)}`]));
  const used = new Set<ServiceState>();
  for (const [id, short] of ids) {
    const node = nodeOf(graph, id);
    const label = [mermaidText(shown(node.name)), about(node, options)].filter((line) => line !== '');
    const [open, close] = mermaidShapes[node.kind];
    const state = states ? node.state : undefined;
    if (state !== undefined) used.add(state);
    lines.push(`  ${short}${open}"${label.join('<br/>')}"${close}${state === undefined ? '' : `:::${state}`}`);
  }
  for (const edge of graph.edges()) {
    lines.push(`  ${ids.get(edge.v) ?? ''} ${mermaidEdges[kindOf(graph, edge)]} ${ids.get(edge.w) ?? ''}`);
  }
  for (const [state, color] of Object.entries(colors)) {
    if (used.has(state as ServiceState)) lines.push(`  classDef ${state} fill:${color},stroke:#495057,color:#212529`);
  }
  return `${lines.join('\n')}\n`;
}

/** A line to a dependency, for all of them but the last and for the last. */
const textEdges: Readonly<Record<GraphEdgeKind, readonly [middle: string, last: string]>> = {
  inject: ['├── ', '└── '],
  dependsOn: ['├╌╌ ', '└╌╌ '],
  child: ['├┈┈ ', '└┈┈ '],
};

interface Branch {
  readonly id: string;
  /** What comes before it in its own line, and what before everything below it. */
  readonly edge: string;
  readonly indent: string;
  readonly depth: number;
}

/**
 * A tree of text, what needs most at the left. Edges of `dependsOn` are dashed, those to children dotted.
 *
 * Everything is told once: `↑` means that it stands further up, with what it needs below it, and `↓` that it follows further
 * down.
 */
export function toText(graph: Graph, options: TextOptions = {}): string {
  requireOptions(options, ['states', 'times', 'depth'], 'toText()');
  const lines: string[] = [];
  const told = new Set<string>();
  const nameOf = namesIn(graph);
  // whatever no root reaches is in a cycle
  for (const root of [...graph.sources(), ...graph.nodes()]) {
    // grows while it is worked off
    const roots = [root];
    for (const next of roots) if (!told.has(next)) tell(next, roots);
  }
  return lines.map((line) => `${line}\n`).join('');

  /** Writes a tree; `later` takes what was left for later. */
  function tell(root: string, later: string[]): void {
    const branches: Branch[] = [{ id: root, edge: '', indent: '', depth: 0 }];
    for (let at = branches.pop(); at !== undefined; at = branches.pop()) {
      const { id, edge } = at;
      const below = branchesOf(graph, at);
      const name = edge + nameOf(id);
      if (told.has(id)) {
        lines.push(`${name} ↑`);
      } else if (isTooDeep(at, options) && below.length > 0) {
        lines.push(`${name} ↓`);
        later.push(id);
      } else {
        told.add(id);
        const words = about(nodeOf(graph, id), options);
        lines.push(words === '' ? name : `${name} (${words})`);
        for (const branch of below.reverse()) branches.push(branch);
      }
    }
  }
}

function branchesOf(graph: Graph, { id, indent, depth }: Branch): Branch[] {
  const edges = graph.outEdges(id) ?? [];
  return edges.map((edge, index) => {
    const last = index === edges.length - 1;
    const [middle, end] = textEdges[kindOf(graph, edge)];
    return {
      id: edge.w,
      edge: indent + (last ? end : middle),
      indent: indent + (last ? '    ' : '│   '),
      depth: depth + 1,
    };
  });
}

function isTooDeep({ depth }: Branch, { depth: deepest = 32 }: TextOptions): boolean {
  return depth > 0 && depth >= deepest;
}

/** Plain data with all that the graph knows, for `JSON.stringify`. */
export function toJson(graph: Graph): GraphJson {
  return {
    nodes: graph.nodes().map((id) => ({ id, ...labelOf<GraphNode>(graph.node(id)) })),
    edges: graph
      .edges()
      .map((edge) => ({ from: edge.v, to: edge.w, ...labelOf<{ kind: GraphEdgeKind }>(graph.edge(edge)) })),
  };
}

/**
 * The graph that `toJson` was given. An id that every object has as a member (`constructor`) becomes the name of a node with another
 * id, since graphlib keeps its nodes in a plain object.
 *
 * @throws TypeError when it never was one
 */
export function fromJson(json: GraphJson): Graph {
  const { nodes, edges } = labelOf<GraphJson>(json);
  if (!Array.isArray(nodes) || !Array.isArray(edges)) throw noGraph('it has no lists of nodes and edges');
  const graph = new Graph({ directed: true });
  const names = nodeNames();
  const ids = new Map<unknown, string>();
  for (const { id, ...label } of nodes) {
    if (typeof (id as unknown) !== 'string') throw noGraph('there is a node without an id');
    if (ids.has(id)) throw noGraph(`there are two nodes with the id ${shown(id)}`);
    const own = names.take(id);
    ids.set(id, own);
    graph.setNode(own, own === id ? label : { name: id, ...label });
  }
  for (const { from, to, ...label } of edges) {
    const [v, w] = [ids.get(from), ids.get(to)];
    if (v === undefined || w === undefined) {
      throw noGraph(`the edge from ${shown(describeError(from))} to ${shown(describeError(to))} leads nowhere`);
    }
    graph.setEdge(v, w, label);
  }
  return graph;
}

function noGraph(reason: string): TypeError {
  return new TypeError(`This is no graph: ${reason}\n  → Give what toJson() returned, or JSON.parse() of its text.`);
}

type Known = Pick<GraphNode, 'name' | 'kind'> & {
  state: ServiceState | undefined;
  restarts: number;
  ownMs: number | undefined;
};

/** What is known about a node, completed where the graph comes from somewhere else. */
function nodeOf(graph: Graph, id: string): Known {
  const { name, kind = 'service', state, restarts = 0, ownMs } = labelOf<GraphNode>(graph.node(id));
  return {
    name: typeof name === 'string' ? name : id,
    kind: Object.hasOwn(dotShapes, kind) ? kind : 'service',
    state: state !== undefined && Object.hasOwn(colors, state) ? state : undefined,
    restarts,
    ownMs,
  };
}

function kindOf(graph: Graph, edge: Edge): GraphEdgeKind {
  const { kind = 'inject' } = labelOf<GraphJson['edges'][number]>(graph.edge(edge));
  return Object.hasOwn(dotEdges, kind) ? kind : 'inject';
}

/** A label of ours, or an empty one: graphlib takes anything. */
function labelOf<T>(label: unknown): Partial<T> {
  return typeof label === 'object' && label !== null ? label : {};
}

/** The words below or behind a name. */
function about({ kind, state, restarts, ownMs }: Known, { states = true, times = false }: DrawOptions): string {
  const words: string[] = kind === 'service' ? [] : [kind];
  // the others are there or not, but have no life
  const lives = kind === 'service' || kind === 'resource' || kind === 'child';
  if (states && lives && state !== undefined) words.push(state);
  if (states && restarts > 0) words.push(restarts === 1 ? '1 restart' : `${String(restarts)} restarts`);
  if (times && lives && ownMs !== undefined) words.push(formatMs(ownMs));
  return words.join(', ');
}

function dotId(id: string): string {
  return `"${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * A name as every picture can take it: without control characters, which Graphviz refuses, no XML can hold, and a terminal obeys;
 * and no longer than people read (Graphviz takes 16,384 bytes).
 */
function shown(name: string): string {
  return shorten(name, LONGEST_NAME).replaceAll(
    // eslint-disable-next-line no-control-regex -- these are what it is about
    /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g,
    (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

const LONGEST_NAME = 1_000;

/** What a tree of text calls each node: its name, or its id where several have that name. */
function namesIn(graph: Graph): (id: string) => string {
  const count = new Map<string, number>();
  for (const id of graph.nodes()) {
    const { name } = nodeOf(graph, id);
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  return (id) => {
    const { name } = nodeOf(graph, id);
    return shown(count.get(name) === 1 ? name : id).replaceAll(/\s+/g, ' ');
  };
}

/** In a label a backslash begins a command, and an ampersand an entity. */
function dotLabel(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('&', '&amp;')
    .replaceAll(/\r\n?|\n/g, '\\n');
}

/**
 * Mermaid has commands that begin in the middle of a quoted label (`direction TB`, `%%{`, a colon before a code such as the
 * ones written here), so nothing is left as it is but what names are made of.
 */
function mermaidText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, (letter) => `#${String(letter.codePointAt(0))};`);
}
