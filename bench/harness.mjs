import { fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs `children/<file>` in a fresh process and answers with what it sends: `{ value }`, or `{ failure }` with a few words
 * that fit into a table. A child that takes longer than `budget` seconds is killed.
 */
export function runChild(file, args, { budget = 60 } = {}) {
  return new Promise((resolve) => {
    const child = fork(pathOf(file), args.map(String), {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let answer;
    let errors = '';
    const timer = setTimeout(() => {
      answer = { failure: `> ${budget} s` };
      child.kill('SIGKILL');
    }, budget * 1000);
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)));
    child.on('message', (message) => (answer ??= message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(
        answer ?? {
          failure: signal ?? (errors.includes('heap out of memory') ? 'out of memory' : `exit ${code}`),
          message: errors,
        },
      );
    });
  });
}

/** The milliseconds that a whole process takes, from spawn to exit. */
export function timeProcess(args) {
  return new Promise((resolve) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: pathOf('..') });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('close', (code) => {
      resolve(
        code === 0 ? { value: { total: performance.now() - began } } : { failure: `exit ${code}`, message: errors },
      );
    });
  });
}

/**
 * Runs every subject `rounds` times, one after another and round by round, so that noise hits all of them alike. Who fails
 * is not run again, nor is who has used up `budget` seconds. Answers with a `Map` from subject to `{ samples }` or
 * `{ failure, message }`.
 */
export async function interleave(subjects, { rounds, budget = Infinity, run, onRound = () => {} }) {
  const results = new Map(subjects.map((subject) => [subject, { samples: [], spent: 0 }]));
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (const [subject, result] of results) {
      if (result.failure !== undefined || result.spent > budget * 1000) continue;
      const began = performance.now();
      const { value, ...failure } = await run(subject);
      result.spent += performance.now() - began;
      if (value === undefined) Object.assign(result, failure);
      else result.samples.push(value);
    }
  }
  return results;
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `{ median, min, max, runs }` of one field of the samples; undefined if the subject failed. */
export function summary(result, field) {
  if (result === undefined || result.failure !== undefined || result.samples.length === 0) return undefined;
  const values = result.samples.map((sample) => sample[field]);
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), runs: values.length };
}

/**
 * The median of what `of` makes of the samples of several subjects, round by round: they were measured right after each other there,
 * so what disturbs a round disturbs all of them. `NaN` if one of them failed.
 */
export function overRounds(results, of) {
  if (results.some((result) => result === undefined || result.failure !== undefined)) return Number.NaN;
  const rounds = Math.min(...results.map(({ samples }) => samples.length));
  if (rounds === 0) return Number.NaN;
  return median(Array.from({ length: rounds }, (_, round) => of(...results.map(({ samples }) => samples[round]))));
}

/** How many times as much one subject took as another. */
export function quotient(result, other, field, otherField = field) {
  return overRounds([result, other], (one, two) => one[field] / two[otherField]);
}

export function figure(number) {
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function spread(stats) {
  return `${figure(stats.median)} (${figure(stats.min)}–${figure(stats.max)}, n=${stats.runs})`;
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function pathOf(file) {
  return fileURLToPath(new URL(file === '..' ? '..' : `children/${file}`, import.meta.url));
}
