/** Whole processes, from spawn to exit: importing, and booting three services. */
import { OURS } from '../contestants.mjs';
import { figure, interleave, progress, quotient, spread, summary, table, timeProcess } from '../harness.mjs';

const GOAL = 1.1;
const NODE = 'node -e 0';
const IMPORT_INVERSIFY = 'import inversify and reflect-metadata';
const IMPORT_OURS = 'import mode-ts';

export const title = 'Cold start of a process';

export function measure({ names, quick }) {
  const commands = new Map([
    [NODE, ['-e', '0']],
    [IMPORT_INVERSIFY, ['bench/children/import-inversify.mjs']],
    ...(names.includes(OURS) ? [[IMPORT_OURS, ['bench/children/import-ours.mjs']]] : []),
    ...names.map((name) => [`three services: ${name}`, ['bench/children/cold.mjs', name]]),
  ]);
  return interleave([...commands.keys()], {
    rounds: quick ? 5 : 15,
    run: (label) => timeProcess(commands.get(label)),
    onRound: (round) => progress(`cold start, round ${round + 1}`),
  });
}

export function render(results, { verbose }) {
  const rows = [...results].map(([label, result]) => {
    const stats = summary(result, 'total');
    if (stats === undefined) return [label, result.failure, ''];
    return [
      label,
      verbose ? spread(stats) : figure(stats.median),
      figure(quotient(result, results.get(NODE), 'total')),
    ];
  });
  return table(['', 'ms', `× ${NODE}`], rows);
}

export function goals(results) {
  if (!results.has(IMPORT_OURS)) return [];
  const [node, inversify, ours] = [NODE, IMPORT_INVERSIFY, IMPORT_OURS].map(
    (label) => summary(results.get(label), 'total')?.median ?? Number.NaN,
  );
  const times = quotient(results.get(IMPORT_OURS), results.get(IMPORT_INVERSIFY), 'total');
  return [
    {
      goal: `importing mode-ts ≤ ${figure(GOAL)} × importing inversify`,
      met: times <= GOAL,
      detail: `${figure(times)} (without node itself ${figure((ours - node) / (inversify - node))})`,
    },
  ];
}
