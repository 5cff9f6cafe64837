// Types of parameters 'redis' and 'args_0' are incompatible. Property 'incrBy' is missing in type 'Mail' but required in type 'Redis'.
import { Service, service, LazyServiceIdentifier } from 'mode-ts';
import { Mail, Redis } from '../things.js';

@service({ inject: [new LazyServiceIdentifier(() => Mail)] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
