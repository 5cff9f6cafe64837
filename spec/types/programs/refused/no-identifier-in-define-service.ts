// Type 'number' is not assignable to type 'InjectOption'.
import { Service, defineService } from 'mode-ts';
import { Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [5] });
