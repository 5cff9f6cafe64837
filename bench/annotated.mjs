import 'reflect-metadata';

/**
 * Classes as `emitDecoratorMetadata` leaves them, for the containers that read it. Each contestant writes the class itself, with
 * the hooks that its container looks for: V8 is slower with methods whose names are computed.
 */
export function annotatedClasses({ dependencies }, make, decorate) {
  const classes = [];
  dependencies.forEach((list, i) => {
    const cls = make(`S${i}`, i);
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
