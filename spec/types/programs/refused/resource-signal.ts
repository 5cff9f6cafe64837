// Property 'abort' does not exist on type 'AbortSignal'.
import { Container } from 'mode-ts';
import { POOL, Redis, pool } from '../things.js';

const container = new Container();
container.resource(POOL, {
  inject: [Redis],
  start(_redis, signal) {
    signal.abort();
    return pool;
  },
});
