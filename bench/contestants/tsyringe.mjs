import 'reflect-metadata';
import { container as globalContainer, injectable } from 'tsyringe';
import { annotatedClasses } from '../annotated.mjs';

/** tsyringe only injects: starting is a loop over the services in the order in which they were made; stop is its `dispose()`. */
export const claims = { start: true, stop: false };

export function declare(graph, hooks) {
  const made = [];
  const make = (name, i) =>
    ({
      [name]: class {
        constructor(...deps) {
          this.deps = deps;
        }
        async start() {
          return hooks.start(i);
        }
        async dispose() {
          return hooks.stop(i);
        }
      },
    })[name];
  const classes = annotatedClasses(graph, make, injectable());
  const container = globalContainer.createChildContainer();
  return {
    register() {
      for (const cls of classes) {
        container.registerSingleton(cls);
        container.afterResolution(cls, (_, instance) => made.push(instance), { frequency: 'Once' });
      }
    },
    async start() {
      for (const i of graph.tops) container.resolve(classes[i]);
      for (const instance of made) await instance.start();
    },
    stop: () => container.dispose(),
  };
}
