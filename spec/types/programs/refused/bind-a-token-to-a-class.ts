// Type 'Redis' is missing the following properties from type 'Pool': query, end
import { Container } from 'mode-ts';
import { POOL, Redis } from '../things.js';

const container = new Container();
container.bind(POOL).to(Redis);
