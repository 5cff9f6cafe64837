import { Container, Service, service } from 'mode-ts';

export const claims = { start: true, stop: true };

/** `options` go to every class. */
export function declare({ dependencies, tops }, hooks, options = {}) {
  const classes = [];
  dependencies.forEach((list, i) => {
    const name = `S${i}`;
    const cls = {
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
    }[name];
    service({ ...options, inject: list.map((d) => classes[d]) })(cls);
    classes.push(cls);
  });
  let Root = classes[tops[0]];
  if (tops.length > 1) {
    Root = class extends Service {
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
