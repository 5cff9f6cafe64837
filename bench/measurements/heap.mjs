/** Heap bytes per running service: after boot minus before, both after a collection; the classes are not counted. */
import { OURS, OURS_BASE } from '../contestants.mjs';
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
  return [OURS, OURS_BASE]
    .filter((name) => results.wide.has(name))
    .map((name) => ({
      goal: `≤ ${figure(GOAL)} bytes of heap per running service, ${name}`,
      met: SHAPES.every((shape) => of(name, shape) <= GOAL),
      detail: SHAPES.map((shape) => `${shape} ${figure(of(name, shape))}`).join(', '),
    }));
}

function scaled(stats) {
  return { ...stats, median: stats.median / SIZE, min: stats.min / SIZE, max: stats.max / SIZE };
}
