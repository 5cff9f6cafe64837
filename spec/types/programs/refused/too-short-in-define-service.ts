// Target signature provides too few arguments. Expected 2 or more, but got 1.
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

export default defineService(Cache, { inject: [Redis] });
