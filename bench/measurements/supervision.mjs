/** What supervision costs where nothing crashes: boot and stop of the same graph, without and with a policy on every class. */
import { OURS } from '../contestants.mjs';
import { figure, interleave, progress, quotient, runChild, spread, summary, table } from '../harness.mjs';
import { workloads } from '../workloads.mjs';

const SIZE = 10_000;
const SUPERVISED = 'ours-supervised';
const GOAL = 1.1;

export const title = `Supervision where nothing crashes, ${SIZE.toLocaleString('en')} services`;

export async function measure({ names, quick, budget }) {
  const results = {};
  if (!names.includes(OURS)) return results;
  for (const [label, shape] of Object.entries(workloads)) {
    results[label] = await interleave([OURS, SUPERVISED], {
      rounds: quick ? 5 : 21,
      budget,
      run: (name) => runChild('lifecycle.mjs', [name, shape, SIZE, 'time'], { budget }),
      onRound: (round) => progress(`supervision, ${label} ${shape}, round ${round + 1}`),
    });
  }
  return results;
}

export function render(results, { verbose }) {
  const show = (stats) => (stats === undefined ? 'failed' : verbose ? spread(stats) : figure(stats.median));
  const rows = Object.entries(results).map(([label, of]) => [
    `${label} ${workloads[label]}`,
    ...['start', 'total'].flatMap((phase) => [
      show(summary(of.get(OURS), phase)),
      show(summary(of.get(SUPERVISED), phase)),
      figure(quotient(of.get(SUPERVISED), of.get(OURS), phase)),
    ]),
  ]);
  return table(['ms', 'boot without', 'boot with', '×', 'boot and stop without', 'with', '×'], rows);
}

export function goals(results) {
  const entries = Object.entries(results);
  if (entries.length === 0) return [];
  const ratios = entries.map(([label, of]) => [label, quotient(of.get(SUPERVISED), of.get(OURS), 'start')]);
  return [
    {
      goal: `a boot with supervision ≤ ${figure(GOAL)} × one without`,
      met: ratios.every(([, value]) => value <= GOAL),
      detail: ratios.map(([label, value]) => `${label} ${figure(value)}`).join(', '),
    },
  ];
}
