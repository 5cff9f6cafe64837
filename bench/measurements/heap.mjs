/**
 * Heap bytes per running service: after boot minus before the declaration, both after a collection. The classes themselves are not
 * counted, what is declared about them is.
 */
import { OURS, OURS_BASE, OURS_BASE_BOUND, OURS_BOUND } from '../contestants.mjs';
import { figure, interleave, progress, runChild, spread, summary, table } from '../harness.mjs';

const SIZE = 10_000;
const SHAPES = ['wide', 'layered'];
const GOAL = 1500;

export const title = `Heap bytes per running service, ${SIZE.toLocaleString('en')} services`;

export async function measure({ names, quick, budget }) {
  const results = {};
  for (const shape of SHAPES) {
    results[shape] = await interleave(names, {
      rounds: quick ? 1 : 3,
      budget,
      run: (name) => runChild('lifecycle.mjs', [name, shape, SIZE, 'heap'], { budget }),
      onRound: (round) => progress(`heap, ${shape}, round ${round + 1}`),
    });
  }
  return results;
}

export function render(results, { names, verbose }) {
  const show = (stats) => (verbose ? spread(stats) : figure(stats.median));
  const cell = (result) => result.failure ?? show(scaled(summary(result, 'heap')));
  return table(
    ['bytes', ...names],
    SHAPES.map((shape) => [shape, ...names.map((name) => cell(results[shape].get(name)))]),
  );
}

export function goals(results) {
  const of = (name, shape) => (summary(results[shape].get(name), 'heap')?.median ?? Number.NaN) / SIZE;
  const pairs = [
    [OURS, OURS_BOUND],
    [OURS_BASE, OURS_BASE_BOUND],
  ];
  return pairs
    .filter((pair) => pair.every((name) => results.wide.has(name)))
    .map(([unbound, bound]) => {
      const more = SHAPES.map((shape) => [shape, of(bound, shape) - of(unbound, shape)]);
      return {
        goal: `≤ ${figure(GOAL)} bytes of heap more for a service that is bound, ${bound}`,
        met: more.every(([, bytes]) => bytes <= GOAL),
        detail: more.map(([shape, bytes]) => `${shape} ${figure(bytes)}`).join(', '),
      };
    });
}

function scaled(stats) {
  return { ...stats, median: stats.median / SIZE, min: stats.min / SIZE, max: stats.max / SIZE };
}
