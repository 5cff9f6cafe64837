/**
 * Depth-first order of any graph. Knows no service, and no stack depth limits it: the way from the root is a list, in which
 * each vertex remembers which of its edges is next. With the three colours of the textbooks (Cormen et al., after Tarjan 1972):
 * not seen, open, left; an edge to a vertex that is open closes a cycle.
 */

/** A vertex remembers when it was last visited, which is cheaper than asking a set. */
export interface Vertex {
  /** Twice the number of the walk that opened it, and one more once it was left. */
  visit: number;
}

/** What a walk asks, and tells. */
export interface Visitor<V> {
  /** The vertices that come before this one, asked for once, when the vertex is opened. */
  before(vertex: V): readonly V[];
  /** A way from a vertex back to itself: its vertices in order, the first one not repeated. */
  cycle(path: V[]): void;
}

let walks = 0;

/**
 * Visits everything that the roots reach, what comes before a vertex before the vertex, in the order of the lists. Reports
 * each edge that closes a cycle, and goes on.
 *
 * The way from the root to the vertex that is open is kept in three lists instead of one of objects, which costs nothing for
 * each vertex.
 */
export class Walk<V extends Vertex> {
  /** From the root to the vertex that is open now. */
  readonly way: V[] = [];
  /** What was left, in order: everything that comes before a vertex before the vertex. */
  readonly order: V[] = [];
  /** What comes before each vertex of the way, and which of that is next. */
  private readonly befores: (readonly V[])[] = [];
  private readonly nexts: number[] = [];
  /** No other walk has it. */
  readonly number: number;

  constructor(private readonly visitor: Visitor<V>) {
    walks += 1;
    this.number = walks * 2;
  }

  visit(root: V): void {
    const { number: open, way, order, befores, nexts } = this;
    let next: V | undefined = root.visit < open ? root : undefined;
    while (next !== undefined || way.length > 0) {
      if (next !== undefined) {
        next.visit = open;
        // the vertex is on the path while it is asked
        way.push(next);
        befores.push(this.visitor.before(next));
        nexts.push(0);
      }
      const top = way.length - 1;
      const before = befores[top] as readonly V[];
      let at = nexts[top] as number;
      // most edges lead to what was left long ago
      while (at < before.length && (before[at] as V).visit > open) at += 1;
      next = at < before.length ? before[at] : undefined;
      nexts[top] = at + 1;
      if (next === undefined) {
        befores.pop();
        nexts.pop();
        const vertex = way.pop() as V;
        vertex.visit = open + 1;
        order.push(vertex);
      } else if (next.visit === open) {
        this.visitor.cycle(this.from(next));
        next = undefined;
      }
    }
  }

  private from(vertex: V): V[] {
    return this.way.slice(this.way.indexOf(vertex));
  }
}
