/** How late a 100 ms timer with a busy callback is at its sixtieth tick. */
import { LIMIT, OURS } from '../contestants.mjs';
import { figure, interleave, progress, runChild, spread, summary, table } from '../harness.mjs';

const SUBJECTS = [LIMIT, OURS, 'setInterval', 'effect'];
const GOAL = 1;

export const title = 'Timer: 60 ticks of 100 ms, a callback that is busy for 20 ms';

export function measure({ names, quick }) {
  const subjects = SUBJECTS.filter((name) => name === 'setInterval' || names.includes(name));
  return interleave(subjects, {
    rounds: quick ? 1 : 5,
    run: (name) => runChild('timer.mjs', [name]),
    onRound: (round) => progress(`timers, round ${round + 1}`),
  });
}

export function render(results, { verbose }) {
  const show = (stats) => (verbose ? spread(stats) : figure(stats.median));
  const label = {
    limit: 'limit (setTimeout to an absolute schedule)',
    effect: 'effect, Schedule.fixed (counts from the end of the first call)',
  };
  const rows = [...results].map(([name, result]) => [
    label[name] ?? name,
    result.failure ?? show(summary(result, 'last')),
    result.failure === undefined ? show(summary(result, 'worst')) : '',
  ]);
  return table(['ms late', 'at the last tick', 'at worst'], rows);
}

export function goals(results) {
  if (!results.has(OURS)) return [];
  const late = summary(results.get(OURS), 'last')?.median ?? Number.NaN;
  return [{ goal: `≤ ${GOAL} ms late at the 60th tick`, met: late <= GOAL, detail: `${figure(late)} ms` }];
}
