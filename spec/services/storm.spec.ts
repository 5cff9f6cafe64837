/** Ten thousand restarts, on the real clock: nothing is left of them, and everybody else gets a turn. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  OneForAllSupervisor,
  OneForOneSupervisor,
  Service,
  task,
  type Supervisor,
  type SupervisorOptions,
} from '../../lib/index.js';
import { heapUsed, turn, watchTurns } from '../support.js';

const RESTARTS = 10_000;

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
    await turn();
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
    const before = await heapUsed();
    const watch = watchTurns();
    await storm(RESTARTS);
    watch.end();
    expect(starts).toBeGreaterThanOrEqual(RESTARTS);
    expect((await heapUsed()) - before).toBeLessThan(2 * 2 ** 20);
    expect(watch.worst).toBeLessThan(50);
  });
});
