// Target signature provides too few arguments. Expected 3 or more, but got 2.
import { Container } from 'mode-ts';
import { POOL, Redis, pool } from '../things.js';

const container = new Container();
container.resource(POOL, {
  inject: [Redis],
  start: (redis, mail, signal: AbortSignal) => (console.log(redis, mail, signal), pool),
});
