import { unbound } from './tsyringe.mjs';
import { container, singleton } from 'tsyringe';

/** tsyringe with `@singleton()`, which registers the class where it is declared. */
export { claims } from './tsyringe.mjs';

export function contestant(graph, hooks) {
  return unbound(graph, hooks, container, singleton());
}
