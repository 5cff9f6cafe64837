// Types of parameters 'redis' and 'args_0' are incompatible. Type 'Redis | undefined' is not assignable to type 'Redis'.
import { Service, service } from 'mode-ts';
import { Redis } from '../things.js';

@service({ inject: [{ serviceIdentifier: Redis, optional: true }] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
