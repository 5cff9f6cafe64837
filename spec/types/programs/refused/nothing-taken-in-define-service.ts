// Type 'typeof Cache' is not assignable to type '"inject names more than the constructor takes"'.
import { Service, defineService } from 'mode-ts';
import { Redis } from '../things.js';

class Cache extends Service {}

export default defineService(Cache, { inject: [Redis] });
