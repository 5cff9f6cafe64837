// Types of parameters 'db' and 'args_0' are incompatible. Type 'Pool[]' is missing the following properties from type 'Pool': query, end
import { Service, defineService } from 'mode-ts';
import { POOL, type Pool } from '../things.js';

class Cache extends Service {
  constructor(readonly db: Pool) {
    super();
  }
}

export default defineService(Cache, { inject: [{ serviceIdentifier: POOL, isMultiple: true }] });
