/**
 * What supervision does, in the simplest terms: a tree of nodes that are up or down, for each circle of those that restart
 * together a count, who is away and when they come back. Everything happens in an instant, except the delays.
 */
import type { ServiceState, Strategy } from '../../lib/index.js';

export interface Policy {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  /** Of the first delay, in milliseconds; doubles up to 400. 0: restarts at once. */
  readonly initial: number;
}

export class Model {
  now = 0;
  restarts = 0;
  #names = 0;
  /** All that is in the tree, the root first. */
  get nodes(): NodeModel[] {
    return withAll(this.root);
  }

  constructor(readonly root: NodeModel) {}

  name(): string {
    this.#names += 1;
    return `n${String(this.#names)}`;
  }

  /** The circles whose delay runs. */
  get waiting(): CircleModel[] {
    return this.nodes.flatMap(({ circles }) => circles).filter(({ wakeAt }) => wakeAt !== undefined);
  }

  /** Lets the delays end that are over by `until`. */
  pass(until: number): void {
    for (;;) {
      const [next] = this.waiting.sort((a, b) => (a.wakeAt as number) - (b.wakeAt as number) || a.turn - b.turn);
      if (next === undefined || (next.wakeAt as number) > until) break;
      this.now = Math.max(this.now, next.wakeAt as number);
      this.#wake(next);
    }
    this.now = until;
  }

  crash(node: NodeModel): void {
    if (!node.up) return;
    this.down(node, 'crashed');
    this.#answer(node);
  }

  /** Two at the same time: the second one crashes before the first one is down. */
  crashBoth(first: NodeModel, second: NodeModel): void {
    const wasUp = second.up;
    this.crash(first);
    if (second.up) this.crash(second);
    // one that is on its way down anyway only leaves its mark; a supervisor's own way down has begun, so it is marked too
    else if (wasUp) second.state = 'crashed';
  }

  stop(node: NodeModel): void {
    node.resting = true;
    if (node.circle !== undefined) leave(node.circle, node);
    if (node.up) this.down(node, 'stopped');
  }

  start(node: NodeModel): void {
    node.resting = false;
    this.up(node);
  }

  /** Whether it came up. */
  up(node: NodeModel): boolean {
    if (node.up) return true;
    for (const circle of node.circles) calm(circle);
    node.ownCircles.clear();
    node.shared = undefined;
    if (node.failing > 0) {
      node.failing -= 1;
      node.state = 'crashed';
      return false;
    }
    if (!node.children.every((child) => this.up(child))) {
      for (const child of node.children) this.down(child, 'stopped');
      node.state = 'crashed';
      return false;
    }
    node.state = 'running';
    node.up = true;
    node.resting = false;
    if (node.circle !== undefined) leave(node.circle, node);
    return true;
  }

  down(node: NodeModel, how: ServiceState): void {
    if (!node.up) return;
    node.up = false;
    node.state = how;
    for (const circle of node.circles) calm(circle);
    for (const child of node.children) this.down(child, 'stopped');
  }

  /** What the supervisor above does about a node that is not up any more, or not up again. */
  #answer(node: NodeModel): void {
    const { parent } = node;
    if (parent === undefined || !parent.up) return;
    const { strategy, maxRestarts, initial } = parent.policy as Policy;
    if (strategy === 'crash') {
      this.crash(parent);
      return;
    }
    const affected = reach(strategy, parent.children, node);
    if (strategy === 'forfeit-one' || strategy === 'forfeit-all') {
      for (const one of affected) {
        this.down(one, 'stopped');
        parent.children.splice(parent.children.indexOf(one), 1);
        one.parent = undefined;
      }
      return;
    }
    const circle = circleOf(node, parent);
    for (const one of affected) {
      if (one.resting) continue;
      circle.away.add(one);
      this.down(one, 'stopped');
    }
    if (circle.wakeAt !== undefined) return;
    if (circle.count >= maxRestarts) {
      this.crash(parent);
      return;
    }
    circle.count += 1;
    this.restarts += 1;
    circle.turn = this.restarts;
    circle.wakeAt = this.now + Math.min(400, initial * 2 ** (circle.count - 1));
  }

  #wake(circle: CircleModel): void {
    circle.wakeAt = undefined;
    const { children } = circle.parent;
    for (const node of children.filter((child) => circle.away.has(child))) {
      if (this.up(node)) continue;
      this.#answer(node);
      return;
    }
  }
}

export interface CircleModel {
  readonly parent: NodeModel;
  count: number;
  readonly away: Set<NodeModel>;
  wakeAt: number | undefined;
  /** Of those that wake at the same time, who was first. */
  turn: number;
}

export class NodeModel {
  up = false;
  state: ServiceState = 'idle';
  resting = false;
  /** How many of the next starts fail. Leaves only. */
  failing = 0;
  parent: NodeModel | undefined;
  readonly ownCircles = new Map<NodeModel, CircleModel>();
  shared: CircleModel | undefined;

  constructor(
    readonly name: string,
    readonly policy: Policy | undefined,
    readonly children: NodeModel[] = [],
  ) {
    for (const child of children) child.parent = this;
  }

  /** Those of its children. */
  get circles(): CircleModel[] {
    return [...this.ownCircles.values(), ...(this.shared === undefined ? [] : [this.shared])];
  }

  /** The one that it is in. */
  get circle(): CircleModel | undefined {
    return this.parent?.ownCircles.get(this) ?? this.parent?.shared;
  }
}

export function leave(circle: CircleModel, node: NodeModel): void {
  if (circle.away.delete(node) && circle.away.size === 0) calm(circle);
}

function calm(circle: CircleModel): void {
  circle.away.clear();
  circle.wakeAt = undefined;
}

function circleOf(node: NodeModel, parent: NodeModel): CircleModel {
  let circle = node.circle;
  if (circle === undefined) {
    circle = { parent, count: 0, away: new Set(), wakeAt: undefined, turn: 0 };
    if (parent.policy?.strategy === 'one-for-one') parent.ownCircles.set(node, circle);
    else parent.shared = circle;
  }
  return circle;
}

function reach(strategy: Strategy, children: readonly NodeModel[], node: NodeModel): NodeModel[] {
  if (strategy === 'one-for-one' || strategy === 'forfeit-one') return [node];
  return strategy === 'rest-for-one' ? children.slice(children.indexOf(node)) : [...children];
}

export function withAll(node: NodeModel): NodeModel[] {
  return [node, ...node.children.flatMap(withAll)];
}
