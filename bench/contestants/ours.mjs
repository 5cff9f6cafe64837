import { Container, service } from 'mode-ts';
import { annotatedClasses } from '../annotated.mjs';
import { serviceClass } from '../service-class.mjs';

export const claims = { start: true, stop: true };

/** `options` go to every class. */
export function declare(graph, hooks, options = {}) {
  return program(graph, annotatedClasses(graph, serviceClass(hooks), service(options)), options);
}

export function program({ tops }, classes, options) {
  let Root = classes[tops[0]];
  if (tops.length > 1) {
    Root = class {
      async onStart() {}
      async onStop() {}
    };
    service({ ...options, dependsOn: tops.map((i) => classes[i]) })(Root);
  }

  const container = new Container();
  return {
    register() {},
    start: () => container.boot(Root),
    stop: () => container.stop(),
  };
}
