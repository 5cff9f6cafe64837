/**
 * Measures this library beside plain code (the limit) and beside its peers, all in one run:
 *
 *   node --expose-gc bench/main.mjs [--quick] [--only boot,heap,waiting,timers,restarts,supervision,cold] [--contestants ours,nest]
 *                                   [--verbose] [--budget seconds] [--json file]
 *
 * Every run is a fresh process with a cold JIT and without any warm-up, as a program that boots once has it. The contestants
 * take turns; each figure is the median of its runs, each ratio that of the quotients round by round. The time starts with the first
 * decorator; classes are made before.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { entrants } from './contestants.mjs';
import { figure, progress, table } from './harness.mjs';
import * as boot from './measurements/boot.mjs';
import * as cold from './measurements/cold.mjs';
import * as heap from './measurements/heap.mjs';
import * as restarts from './measurements/restarts.mjs';
import * as supervision from './measurements/supervision.mjs';
import * as timers from './measurements/timers.mjs';
import * as waiting from './measurements/waiting.mjs';

const measurements = { boot, heap, waiting, timers, restarts, supervision, cold };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    contestants: { type: 'string', multiple: true },
    budget: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const list = (texts) => texts?.flatMap((text) => text.split(','));
const chosen = list(values.only) ?? Object.keys(measurements);
const unknown = chosen.filter((name) => !(name in measurements));
if (unknown.length > 0) {
  console.error(`No such measurement: ${unknown.join(', ')}. There are: ${Object.keys(measurements).join(', ')}.`);
  process.exit(2);
}
const options = {
  names: entrants(list(values.contestants)),
  quick: values.quick,
  verbose: values.verbose,
  budget: Number(values.budget),
};

const [load] = loadavg();
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, load ${figure(load)}\n`,
);
if (load > cpus().length / 2) {
  console.log('The machine is busy with other work: absolute figures and short ratios are noisy.\n');
}
const goals = [];
const record = { node: process.version, date: new Date().toISOString(), load, quick: values.quick, results: {}, goals };
for (const name of chosen) {
  const measurement = measurements[name];
  const results = await measurement.measure(options);
  progress('');
  console.log(`## ${measurement.title}\n\n${measurement.render(results, options)}\n`);
  goals.push(...measurement.goals(results, options));
  record.results[name] = results;
}
if (goals.length > 0) {
  const rows = goals.map(({ goal, met, detail }) => [goal, met ? 'met' : '**missed**', detail]);
  console.log(`## Goals\n\n${table(['', '', ''], rows)}`);
}
if (values.json !== undefined) {
  const plain = (_, value) => (value instanceof Map ? Object.fromEntries(value) : value);
  await writeFile(values.json, `${JSON.stringify(record, plain, 2)}\n`);
}
