// Types of parameters 'redis' and 'args_0' are incompatible. Type 'Redis | undefined' is not assignable to type 'Redis'.
import { Service, defineService } from 'mode-ts';
import { Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [{ serviceIdentifier: Redis, optional: true }] });
