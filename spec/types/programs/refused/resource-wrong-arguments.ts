// Types of parameters 'mail' and 'args_0' are incompatible. Property 'send' is missing in type 'Redis' but required in type 'Mail'.
import { Container } from 'mode-ts';
import { type Mail, POOL, Redis, pool } from '../things.js';

const container = new Container();
container.resource(POOL, {
  inject: [Redis],
  start: (mail: Mail) => (mail.send('me'), pool),
});
