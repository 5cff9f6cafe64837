import { Container } from 'inversify';
import { unbound } from './inversify.mjs';

/** inversify with `autobind`: what nobody bound is bound when it is first asked for. */
export { claims } from './inversify.mjs';

export function contestant(graph, hooks) {
  return unbound(graph, hooks, new Container({ autobind: true, defaultScope: 'Singleton' }));
}
