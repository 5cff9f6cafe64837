// Type 'UnknownKey<"isOptional">' is missing the following properties from type 'Redis'
import { Service, service } from 'mode-ts';
import { Redis } from '../things.js';

@service({ inject: [{ serviceIdentifier: Redis, isOptional: true }] })
export class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}
