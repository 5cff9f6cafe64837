// Types of parameters 'db' and 'args_0' are incompatible. Type 'Redis' is missing the following properties from type 'Pool': query, end
import { Service, service } from 'mode-ts';
import { type Pool, Redis } from '../things.js';

@service({ inject: [Redis] })
export class Cache extends Service {
  constructor(readonly db: Pool) {
    super();
  }
}
