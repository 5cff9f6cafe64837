// Target signature provides too few arguments. Expected 1 or more, but got 0.
import { Service, defineService } from 'mode-ts';
import { Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [] });
