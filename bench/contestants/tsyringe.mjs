import { classesOf, decorateWithTypes } from '../classes.mjs';
import { container as globalContainer, injectable } from 'tsyringe';

/** tsyringe only injects: starting is a loop over the services in the order in which they were made; stop is its `dispose()`. */
export const claims = { start: true, stop: false };

export function contestant(graph, hooks) {
  const container = globalContainer.createChildContainer();
  const program = unbound(graph, hooks, container, injectable());
  const { classes } = program;
  return {
    ...program,
    register() {
      for (const cls of classes) container.registerSingleton(cls);
    },
  };
}

export function unbound(graph, hooks, container, decorate) {
  const made = [];
  const make = (name, i) =>
    ({
      [name]: class {
        constructor(...deps) {
          this.deps = deps;
          made.push(this);
        }
        async start() {
          return hooks.start(i);
        }
        async dispose() {
          return hooks.stop(i);
        }
      },
    })[name];
  const all = classesOf(graph, make);
  const { classes } = all;
  return {
    classes,
    declare: () => decorateWithTypes(all, decorate),
    register() {},
    async start() {
      for (const i of graph.tops) container.resolve(classes[i]);
      for (const instance of made) await instance.start();
    },
    stop: () => container.dispose(),
  };
}
