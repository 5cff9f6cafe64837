/**
 * One run of one contestant in a process of its own: `<contestant> <shape> <size> <mode>`. Classes and an empty container are made
 * first; then declaration, registration, start and stop are timed, cold, as in a real process. Sends one message.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { graphOf } from '../workloads.mjs';

const WAIT_MS = 5;

const [name, shape, sizeText, mode] = process.argv.slice(2);
const size = Number(sizeText);
const graph = graphOf(shape, size);
const { contestant, claims } = await import(`../contestants/${name}.mjs`);

const counts = { started: 0, stopped: 0 };
const modes = {
  time: countingHooks,
  heap: countingHooks,
  order: () => watchingHooks((i) => turns((i * 7) % 4)),
  wait: () => watchingHooks(() => sleep(WAIT_MS)),
};
const hooks = modes[mode]();

try {
  process.send({ value: await run() });
} catch (error) {
  process.send({ failure: failureOf(error), message: String(error?.message ?? error).slice(0, 300) });
}
process.disconnect();

async function run() {
  const program = contestant(graph, hooks);
  collect();
  const heapBefore = process.memoryUsage().heapUsed;

  const t0 = performance.now();
  program.declare();
  const t1 = performance.now();
  await program.register();
  const t2 = performance.now();
  await program.start();
  const t3 = performance.now();
  const value = { declare: t1 - t0, register: t2 - t1, start: t3 - t2 };
  if (counts.started !== size) throw new Error(`${counts.started} of ${size} started`);
  if (mode === 'heap') {
    await turn();
    collect();
    value.heap = process.memoryUsage().heapUsed - heapBefore;
  }

  const t4 = performance.now();
  await program.stop();
  value.stop = performance.now() - t4;
  value.total = value.declare + value.register + value.start + value.stop;
  if (counts.stopped !== size) throw new Error(`${counts.stopped} of ${size} stopped`);

  if (hooks.wrong !== undefined) {
    value.wrong = hooks.wrong;
    for (const phase of ['start', 'stop']) {
      const wrong = claims[phase] ? hooks.wrong[phase] : 0;
      if (wrong > 0) throw new Error(`wrong order: ${phase} of ${wrong} of ${size}`);
    }
  }
  return value;
}

function countingHooks() {
  return {
    start: () => {
      counts.started++;
    },
    stop: () => {
      counts.stopped++;
    },
  };
}

/** Hooks that take a while, and count who began before all that it had to wait for was done. */
function watchingHooks(pause) {
  const dependents = graph.dependencies.map(() => []);
  graph.dependencies.forEach((list, i) => list.forEach((d) => dependents[d].push(i)));
  const running = new Set();
  const stopped = new Set();
  const wrong = { start: 0, stop: 0 };
  return {
    wrong,
    async start(i) {
      if (!graph.dependencies[i].every((d) => running.has(d))) wrong.start++;
      await pause(i);
      running.add(i);
      counts.started++;
    },
    async stop(i) {
      if (!dependents[i].every((d) => stopped.has(d))) wrong.stop++;
      await pause(i);
      stopped.add(i);
      counts.stopped++;
    },
  };
}

async function turns(count) {
  for (let k = 0; k < count; k++) await turn();
}

function collect() {
  globalThis.gc();
  globalThis.gc();
}

function failureOf(error) {
  const text = String(error?.stack ?? error);
  if (/Maximum call stack/i.test(text)) return 'overflow';
  if (text.includes('wrong order')) return 'WRONG ORDER';
  if (/circular/i.test(text)) return 'false "circular"';
  return 'error';
}
