import { Container, service } from 'mode-ts';
import { classesOf } from '../classes.mjs';
import { serviceClass } from '../service-class.mjs';

export const claims = { start: true, stop: true };

/** `options` go to every class. */
export function contestant(graph, hooks, options = {}) {
  return unbound(graph, classesOf(graph, serviceClass(hooks)), options);
}

export function unbound({ tops }, { classes, takes }, options) {
  const container = new Container();
  let Root = classes[tops[0]];
  if (tops.length > 1) {
    Root = class {
      async onStart() {}
      async onStop() {}
    };
  }
  return {
    declare() {
      declareAll({ classes, takes }, options);
      if (tops.length > 1) service({ ...options, dependsOn: tops.map((i) => classes[i]) })(Root);
    },
    register() {},
    start: () => container.boot(Root),
    stop: () => container.stop(),
  };
}

export function bound({ classes, takes }) {
  const container = new Container();
  return {
    declare: () => declareAll({ classes, takes }, {}),
    register() {
      for (const cls of classes) container.bind(cls).toSelf();
    },
    start: () => container.boot(),
    stop: () => container.stop(),
  };
}

function declareAll({ classes, takes }, options) {
  for (let i = 0; i < classes.length; i++) service({ ...options, inject: takes[i] })(classes[i]);
}
