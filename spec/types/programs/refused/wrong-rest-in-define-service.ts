// Types of parameters 'mails' and 'args_1' are incompatible. Property 'send' is missing in type 'Redis' but required in type 'Mail'.
import { Service, defineService } from 'mode-ts';
import { Mail, Redis } from '../things.js';

class Cache extends Service {
  constructor(
    readonly redis: Redis,
    ...mails: Mail[]
  ) {
    super();
    this.log.info(String(mails.length));
  }
}

export default defineService(Cache, { inject: [Redis, Redis] });
