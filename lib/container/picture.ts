/** The graph for people and programs: as a `Plan`, and as a graphlib `Graph`. */
import type { Graph } from '@dagrejs/graphlib';
import type { ServiceState } from '../base/events.js';
import { nodeNames, type UniqueNames } from '../base/unique-names.js';
import { lifecycleOf } from '../lifecycle/lifecycle.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import type { NodeKind } from '../plan/node.js';
import type { Resolved } from '../plan/resolver.js';
import { Walk } from '../graph/walk.js';
import type { Unit } from './unit.js';

/** What would be started, and in which order. */
export interface Plan {
  /** Ids of the roots. */
  roots: string[];
  /** Dependencies first. */
  order: PlanNode[];
  /** What could start at the same time: level 0 depends on nothing, and so on. */
  levels: PlanNode[][];
}

/** One node of a plan. */
export interface PlanNode {
  /** The name, or `Name#2` where names repeat. */
  id: string;
  name: string;
  kind: NodeKind;
  /** Ids. */
  dependencies: string[];
  level: number;
}

/** What a node of `container.graph()` says about itself. */
export interface GraphNode {
  name: string;
  kind: NodeKind | 'child';
  state: ServiceState;
  level?: number;
  restarts?: number;
  /** How long its last start took, in milliseconds. */
  ownMs?: number;
}

export function toPlan({ roots, order }: Resolved): Plan {
  const levels: PlanNode[][] = [];
  const levelOf = levelsOf(order as readonly Unit[]);
  const idOf = idsFor(order as readonly Unit[]);
  const nodes = order.map((node) => {
    const { id, name, kind } = node;
    const level = levelOf.get(node as Unit) ?? 0;
    const planned: PlanNode = {
      id,
      name,
      kind,
      dependencies: node.dependencies.map((dependency) => idOf(dependency as Unit)),
      level,
    };
    (levels[level] ??= []).push(planned);
    return planned;
  });
  return { roots: [...new Set(roots.map((root) => idOf(root as Unit)))], order: nodes, levels };
}

/** 0 for what depends on nothing, else one more than the highest level below, in its own container. */
function levelsOf(units: Iterable<Unit>): Map<Unit, number> {
  const levels = new Map<Unit, number>();
  const walk = new Walk<Unit>({ before: ({ dependencies }) => dependencies, cycle: () => undefined });
  for (const unit of units) walk.visit(unit);
  for (const unit of walk.order) {
    let level = 0;
    for (const below of unit.dependencies) {
      if (below.engine === unit.engine) level = Math.max(level, (levels.get(below) ?? -1) + 1);
    }
    levels.set(unit, level);
  }
  return levels;
}

/** The ids of units in a picture: their own, unless a unit of a parent is called like one that is drawn here. */
function idsFor(units: Iterable<Unit>, names = nodeNames()): (unit: Unit) => string {
  const ids = new Map<Unit, string>();
  for (const unit of units) {
    ids.set(unit, unit.id);
    names.take(unit.id);
  }
  return (unit) => {
    let id = ids.get(unit);
    if (id === undefined) {
      id = names.take(unit.id);
      ids.set(unit, id);
    }
    return id;
  };
}

export function toGraph(graph: Graph, units: Iterable<Unit>): Graph {
  const levelOf = levelsOf(units);
  const names = nodeNames();
  const idOf = idsFor(units, names);
  for (const unit of units) graph.setNode(unit.id, describe(unit, levelOf));
  for (const unit of units) {
    unit.dependencies.forEach((dependency, index) => {
      const id = idOf(dependency);
      if (!graph.hasNode(id)) graph.setNode(id, describe(dependency, levelOf));
      graph.setEdge(unit.id, id, { kind: index < unit.orderOnly ? 'inject' : 'dependsOn' });
    });
  }
  for (const unit of units) addChildren(graph, unit, names);
  return graph;
}

function describe(unit: Unit, levels: ReadonlyMap<Unit, number>): GraphNode {
  const { name, kind, restarts, ownMs } = unit;
  const level = levels.get(unit) ?? 0;
  return { name, kind, state: stateOf(unit), level, restarts, ...(ownMs === undefined ? undefined : { ownMs }) };
}

/** The state of a unit, also of one that has no lifecycle of its own. */
export function stateOf(unit: Unit): ServiceState {
  if (unit.engine.faultOf(unit) !== undefined) return 'crashed';
  if (unit.lifecycle !== undefined) return unit.lifecycle.state;
  if (unit.up) return 'running';
  return unit.starts === 0 ? 'idle' : 'stopped';
}

/** What runs below a unit. */
function addChildren(graph: Graph, unit: Unit, names: UniqueNames): void {
  const rest: { parent: string; node: TreeNode }[] = [];
  const add = (parent: string, nodes: readonly TreeNode[]): void => {
    for (const node of [...nodes].reverse()) rest.push({ parent, node });
  };
  add(unit.id, unit.lifecycle?.treeChildren ?? []);
  // a list instead of calls within calls, since a tree can be deep
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    const { parent, node } = at;
    const id = names.take(node.name);
    const { state } = lifecycleOf(node.target as object);
    graph.setNode(id, { name: node.name, kind: 'child', state } satisfies GraphNode);
    graph.setEdge(parent, id, { kind: 'child' });
    add(id, node.treeChildren);
  }
}
