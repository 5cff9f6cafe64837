// Types of parameters 'redis' and 'args_0' are incompatible. Property 'incrBy' is missing in type 'Mail' but required in type 'Redis'.
import { Service, defineService } from 'mode-ts';
import { Mail, Redis } from '../things.js';

class Cache extends Service {
  constructor(
    readonly redis: Redis,
    readonly mail: Mail,
  ) {
    super();
  }
}

export default defineService(Cache, { inject: [Mail, Redis] });
