/** Ten thousand restarts, on the real clock: nothing is left of them, and everybody else gets a turn. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import {
  OneForAllSupervisor,
  OneForOneSupervisor,
  Service,
  task,
  type Supervisor,
  type SupervisorOptions,
} from '../../lib/index.js';

const RESTARTS = 10_000;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

async function heapMb(): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < 4; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
    least = Math.min(least, process.memoryUsage().heapUsed / 2 ** 20);
  }
  return least;
}

/** How long, at most, nobody else had a turn. Counts only time in which this process was at work, not its neighbours. */
function watchLoop(): () => number {
  let longest = 0;
  let wall = performance.now();
  let cpu = process.cpuUsage();
  const probe = setInterval(() => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    longest = Math.max(longest, Math.min(now - wall, (user + system) / 1000));
    wall = now;
    cpu = process.cpuUsage();
  }, 1);
  return () => {
    clearInterval(probe);
    return longest;
  };
}

let starts = 0;
let limit = 0;
let over: () => void = () => undefined;

/** Whether to crash, or the storm is over. */
function isStormy(): boolean {
  return starts < limit;
}

class Flaky extends Service {
  override onStart(): void {
    starts += 1;
    this.defer(() => undefined);
    if (!isStormy()) over();
  }
}

/** Crashes a moment after it came up, while another task sleeps. */
class Soon extends Flaky {
  @task()
  async sleeps(): Promise<void> {
    await this.sleep('1h');
  }
  @task()
  async fails(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (isStormy()) throw new Error('soon');
  }
}

/** Once it has crashed, does not even come up again before the storm is over. */
class Never extends Soon {
  override onStart(): void {
    super.onStart();
    if (isStormy()) throw new Error('at once');
  }
}

let supervisor: Supervisor;

async function storm(count: number): Promise<void> {
  starts = 0;
  limit = 0;
  await supervisor.start();
  limit = count;
  const calm = new Promise<void>((resolve) => {
    over = resolve;
  });
  for (const each of supervisor.services) each.crash(new Error('the first'));
  await calm;
  await supervisor.stop();
}

describe(`${String(RESTARTS)} restarts`, () => {
  afterEach(() => supervisor.stop());

  const many: SupervisorOptions = { backoff: false, maxRestarts: Infinity };
  it.each<[string, () => Supervisor]>([
    ['one for one', () => new OneForOneSupervisor(many, ...Array.from({ length: 10 }, () => new Soon()))],
    ['one for all', () => new OneForAllSupervisor(many, ...Array.from({ length: 10 }, () => new Soon()))],
    ['of a start that fails', () => new OneForOneSupervisor(many, new Soon(), new Never())],
    [
      'within restarts',
      () =>
        new OneForOneSupervisor(
          many,
          new OneForAllSupervisor({ backoff: false, maxRestarts: 2 }, new Soon(), new Soon()),
        ),
    ],
    [
      'of others each time',
      () => new OneForOneSupervisor({ ...many, replacement: () => new Soon() }, new Soon(), new Soon()),
    ],
  ])('%s', { timeout: 60_000 }, async (_, make) => {
    supervisor = make();
    await storm(500);
    const before = await heapMb();
    const watch = watchLoop();
    const begun = performance.now();
    await storm(RESTARTS);
    const longest = watch();
    const seconds = (performance.now() - begun) / 1000;
    const grown = (await heapMb()) - before;
    if (process.env['STORM'] !== undefined) {
      console.log(
        `${(RESTARTS / seconds).toFixed(0)} per second, ${grown.toFixed(2)} MB more, ${longest.toFixed(1)} ms without a turn`,
      );
    }
    expect(starts).toBeGreaterThanOrEqual(RESTARTS);
    expect(grown).toBeLessThan(2);
    expect(longest).toBeLessThan(50);
  });
});
