/** Registration + boot + stop of graphs whose hooks are async no-ops: what the library itself costs. */
import { LIMIT, OURS, OURS_BASE, PEERS } from '../contestants.mjs';
import { figure, interleave, progress, quotient, runChild, spread, summary, table } from '../harness.mjs';
import { workloads } from '../workloads.mjs';

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = { 1_000: 15, 10_000: 7, 100_000: 3 };
const QUICK_ROUNDS = { 1_000: 3, 10_000: 3, 100_000: 1 };
const ORDER_SIZE = 200;
const GOAL = 4;
const LINEAR_GOAL = 12;

export const title = 'Boot and stop';

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
  const head = [
    'total, × the limit',
    'limit µs/service',
    ...others.map((name) => (unordered.includes(name) ? `${name} †` : name)),
  ];
  const rows = cases.map((one) => {
    const limit = summary(one.results.get(LIMIT), 'total').median;
    return [
      titleOf(one),
      figure((limit * 1000) / one.size),
      ...others.map((name) => cell(one.results.get(name), one.results.get(LIMIT))),
    ];
  });
  const lines = [table(head, rows)];
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

export function goals({ order, cases }, { names }) {
  if (!names.includes(OURS)) return [];
  const wrong = Object.keys(order).filter((label) => order[label].get(OURS).failure !== undefined);
  const mine = [OURS, OURS_BASE].filter((name) => names.includes(name));
  const ratios = mine.flatMap((name) => cases.map((one) => ({ one, ratio: ratioTo(LIMIT, one, name) })));
  const slow = ratios.filter(({ ratio }) => !(ratio <= GOAL));
  const beaten = cases.flatMap((one) =>
    PEERS.filter((peer) => ratioTo(peer, one) >= 1).map((peer) => `${peer} in ${titleOf(one)}`),
  );
  const growth = ['W1', 'W2', 'W3'].map((label) => {
    const at = (size) =>
      summary(cases.find((one) => one.label === label && one.size === size)?.results.get(OURS), 'total')?.median;
    return { label, ratio: at(100_000) / at(10_000) };
  });
  return [
    {
      goal: 'dependencies start first and stop last',
      met: wrong.length === 0,
      detail: wrong.length === 0 ? Object.keys(order).join(', ') : `not in ${wrong.join(', ')}`,
    },
    {
      goal: `total ≤ ${GOAL} × the limit everywhere`,
      met: slow.length === 0,
      detail:
        slow.length === 0
          ? `at most ${figure(Math.max(...ratios.map(({ ratio }) => ratio)))}`
          : slow
              .map(({ one, ratio }) => `${titleOf(one)}: ${Number.isNaN(ratio) ? 'failed' : figure(ratio)}`)
              .join('; '),
    },
    {
      goal: 'total smaller than every peer',
      met: beaten.length === 0 && !ratios.some(({ ratio }) => Number.isNaN(ratio)),
      detail: beaten.length === 0 ? 'everywhere' : `slower than ${beaten.join('; ')}`,
    },
    {
      goal: `100,000 ≤ ${LINEAR_GOAL} × 10,000`,
      met: growth.every(({ ratio }) => ratio <= LINEAR_GOAL),
      detail: growth.map(({ label, ratio }) => `${label} ${figure(ratio)}`).join(', '),
    },
  ];
}

function ratioTo(name, { results }, mine = OURS) {
  return quotient(results.get(mine), results.get(name), 'total');
}

function stopsWrong(result) {
  return result?.samples.some((sample) => sample.wrong.stop > 0) ?? false;
}

function cell(result, limit) {
  if (result === undefined) return '';
  return result.failure ?? figure(quotient(result, limit, 'total'));
}

function titleOf({ label, shape, size }) {
  return `${label} ${shape}, ${size.toLocaleString('en')}`;
}

function details(cases, names) {
  const phases = ['register', 'start', 'stop', 'total'];
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
