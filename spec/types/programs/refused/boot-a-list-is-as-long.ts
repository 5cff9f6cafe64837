// Tuple type '[Redis, Mail]' of length '2' has no element at index '2'.
import { Container } from 'mode-ts';
import { Mail, Redis } from '../things.js';

const container = new Container();
const [, , third] = await container.boot([Redis, Mail]);
console.log(third);
