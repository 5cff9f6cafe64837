import 'reflect-metadata';
import { Container, injectable, postConstruct, preDestroy } from 'inversify';
import { annotatedClasses } from '../annotated.mjs';

/** inversify by itself: hooks as `@postConstruct` and `@preDestroy`; its deactivation does not follow the graph. */
export const claims = { start: true, stop: false };

export function declare(graph, hooks) {
  const decorate = (cls) => {
    injectable()(cls);
    postConstruct()(cls.prototype, 'onStart');
    preDestroy()(cls.prototype, 'onStop');
  };
  const make = (name, i) =>
    ({
      [name]: class {
        constructor(...deps) {
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
  const classes = annotatedClasses(graph, make, decorate);
  const container = new Container();
  return {
    register() {
      for (const cls of classes) container.bind(cls).toSelf().inSingletonScope();
    },
    start: () => Promise.all(graph.tops.map((i) => container.getAsync(classes[i]))),
    stop: () => container.unbindAllAsync(),
  };
}
