// Argument of type 'Redis' is not assignable to parameter of type 'ClassTaking<readonly InjectOption[]>'.
import { defineService } from 'mode-ts';
import { Redis } from '../things.js';

export default defineService(new Redis());
