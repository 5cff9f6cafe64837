import 'reflect-metadata';

/**
 * Classes as `emitDecoratorMetadata` leaves them, for the containers that read it. `start` and `stop` are the names under
 * which a container looks for the hooks.
 */
export function annotatedClasses({ dependencies }, hooks, { start, stop, decorate }) {
  const classes = [];
  dependencies.forEach((list, i) => {
    const name = `S${i}`;
    const cls = {
      [name]: class {
        constructor(...deps) {
          this.deps = deps;
        }
        async [start]() {
          return hooks.start(i);
        }
        async [stop]() {
          return hooks.stop(i);
        }
      },
    }[name];
    Reflect.defineMetadata(
      'design:paramtypes',
      list.map((d) => classes[d]),
      cls,
    );
    decorate(cls);
    classes.push(cls);
  });
  return classes;
}
