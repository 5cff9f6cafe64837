// Type 'typeof Cache' is not assignable to type '"inject names more than the constructor takes"'.
import { Service, service } from 'mode-ts';
import { Redis } from '../things.js';

@service({ inject: [Redis] })
export class Cache extends Service {}
