import { classesOf } from '../classes.mjs';
import { serviceClass } from '../service-class.mjs';
import { bound } from './ours.mjs';

export { claims } from './ours.mjs';

export function contestant(graph, hooks) {
  return bound(classesOf(graph, serviceClass(hooks)));
}
