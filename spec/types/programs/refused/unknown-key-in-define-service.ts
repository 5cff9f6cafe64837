// Type 'UnknownKey<"isOptional">' is missing the following properties from type 'Redis'
import { Service, defineService } from 'mode-ts';
import { Redis } from '../things.js';

class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

export default defineService(Cache, { inject: [{ serviceIdentifier: Redis, isOptional: true }] });
