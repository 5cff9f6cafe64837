import { Context, Effect, Layer, ManagedRuntime } from 'effect';

/** One layer per service, acquired and released; layers are memoised by reference, so a shared dependency is built once. */
export const claims = { start: true, stop: true };

export function declare({ dependencies, tops }, hooks) {
  const services = dependencies.map((list, i) => {
    const name = `S${i}`;
    const cls = {
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
    return { cls, tag: Context.Service(name) };
  });
  let runtime;
  return {
    register() {
      const layers = [];
      dependencies.forEach((list, i) => {
        const { cls, tag } = services[i];
        const acquire = Effect.gen(function* () {
          const deps = [];
          for (const d of list) deps.push(yield* services[d].tag);
          const instance = new cls(...deps);
          yield* Effect.promise(() => instance.start());
          return instance;
        });
        const layer = Layer.effect(
          tag,
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
