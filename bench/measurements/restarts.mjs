/** How fast a service comes back that crashes as soon as it can, and what a storm of crashes leaves behind. */
import { LIMIT, OURS } from '../contestants.mjs';
import { figure, interleave, progress, runChild, spread, summary, table } from '../harness.mjs';

const RESTARTS = 10_000;
const SUBJECTS = {
  [LIMIT]: 'limit (its hooks, called by hand)',
  graph: 'a service of the graph',
  supervisor: 'OneForOneSupervisor',
};
const OURS_ARE = ['graph', 'supervisor'];
const STALL = 50;
const HEAP = 2;

export const title = `${RESTARTS.toLocaleString('en')} restarts of one service among 1,000, without a delay`;

export function measure({ names, quick }) {
  const subjects = Object.keys(SUBJECTS).filter((name) => name === LIMIT || names.includes(OURS));
  return interleave(subjects, {
    rounds: quick ? 1 : 5,
    run: (name) => runChild('restarts.mjs', [name, RESTARTS]),
    onRound: (round) => progress(`restarts, round ${round + 1}`),
  });
}

export function render(results, { verbose }) {
  const show = (stats, scale = 1) => (verbose ? spread(scaled(stats, scale)) : figure(stats.median * scale));
  const rows = [...results].map(([name, result]) =>
    result.failure === undefined
      ? [
          SUBJECTS[name],
          show(summary(result, 'perSecond')),
          show(summary(result, 'busiest')),
          show(summary(result, 'heap'), 1 / 2 ** 20),
        ]
      : [SUBJECTS[name], `${result.failure}: ${result.message ?? ''}`, '', ''],
  );
  return table(['', 'restarts per second', 'ms of work between two turns at worst', 'heap left behind, MB'], rows);
}

export function goals(results) {
  if (!results.has('graph')) return [];
  const worst = (field) => OURS_ARE.map((name) => summary(results.get(name), field)?.median ?? Number.NaN);
  const [stall, heap] = [worst('busiest'), worst('heap').map((bytes) => bytes / 2 ** 20)];
  const detail = (values) => OURS_ARE.map((name, i) => `${name} ${figure(values[i])}`).join(', ');
  return [
    {
      goal: `a storm of ${RESTARTS.toLocaleString('en')} crashes keeps the event loop busy for ≤ ${STALL} ms at a time`,
      met: stall.every((ms) => ms <= STALL),
      detail: detail(stall),
    },
    { goal: `and leaves ≤ ${HEAP} MB of heap behind`, met: heap.every((mb) => mb <= HEAP), detail: detail(heap) },
  ];
}

function scaled({ median, min, max, runs }, by) {
  return { median: median * by, min: min * by, max: max * by, runs };
}
