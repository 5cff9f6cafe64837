/**
 * The limit: plain code. `new` in topological order, then a counting scheduler over flat arrays of edges: a service starts
 * the moment its last dependency has started. Stop is the mirror image.
 */
import { serviceClass } from '../service-class.mjs';

export const claims = { start: true, stop: true };

export function contestant({ size, dependencies, tops }, hooks) {
  const make = serviceClass(hooks);
  const classes = dependencies.map((_, i) => make(`S${i}`, i));
  class Root {
    async onStart() {}
    async onStop() {}
  }

  let instances;
  let up;
  let down;
  return {
    declare() {},
    register() {
      const needs = [...dependencies, tops];
      const from = [];
      const to = [];
      needs.forEach((list, dependent) => {
        for (const dependency of list) {
          from.push(dependency);
          to.push(dependent);
        }
      });
      up = edges(needs.length, from, to);
      down = edges(needs.length, to, from);
    },
    start() {
      instances = [];
      for (let i = 0; i < size; i++) instances.push(new classes[i](...dependencies[i].map((d) => instances[d])));
      instances.push(new Root());
      return schedule(up, (i) => instances[i].onStart());
    },
    stop: () => schedule(down, (i) => instances[i].onStop()),
  };
}

/** For every node: how many edges point to it, and a slice of `targets` with the nodes that its own edges point to. */
function edges(size, from, to) {
  const waiting = new Int32Array(size);
  const first = new Int32Array(size + 1);
  for (const node of from) first[node + 1]++;
  for (let i = 0; i < size; i++) first[i + 1] += first[i];
  const next = first.slice();
  const targets = new Int32Array(to.length);
  for (let e = 0; e < to.length; e++) {
    targets[next[from[e]]++] = to[e];
    waiting[to[e]]++;
  }
  return { size, waiting, first, targets };
}

function schedule({ size, waiting, first, targets }, call) {
  return new Promise((resolve, reject) => {
    let left = size;
    const begin = (i) => {
      call(i).then(() => {
        for (let e = first[i]; e < first[i + 1]; e++) if (--waiting[targets[e]] === 0) begin(targets[e]);
        if (--left === 0) resolve();
      }, reject);
    };
    const ready = [];
    for (let i = 0; i < size; i++) if (waiting[i] === 0) ready.push(i);
    ready.forEach(begin);
  });
}
