// Argument of type 'number' is not assignable to parameter of type 'Pool'.
import { Container } from 'mode-ts';
import { POOL } from '../things.js';

const container = new Container();
container.bind(POOL).toConstantValue(5);
