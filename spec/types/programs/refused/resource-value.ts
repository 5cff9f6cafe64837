// Property 'end' is missing in type '{ query: () => Promise<never[]>; }' but required in type 'Pool'.
import { Container } from 'mode-ts';
import { POOL } from '../things.js';

const container = new Container();
container.resource(POOL, { start: () => ({ query: async () => [] }) });
