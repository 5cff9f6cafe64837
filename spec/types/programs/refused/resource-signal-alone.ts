// Property 'abort' does not exist on type 'AbortSignal'.
import { Container } from 'mode-ts';
import { POOL, pool } from '../things.js';

const container = new Container();
container.resource(POOL, {
  start(signal) {
    signal.abort();
    return pool;
  },
});
