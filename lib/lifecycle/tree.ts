/** Where a service stands among others, in words. */
import type { Lifecycle } from './lifecycle.js';

/**
 * What tells a service from every other of its container, and is the same in every replica of the program: its id; for a child,
 * the way to it, `Parent/Child`, with its number among its brothers of that name: `Parent/Child#2`.
 */
export function keyOf(lifecycle: Lifecycle): string {
  const way: string[] = [];
  let at = lifecycle;
  for (; at.parent !== undefined; at = at.parent) {
    const { name } = at;
    const namesakes = at.parent.children.filter((child) => child.name === name);
    const number = namesakes.indexOf(at) + 1;
    way.unshift(number > 1 ? `${name}#${String(number)}` : name);
  }
  way.unshift(at.id);
  return way.join('/');
}

/** Its distance from the root. */
export function depthOf(lifecycle: Lifecycle): number {
  let depth = 0;
  let top = lifecycle;
  for (; top.parent !== undefined; top = top.parent) depth += 1;
  return depth + (top.owner?.depth ?? 0);
}
