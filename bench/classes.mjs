import 'reflect-metadata';

/**
 * The classes of a graph, with nothing said about them yet, and for each of them the classes that its constructor takes. Each
 * contestant writes the class itself, with the hooks that its container looks for: V8 is slower with methods whose names are computed.
 */
export function classesOf({ dependencies }, make) {
  const classes = dependencies.map((_, i) => make(`S${i}`, i));
  return { classes, takes: dependencies.map((list) => list.map((d) => classes[d])) };
}

/**
 * Decorates the classes as a compiled program does while it loads: with `emitDecoratorMetadata` the types of the constructor come
 * with each class, for the containers that read them.
 */
export function decorateWithTypes({ classes, takes }, decorate) {
  for (let i = 0; i < classes.length; i++) {
    Reflect.defineMetadata('design:paramtypes', takes[i], classes[i]);
    decorate(classes[i]);
  }
}
