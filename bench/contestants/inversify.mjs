import 'reflect-metadata';
import { Container, injectable, postConstruct, preDestroy } from 'inversify';
import { annotatedClasses } from '../annotated.mjs';
import { serviceClass } from '../service-class.mjs';

/** inversify by itself: hooks as `@postConstruct` and `@preDestroy`; its deactivation does not follow the graph. */
export const claims = { start: true, stop: false };

export function declare(graph, hooks) {
  const decorate = (cls) => {
    injectable()(cls);
    postConstruct()(cls.prototype, 'onStart');
    preDestroy()(cls.prototype, 'onStop');
  };
  const classes = annotatedClasses(graph, serviceClass(hooks), decorate);
  const container = new Container();
  return {
    register() {
      for (const cls of classes) container.bind(cls).toSelf().inSingletonScope();
    },
    start: () => Promise.all(graph.tops.map((i) => container.getAsync(classes[i]))),
    stop: () => container.unbindAllAsync(),
  };
}
