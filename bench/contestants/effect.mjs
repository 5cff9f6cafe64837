import { Context, Effect, Layer, ManagedRuntime } from 'effect';

/** One layer per service, acquired and released; layers are memoised by reference, so a shared dependency is built once. */
export const claims = { start: true, stop: true };

export function contestant({ dependencies, tops }, hooks) {
  const classes = dependencies.map((_, i) => {
    const name = `S${i}`;
    return {
      [name]: class {
        constructor(...deps) {
          this.deps = deps;
        }
        async start() {
          return hooks.start(i);
        }
        async stop() {
          return hooks.stop(i);
        }
      },
    }[name];
  });
  let tags;
  let runtime;
  return {
    declare() {
      tags = classes.map((_, i) => Context.Service(`S${i}`));
    },
    register() {
      const layers = [];
      dependencies.forEach((list, i) => {
        const acquire = Effect.gen(function* () {
          const deps = [];
          for (const d of list) deps.push(yield* tags[d]);
          const instance = new classes[i](...deps);
          yield* Effect.promise(() => instance.start());
          return instance;
        });
        const layer = Layer.effect(
          tags[i],
          Effect.acquireRelease(acquire, (instance) => Effect.promise(() => instance.stop())),
        );
        layers.push(
          list.length === 0
            ? layer
            : Layer.provide(
                layer,
                list.map((d) => layers[d]),
              ),
        );
      });
      runtime = ManagedRuntime.make(Layer.mergeAll(...tops.map((i) => layers[i])));
    },
    start: () => runtime.runPromise(Effect.void),
    stop: () => runtime.dispose(),
  };
}
