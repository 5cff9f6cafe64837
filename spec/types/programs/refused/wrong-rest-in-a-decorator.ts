// Types of parameters 'mails' and 'args_1' are incompatible. Property 'send' is missing in type 'Redis' but required in type 'Mail'.
import { Service, service } from 'mode-ts';
import { Mail, Redis } from '../things.js';

@service({ inject: [Redis, Redis] })
export class Cache extends Service {
  constructor(
    readonly redis: Redis,
    ...mails: Mail[]
  ) {
    super();
    this.log.info(String(mails.length));
  }
}
