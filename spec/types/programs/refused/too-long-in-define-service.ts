// Type 'typeof Cache' is not assignable to type '"inject names more than the constructor takes"'.
import { Service, defineService } from 'mode-ts';
import { Mail, Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [Redis, Mail] });
