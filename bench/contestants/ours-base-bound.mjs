import { classesOf } from '../classes.mjs';
import { extendingClass } from './ours-base.mjs';
import { bound } from './ours.mjs';

export { claims } from './ours.mjs';

export function contestant(graph, hooks) {
  return bound(classesOf(graph, extendingClass(hooks)));
}
