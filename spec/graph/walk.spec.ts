import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Walk, type Vertex } from '../../lib/graph/walk.js';

class Point implements Vertex {
  visit = 0;
  before: Point[] = [];
  constructor(readonly name: string) {}
}

/** A graph from lines such as `app: web db`: what comes before `app`, in order. */
function graph(text: string) {
  const points = new Map<string, Point>();
  const point = (name: string): Point => {
    let found = points.get(name);
    if (found === undefined) points.set(name, (found = new Point(name)));
    return found;
  };
  for (const line of text.trim().split('\n')) {
    const [name, before = ''] = line.trim().split(':');
    point(name as string).before = before.split(' ').filter(Boolean).map(point);
  }
  return point;
}

const namesOf = (points: readonly Point[]) => points.map(({ name }) => name).join(' ');

function walked(text: string, ...roots: string[]) {
  const point = graph(text);
  const cycles: string[] = [];
  const asked: string[] = [];
  const walk: Walk<Point> = new Walk({
    before: (at) => {
      asked.push(namesOf(walk.way));
      return at.before;
    },
    cycle: (path) => cycles.push(namesOf(path)),
  });
  for (const root of roots) walk.visit(point(root));
  return { order: namesOf(walk.order), cycles, asked };
}

describe('a walk visits everything that comes before a vertex before the vertex', () => {
  it.each([
    [
      'a chain',
      `
      app: web
      web: db`,
      'db web app',
    ],
    [
      // app
      // ├─ web ─┐
      // └─ jobs ┴─ db
      'a diamond: what is shared is visited once',
      `
      app: web jobs
      web: db
      jobs: db`,
      'db web jobs app',
    ],
    [
      'in the order of the lists',
      `
      app: c a b
      b: z y`,
      'c a z y b app',
    ],
    [
      'depth first',
      `
      app: a b
      a: x
      b: y`,
      'x a y b app',
    ],
    [
      'a way that is long and one that is short',
      `
      app: db web
      web: cache
      cache: db`,
      'db cache web app',
    ],
  ])('%s', (_, text, order) => {
    expect(walked(text, 'app')).toMatchObject({ order, cycles: [] });
  });

  it('from several roots, in their order, each vertex once', () => {
    expect(walked('a: x\nb: x a', 'b', 'a', 'b').order).toBe('x a b');
    expect(walked('a: x\nb: x a', 'a', 'b').order).toBe('x a b');
  });

  it('and asks each of them once, when it is open: `path` leads from the root to it', () => {
    const { asked } = walked('app: web jobs\nweb: db\njobs: db', 'app');
    expect(asked).toEqual(['app', 'app web', 'app web db', 'app jobs']);
  });

  it('not those that no root reaches', () => {
    expect(walked('a: b\nc: b', 'a').order).toBe('b a');
  });

  it('again in a new walk', () => {
    const point = graph('a: b');
    const orders = [1, 2].map(() => {
      const walk = new Walk<Point>({ before: (at) => at.before, cycle: () => undefined });
      walk.visit(point('a'));
      return namesOf(walk.order);
    });
    expect(orders).toEqual(['b a', 'b a']);
  });
});

describe('a walk reports each edge that closes a cycle, and goes on', () => {
  it.each([
    ['a vertex before itself', 'a: a', ['a']],
    ['two', 'a: b\nb: a', ['a b']],
    ['three, from inside', 'app: a\na: b\nb: c\nc: a', ['a b c']],
    ['two cycles that share a vertex', 'a: b c\nb: a\nc: a', ['a b', 'a c']],
    ['a cycle in a cycle', 'a: b\nb: c\nc: b a', ['b c', 'a b c']],
    ['two that have nothing to do with each other', 'app: a x\na: b\nb: a\nx: y\ny: x', ['a b', 'x y']],
  ])('%s', (_, text, cycles) => {
    expect(walked(text, text.startsWith('app') ? 'app' : 'a').cycles).toEqual(cycles);
  });

  it('still leaves every vertex once', () => {
    expect(walked('app: a z\na: b\nb: a', 'app').order).toBe('b a z app');
  });
});

describe('depth is no limit', () => {
  it('of a chain of 200,000', () => {
    const points = Array.from({ length: 200_000 }, (_, index) => new Point(String(index)));
    points.forEach((point, index) => {
      const next = points[index + 1];
      if (next !== undefined) point.before = [next];
    });
    const walk = new Walk<Point>({ before: (at) => at.before, cycle: () => undefined });
    walk.visit(points[0] as Point);
    expect(walk.order.length).toBe(points.length);
    expect([walk.order[0], walk.order.at(-1)]).toEqual([points.at(-1), points[0]]);
  });
});

describe('for any graph', () => {
  /** Edges only lead from higher to lower numbers, so there is no cycle. */
  const acyclic = fc
    .integer({ min: 1, max: 30 })
    .chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, index) =>
          fc.uniqueArray(fc.nat({ max: Math.max(0, index - 1) }), { maxLength: index }),
        ),
      ),
    );

  const toPoints = (edges: number[][]) => {
    const points = edges.map((_, index) => new Point(String(index)));
    for (const [index, list] of edges.entries()) {
      (points[index] as Point).before = list.map((to) => points[to] as Point);
    }
    return points;
  };

  it('everything before a vertex is left before it, and each vertex once', () => {
    fc.assert(
      fc.property(acyclic, (edges) => {
        const points = toPoints(edges);
        const walk = new Walk<Point>({
          before: (at) => at.before,
          cycle: () => {
            throw new Error('there is none');
          },
        });
        for (const point of [...points].reverse()) walk.visit(point);
        expect(new Set(walk.order).size).toBe(points.length);
        expect(walk.order.length).toBe(points.length);
        const place = new Map(walk.order.map((point, index) => [point, index]));
        for (const point of points) {
          for (const before of point.before) expect(place.get(before)).toBeLessThan(place.get(point) ?? -1);
        }
      }),
    );
  });

  it('a cycle is reported exactly where there is one, and is one', () => {
    const any = fc
      .integer({ min: 1, max: 12 })
      .chain((count) =>
        fc.array(fc.uniqueArray(fc.nat({ max: count - 1 }), { maxLength: 4 }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(any, (edges) => {
        const points = toPoints(edges);
        const cycles: Point[][] = [];
        const walk = new Walk<Point>({ before: (at) => at.before, cycle: (path) => cycles.push(path) });
        for (const point of points) walk.visit(point);
        for (const cycle of cycles) {
          cycle.forEach((point, index) => expect(point.before).toContain(cycle[(index + 1) % cycle.length]));
        }
        expect(cycles.length > 0).toBe(hasCycle(edges));
      }),
    );
  });
});

/** Kahn's way: take away what has nothing before it, until nothing is left or nothing can be taken. */
function hasCycle(edges: number[][]): boolean {
  const rest = new Map(edges.map((list, index) => [index, list]));
  for (let taken = true; taken;) {
    taken = false;
    for (const [index, list] of rest) {
      if (list.some((before) => rest.has(before))) continue;
      rest.delete(index);
      taken = true;
    }
  }
  return rest.size > 0;
}
