// Type 'typeof Cache' is not assignable to type '"inject names more than the constructor takes"'.
import { Service, service } from 'mode-ts';
import { Mail, Redis } from '../things.js';

@service({ inject: [Redis, Mail] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
