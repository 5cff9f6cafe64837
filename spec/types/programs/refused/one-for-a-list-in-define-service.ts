// Types of parameters 'pools' and 'args_0' are incompatible.
import { Service, defineService } from 'mode-ts';
import { POOL, type Pool } from '../things.js';

class Cache extends Service {
  constructor(readonly pools: Pool[]) {
    super();
  }
}

export default defineService(Cache, { inject: [POOL] });
