// Property 'drain' does not exist on type 'Pool'.
import { Container } from 'mode-ts';
import { POOL } from '../things.js';

const container = new Container();
container.get(POOL).drain();
