/** The same where every class extends `Service`, for all that it brings: V8 is slower with classes that extend others. */
import { Service } from 'mode-ts';
import { classesOf } from '../classes.mjs';
import { unbound } from './ours.mjs';

export { claims } from './ours.mjs';

export function contestant(graph, hooks) {
  return unbound(graph, classesOf(graph, extendingClass(hooks)), {});
}

export const extendingClass = (hooks) => (name, i) =>
  ({
    [name]: class extends Service {
      constructor(...deps) {
        super();
        this.deps = deps;
      }
      async onStart() {
        return hooks.start(i);
      }
      async onStop() {
        return hooks.stop(i);
      }
    },
  })[name];
