/**
 * The graphs that are booted. Services are numbered in topological order: `dependencies[i]` holds only numbers below i.
 * `tops` are the services that nobody depends on; a root that depends on all of them reaches everything.
 */
const LAYERS = 10;
const FAN_IN = 5;

const shapes = {
  wide: () => [],
  chain: (i) => (i === 0 ? [] : [i - 1]),
  layered(i, size) {
    const width = size / LAYERS;
    const layer = Math.floor(i / width);
    if (layer === 0) return [];
    return Array.from({ length: FAN_IN }, (_, k) => (layer - 1) * width + ((i + k) % width));
  },
};

export const workloads = { W1: 'wide', W2: 'chain', W3: 'layered' };

export function graphOf(shape, size) {
  const dependencies = Array.from({ length: size }, (_, i) => shapes[shape](i, size));
  const needed = new Set(dependencies.flat());
  const tops = [];
  for (let i = 0; i < size; i++) if (!needed.has(i)) tops.push(i);
  return { size, dependencies, tops };
}
