import { asClass, createContainer } from 'awilix';

/** awilix only injects: starting is a loop over the services in the order in which they were made; stop is its `dispose()`. */
export const claims = { start: true, stop: false };

export function contestant({ dependencies, tops }, hooks) {
  const made = [];
  const classes = dependencies.map((list, i) => {
    const names = list.map((d) => `S${d}`);
    const name = `S${i}`;
    return {
      [name]: class {
        constructor(cradle) {
          this.deps = [];
          for (const dependency of names) this.deps.push(cradle[dependency]);
          made.push(this);
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
  const container = createContainer();
  return {
    // a class says what it takes by what it reads of the cradle
    declare() {},
    register() {
      const resolver = (cls) =>
        asClass(cls)
          .singleton()
          .disposer((instance) => instance.stop());
      container.register(Object.fromEntries(classes.map((cls, i) => [`S${i}`, resolver(cls)])));
    },
    async start() {
      for (const i of tops) container.resolve(`S${i}`);
      for (const instance of made) await instance.start();
    },
    stop: () => container.dispose(),
  };
}
