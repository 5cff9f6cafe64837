// Property 'incrBy' does not exist on type 'Mail'.
import { Container } from 'mode-ts';
import { Mail, POOL, Redis } from '../things.js';

const container = new Container();
const [, mail] = await container.boot([Redis, Mail, POOL]);
mail.incrBy('visits', 1);
