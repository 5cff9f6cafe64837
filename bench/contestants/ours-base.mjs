/** The same where every class extends `Service`, for all that it brings: V8 is slower with classes that extend others. */
import { Service, service } from 'mode-ts';
import { annotatedClasses } from '../annotated.mjs';
import { program } from './ours.mjs';

export { claims } from './ours.mjs';

export function declare(graph, hooks) {
  const make = (name, i) =>
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
  return program(graph, annotatedClasses(graph, make, service()), {});
}
