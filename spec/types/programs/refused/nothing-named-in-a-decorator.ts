// Target signature provides too few arguments. Expected 1 or more, but got 0.
import { Service, service } from 'mode-ts';
import { Redis } from '../things.js';

@service({ inject: [] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
