/**
 * Hooks that really wait: 200 services in 10 layers, 5 ms each way. The critical path is what the limit takes. Boot is
 * everything up to then: declaration, registration, start. */
import { LIMIT, OURS, OURS_BOUND } from '../contestants.mjs';
import { figure, interleave, progress, quotient, runChild, spread, summary, table } from '../harness.mjs';

const SIZE = 200;
const GOAL = 1.15;
const PHASES = ['boot', 'stop'];

export const title = `Real waiting: ${SIZE} services, 10 layers, 5 ms each way`;

export function measure({ names, quick }) {
  return interleave(names, {
    rounds: quick ? 3 : 11,
    run: async (name) => {
      const { value, ...rest } = await runChild('lifecycle.mjs', [name, 'layered', SIZE, 'wait']);
      return value === undefined ? rest : { value: { ...value, boot: value.declare + value.register + value.start } };
    },
    onRound: (round) => progress(`waiting, round ${round + 1}`),
  });
}

export function render(results, { names, verbose }) {
  const rows = names.map((name) => {
    const result = results.get(name);
    if (result.failure !== undefined) return [name, result.failure, '', '', '', ''];
    const stats = PHASES.map((phase) => summary(result, phase));
    const wrong = PHASES.map((phase) =>
      Math.max(...result.samples.map(({ wrong: of }) => of[phase === 'boot' ? 'start' : 'stop'])),
    );
    const cells = stats.flatMap((of, i) => [
      verbose ? spread(of) : figure(of.median),
      figure(quotient(result, results.get(LIMIT), PHASES[i])),
    ]);
    return [name, ...cells, wrong.every((count) => count === 0) ? '' : `${wrong[0]} starts, ${wrong[1]} stops`];
  });
  return table(['', 'boot ms', '× the limit', 'stop ms', '× the limit', 'in the wrong order'], rows);
}

export function goals(results) {
  const names = [OURS, OURS_BOUND].filter((name) => results.has(name));
  return names.flatMap((name) =>
    PHASES.map((phase) => {
      const times = quotient(results.get(name), results.get(LIMIT), phase);
      return {
        goal: `real waiting, ${name}: ${phase} ≤ ${GOAL} × the critical path`,
        met: times <= GOAL,
        detail: figure(times),
      };
    }),
  );
}
