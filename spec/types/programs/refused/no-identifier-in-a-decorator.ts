// Type 'number' is not assignable to type 'InjectOption'.
import { Service, service } from 'mode-ts';
import { Redis } from '../things.js';

@service({ inject: [5] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
