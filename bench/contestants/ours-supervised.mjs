/** The same with a restart policy on every class, which is what supervision costs. */
import * as ours from './ours.mjs';

export const { claims } = ours;

export function contestant(graph, hooks) {
  return ours.contestant(graph, hooks, { restart: {} });
}
