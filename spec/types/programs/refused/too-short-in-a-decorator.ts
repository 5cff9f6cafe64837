// Target signature provides too few arguments. Expected 2 or more, but got 1.
import { Service, service } from 'mode-ts';
import { Mail, Redis } from '../things.js';

@service({ inject: [Redis] })
export class Cache extends Service {
  constructor(
    readonly redis: Redis,
    readonly mail: Mail,
  ) {
    super();
  }
}
