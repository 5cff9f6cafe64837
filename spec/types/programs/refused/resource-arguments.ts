// Property 'drain' does not exist on type 'Redis'.
import { Container } from 'mode-ts';
import { POOL, Redis, pool } from '../things.js';

const container = new Container();
container.resource(POOL, {
  inject: [Redis],
  start(redis) {
    redis.drain();
    return pool;
  },
});
