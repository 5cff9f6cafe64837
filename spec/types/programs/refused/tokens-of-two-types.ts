// Type 'Token<Pool>' is not assignable to type 'Token<Redis>'.
import { type Token } from 'mode-ts';
import { POOL, type Redis } from '../things.js';

export const REDIS: Token<Redis> = POOL;
