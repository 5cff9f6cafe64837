import { Graph } from '@dagrejs/graphlib';
import { nodeNames } from '../base/unique-names.js';

/** Something that has a place in the tree of services: a service, a node of a container's graph, a worker. */
export interface TreeNode {
  readonly name: string;
  readonly treeParent: TreeNode | undefined;
  readonly treeChildren: readonly TreeNode[];
  /** The service that stands there, if it is one. */
  readonly target: unknown;
}

/**
 * A service's place in the tree of what runs (mode's `Node`). In a container the parent of a service is the dependent
 * through which the root is nearest; a graph has more edges than that, which `container.graph()` shows. Each place has one beacon.
 */
export class Beacon {
  constructor(private readonly node: TreeNode) {}

  get name(): string {
    return this.node.name;
  }

  /** The service that stands here. */
  get data(): unknown {
    return this.node.target;
  }

  get parent(): Beacon | undefined {
    const { treeParent } = this.node;
    return treeParent && beaconOf(treeParent);
  }

  get children(): Beacon[] {
    return this.node.treeChildren.map(beaconOf);
  }

  get root(): Beacon {
    return beaconOf(this.#line().at(-1) as TreeNode);
  }

  /** The names from the root to here. */
  get path(): string[] {
    return this.#line()
      .map(({ name }) => name)
      .reverse();
  }

  /** How far the root is. */
  get depth(): number {
    return this.#line().length - 1;
  }

  /** From here up to the root. */
  *walk(): Generator<Beacon, void, void> {
    for (const node of this.#line()) yield beaconOf(node);
  }

  /** The tree from here down, with an edge from each parent to each child. */
  asGraph(): Graph {
    const graph = new Graph({ directed: true });
    const ids = new Map<TreeNode, string>();
    const names = nodeNames();
    const idOf = (node: TreeNode): string => {
      let id = ids.get(node);
      if (id === undefined) {
        id = names.take(node.name);
        ids.set(node, id);
        graph.setNode(id, { name: node.name });
      }
      return id;
    };
    const rest = [this.node];
    idOf(this.node);
    for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
      for (const child of node.treeChildren) {
        if (ids.has(child)) continue;
        graph.setEdge(idOf(node), idOf(child));
        rest.push(child);
      }
    }
    return graph;
  }

  #line(): TreeNode[] {
    const line: TreeNode[] = [];
    for (let node: TreeNode | undefined = this.node; node !== undefined; node = node.treeParent) line.push(node);
    return line;
  }
}

const beacons = new WeakMap<TreeNode, Beacon>();

/** The beacon of a node: always the same one. */
export function beaconOf(node: TreeNode): Beacon {
  let beacon = beacons.get(node);
  if (beacon === undefined) {
    beacon = new Beacon(node);
    beacons.set(node, beacon);
  }
  return beacon;
}
