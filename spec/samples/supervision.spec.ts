/** The samples about supervision, as a user runs them. */
import { afterEach, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

afterEach(killWorkers);

/** What the program says, in any words but those of the worker. */
function own(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('[^') && !line.startsWith('    at '));
}

describe('samples/consumer-restarts.ts', () => {
  it('loses its connection twice, handles every order once, and ends', async () => {
    const worker = modeWorker(['samples/consumer-restarts.ts', '--loglevel', 'info']);
    expect(await worker.exit()).toBe(0);
    expect(own(worker.lines)).toEqual([
      'Consumers: when one of its 2 services crashes, that one restarts; restarts after 20ms, 40ms, 80ms (each ±20%), at most ' +
        '3 restarts within 1m not counting the waiting; the delay starts over after 1m without a crash; a crash loop is given up ' +
        'after 140ms of waiting',
      'Consumer: connected',
      'Consumer: order 1',
      'Consumer: order 2',
      'Consumer: connected again (restart 1)',
      'Consumer: order 3',
      'Consumer: order 4',
      'Consumer: connected again (restart 2)',
      'Consumer: order 5',
      'All orders are handled',
      'Statistics: 5 orders, 0 restarts',
    ]);
    expect(worker.out).toMatch(/\[\^---Consumer\]: Restarting in \d+ms \(attempt 1\): The connection broke\n/);
    expect(worker.out).toMatch(/\[\^---Consumer\]: Restarting in \d+ms \(attempt 2\): The connection broke\n/);
    expect(worker.out).not.toContain('[^-App]: Crashed');
    expect(worker.err).toBe('');
  });
});

describe('samples/pool-restarts-as-one.ts', () => {
  it('comes back as a whole, until it is complete, and ends', async () => {
    const worker = modeWorker(['samples/pool-restarts-as-one.ts', '--loglevel', 'info']);
    expect(await worker.exit()).toBe(0);
    const joins = (generation: number): string[] =>
      [1, 2, 3].map(
        (number) => `Member ${String(number)} joins generation ${String(generation)} as number ${String(number)}`,
      );
    const leaves = ['Member 3 leaves', 'Member 2 leaves', 'Member 1 leaves'];
    expect(own(worker.lines).slice(1)).toEqual([
      ...joins(1),
      ...leaves,
      ...joins(2),
      ...leaves,
      ...joins(3),
      'Generation 3 is complete',
      ...leaves,
    ]);
    expect(worker.lines.filter((line) => line.includes('[^-App]: Starting...'))).toHaveLength(1);
    expect(worker.err).toBe('');
  });

  it('stops in order on Ctrl-C', async () => {
    const worker = modeWorker(['samples/pool-restarts-as-one.ts', '--loglevel', 'info']);
    await worker.says(/Restarting in 100ms \(attempt 2\)/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(own(worker.lines).slice(-3)).toEqual(['Member 3 leaves', 'Member 2 leaves', 'Member 1 leaves']);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });
});
