/** The same with a restart policy on every class, which is what supervision costs. */
import * as ours from './ours.mjs';

export const { claims } = ours;

export function declare(graph, hooks) {
  return ours.declare(graph, hooks, { restart: {} });
}
