// Type 'Promise<number>' is not assignable to type 'Pool | PromiseLike<Pool>'.
import { Container } from 'mode-ts';
import { POOL } from '../things.js';

const container = new Container();
container.resource(POOL, { start: async () => 5 });
