// Types of parameters 'pools' and 'args_0' are incompatible.
import { Service, service } from 'mode-ts';
import { POOL, type Pool } from '../things.js';

@service({ inject: [POOL] })
export class Cache extends Service {
  constructor(readonly pools: Pool[]) {
    super();
  }
}
