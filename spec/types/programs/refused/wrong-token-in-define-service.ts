// Types of parameters 'redis' and 'args_0' are incompatible. Type 'Pool' is missing the following properties from type 'Redis': incrBy,
import { Service, defineService } from 'mode-ts';
import { POOL, Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [POOL] });
