/** Depth-first order of any graph. Knows no service, and no stack depth limits it. */

/** A vertex remembers when it was last visited, which is cheaper than asking a set. */
export interface Vertex {
  /** Twice the number of the walk that opened it, and one more once it was left. */
  visit: number;
}

export interface Visitor<V> {
  /** The vertices that come before this one, asked for once, when the vertex is opened. */
  before(vertex: V): readonly V[];
  /** A vertex is left: everything before it has been. */
  leave(vertex: V): void;
  /** A way from a vertex back to itself: its vertices in order, the first one not repeated. */
  cycle(path: V[]): void;
}

let walks = 0;

interface Frame<V> {
  readonly vertex: V;
  readonly before: readonly V[];
  next: number;
}

/**
 * Visits everything that the roots reach, what comes before a vertex before the vertex, in the order of the lists. Reports
 * each edge that closes a cycle, and goes on.
 *
 * `path` holds the way from the root to the vertex that is open.
 */
export class Walk<V extends Vertex> {
  readonly #frames: Frame<V>[] = [];
  readonly #open: number;

  constructor(private readonly visitor: Visitor<V>) {
    walks += 1;
    this.#open = walks * 2;
  }

  /** From the root to the vertex that is open now. */
  get path(): V[] {
    return this.#frames.map(({ vertex }) => vertex);
  }

  visit(root: V): void {
    if (root.visit >= this.#open) return;
    const frames = this.#frames;
    this.#enter(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const next = frame.before[frame.next];
      if (next === undefined) {
        frame.vertex.visit = this.#open + 1;
        frames.pop();
        this.visitor.leave(frame.vertex);
      } else {
        frame.next += 1;
        if (next.visit < this.#open) this.#enter(next);
        else if (next.visit === this.#open) this.visitor.cycle(this.#from(next));
      }
    }
  }

  #enter(vertex: V): void {
    vertex.visit = this.#open;
    const frame: Frame<V> = { vertex, before: [], next: 0 };
    // the vertex is on the path while it is asked
    this.#frames.push(frame);
    (frame as { before: readonly V[] }).before = this.visitor.before(vertex);
  }

  #from(vertex: V): V[] {
    const { path } = this;
    return path.slice(path.indexOf(vertex));
  }
}
