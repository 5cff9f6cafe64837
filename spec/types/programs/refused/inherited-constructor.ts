// Types of parameters 'redis' and 'args_0' are incompatible. Property 'incrBy' is missing in type 'Mail' but required in type 'Redis'.
import { Service, service } from 'mode-ts';
import { Redis, Mail } from '../things.js';

class Base extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

@service({ inject: [Mail] })
export class Cache extends Base {}
