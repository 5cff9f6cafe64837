/**
 * A program from the first decorator to the last stop: declaration, registration, boot and stop of graphs whose hooks are async
 * no-ops. What the library itself costs.
 */
import { BOUND_PEERS, LIMIT, OURS, OURS_BASE, OURS_BASE_BOUND, OURS_BOUND, PEERS } from '../contestants.mjs';
import { figure, interleave, overRounds, progress, quotient, runChild, spread, summary, table } from '../harness.mjs';
import { workloads } from '../workloads.mjs';

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = { 1_000: 15, 10_000: 9, 100_000: 3 };
const QUICK_ROUNDS = { 1_000: 3, 10_000: 3, 100_000: 1 };
const ORDER_SIZE = 200;
const PARTS = ['declare', 'register', 'start', 'stop'];
const GOAL = 3.5;
const DECLARE_GOAL = 1.3;
const LINEAR_GOAL = 12;
/** It only injects, and its stop is a loop: shown, not raced. */
const INJECTOR = 'tsyringe';

export const title = 'The whole path: declare, register, boot, stop';

export async function measure({ names, quick, budget }) {
  const order = {};
  for (const [label, shape] of Object.entries(workloads)) {
    progress(`order, ${label} ${shape}`);
    order[label] = await interleave(names, {
      rounds: 1,
      run: (name) => runChild('lifecycle.mjs', [name, shape, ORDER_SIZE, 'order']),
    });
  }
  const cases = [];
  for (const size of SIZES) {
    for (const [label, shape] of Object.entries(workloads)) {
      // Only plain code and this library boot the largest layered graph in bearable time.
      const subjects = label === 'W3' && size === 100_000 ? names.filter((name) => !PEERS.includes(name)) : names;
      const results = await interleave(subjects, {
        rounds: (quick ? QUICK_ROUNDS : ROUNDS)[size],
        budget,
        run: (name) => runChild('lifecycle.mjs', [name, shape, size, 'time'], { budget }),
        onRound: (round) => progress(`${label} ${shape}, ${size}, round ${round + 1}`),
      });
      cases.push({ label, shape, size, results });
    }
  }
  return { order, cases };
}

export function render({ order, cases }, { names, verbose }) {
  const unordered = names.filter((name) => Object.values(order).some((results) => stopsWrong(results.get(name))));
  const others = names.filter((name) => name !== LIMIT);
  const called = (name) => (unordered.includes(name) ? `${name} †` : name);
  const sums = table(
    ['in sum, × the limit', 'limit µs/service', ...others.map(called)],
    cases.map((one) => [titleOf(one), limitPerService(one), ...others.map((name) => sumCell(one, name))]),
  );
  const parts = cases.filter(isShown).map((one) =>
    table(
      [`${titleOf(one)}: × the sum of the limit`, ...PARTS, 'in sum'],
      names.map((name) => [called(name), ...[...PARTS, 'total'].map((part) => partCell(one, name, part))]),
    ),
  );
  const lines = [LEGEND, sums, ...parts];
  if (unordered.length > 0) lines.push(`† stops services before what depends on them has stopped.`);
  for (const [label, results] of Object.entries(order)) {
    for (const [name, { failure, message }] of results) {
      if (failure === undefined) continue;
      lines.push(`Order check of ${name}, ${label}, ${ORDER_SIZE} services: ${failure}: ${oneLine(message)}`);
    }
  }
  if (verbose) lines.push(details(cases, names));
  return lines.join('\n\n');
}

const LEGEND = `What is counted:

- declare: what stands above the classes, decorators and the types that a compiler emits for those who read them; not the classes
  themselves, which are the same for everybody. Nothing for the limit and for awilix.
- register: what is said to the container, class by class; nothing where a root is booted by its class. A new container is not counted.
- start and stop: from the call to its end, with hooks that do nothing.
- ${OURS}, ${OURS_BASE} and the peers called -unbound bind nothing; all others bind each class.`;

export function goals({ order, cases }, { names }) {
  if (!names.includes(OURS)) return [];
  const wrong = Object.keys(order).filter((label) => order[label].get(OURS).failure !== undefined);
  const takesPart = (name) => names.includes(name);
  const raced = cases.filter(isShown);
  const growth = ['W1', 'W2', 'W3'].map((label) => {
    const at = (size) =>
      summary(cases.find((one) => one.label === label && one.size === size)?.results.get(OURS), 'total')?.median;
    return [label, at(100_000) / at(10_000)];
  });
  return [
    {
      goal: 'dependencies start first and stop last',
      met: wrong.length === 0,
      detail: wrong.length === 0 ? Object.keys(order).join(', ') : `not in ${wrong.join(', ')}`,
    },
    ...[OURS, OURS_BASE]
      .filter(takesPart)
      .map((name) =>
        atMost(GOAL, `${name}, in sum ≤ ${GOAL} × the limit`, raced, ({ results }) =>
          quotient(results.get(name), results.get(LIMIT), 'total'),
        ),
      ),
    ...[OURS_BOUND, OURS_BASE_BOUND]
      .filter((name) => takesPart(name) && takesPart('inversify'))
      .map((name) =>
        atMost(GOAL, `${name}, in sum ≤ bind() of inversify + ${GOAL} × the limit`, raced, ({ results }) =>
          overRounds(
            [name, 'inversify', LIMIT].map((one) => results.get(one)),
            (bound, inversify, limit) => (bound.total - inversify.register) / limit.total,
          ),
        ),
      ),
    atMost(DECLARE_GOAL, `declaration ≤ ${DECLARE_GOAL} × that of ${INJECTOR}`, raced, ({ results }) =>
      quotient(results.get(OURS), results.get(INJECTOR), 'declare'),
    ),
    ...BOUND_PEERS.filter((peer) => peer !== INJECTOR && takesPart(peer) && takesPart(OURS_BOUND)).map((peer) =>
      atMost(1, `${OURS_BOUND}, in sum ahead of ${peer}`, raced, ({ results }) =>
        quotient(results.get(OURS_BOUND), results.get(peer), 'total'),
      ),
    ),
    {
      goal: `100,000 ≤ ${LINEAR_GOAL} × 10,000`,
      met: growth.every(([, ratio]) => ratio <= LINEAR_GOAL),
      detail: shown(growth),
    },
  ];
}

/** Whether its parts are shown, and the goals hold for it. */
function isShown({ size, label }) {
  return size < 100_000 && label !== 'W2';
}

/** A goal that holds in each of some cases. */
function atMost(limit, goal, cases, ratioOf) {
  const ratios = cases.map((one) => [titleOf(one), ratioOf(one)]);
  return { goal, met: ratios.every(([, ratio]) => ratio <= limit), detail: shown(ratios) };
}

function shown(ratios) {
  return ratios.map(([label, ratio]) => `${label}: ${figure(ratio)}`).join('; ');
}

function stopsWrong(result) {
  return result?.samples.some((sample) => sample.wrong.stop > 0) ?? false;
}

function limitPerService({ results, size }) {
  return figure((summary(results.get(LIMIT), 'total').median * 1000) / size);
}

function sumCell({ results }, name) {
  const result = results.get(name);
  return result === undefined ? '' : (result.failure ?? figure(quotient(result, results.get(LIMIT), 'total')));
}

function partCell({ results }, name, part) {
  const result = results.get(name);
  if (result === undefined) return '';
  if (result.failure !== undefined) return part === 'total' ? result.failure : '';
  return figure(quotient(result, results.get(LIMIT), part, 'total'));
}

function titleOf({ label, shape, size }) {
  return `${label} ${shape}, ${size.toLocaleString('en')}`;
}

function details(cases, names) {
  const phases = [...PARTS, 'total'];
  const rows = [];
  for (const one of cases) {
    for (const name of names) {
      const result = one.results.get(name);
      if (result === undefined) continue;
      const { failure, message } = result;
      const cells = phases.map((phase) => (failure === undefined ? spread(summary(result, phase)) : ''));
      if (failure !== undefined) cells[0] = `${failure}: ${oneLine(message)}`;
      rows.push([titleOf(one), name, ...cells]);
    }
  }
  return table(['ms: median (min–max)', '', ...phases], rows);
}

function oneLine(text = '') {
  return text
    .replace(/[\s|]+/g, ' ')
    .trim()
    .slice(0, 80);
}
