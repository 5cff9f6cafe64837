import { Container, injectable, postConstruct, preDestroy } from 'inversify';
import { classesOf, decorateWithTypes } from '../classes.mjs';
import { serviceClass } from '../service-class.mjs';

/** inversify by itself: hooks as `@postConstruct` and `@preDestroy`; its deactivation does not follow the graph. */
export const claims = { start: true, stop: false };

export function contestant(graph, hooks) {
  const container = new Container({ defaultScope: 'Singleton' });
  const program = unbound(graph, hooks, container);
  const { classes } = program;
  return {
    ...program,
    register() {
      for (const cls of classes) container.bind(cls).toSelf();
    },
  };
}

export function unbound(graph, hooks, container) {
  const all = classesOf(graph, serviceClass(hooks));
  const { classes } = all;
  return {
    classes,
    declare: () =>
      decorateWithTypes(all, (cls) => {
        postConstruct()(cls.prototype, 'onStart');
        preDestroy()(cls.prototype, 'onStop');
        injectable()(cls);
      }),
    register() {},
    start: () => Promise.all(graph.tops.map((i) => container.getAsync(classes[i]))),
    stop: () => container.unbindAllAsync(),
  };
}
