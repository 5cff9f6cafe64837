// Property 'drain' does not exist on type 'Pool'.
import { Container } from 'mode-ts';
import { POOL, pool } from '../things.js';

const container = new Container();
container.resource(POOL, { start: () => pool, stop: (value) => value.drain() });
