/** The class of a service, for all whose hooks are called `onStart` and `onStop`. */
export const serviceClass = (hooks) => (name, i) =>
  ({
    [name]: class {
      constructor(...deps) {
        this.deps = deps;
      }
      async onStart() {
        return hooks.start(i);
      }
      async onStop() {
        return hooks.stop(i);
      }
    },
  })[name];
