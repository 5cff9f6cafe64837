/** The sample about supervision of the graph, as a user runs it. */
import { afterEach, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

afterEach(killWorkers);

describe('samples/supervised-graph.ts', () => {
  it('loses its broker once, which comes back with what depends on it, and ends', async () => {
    const worker = modeWorker(['samples/supervised-graph.ts', '--loglevel', 'info']);
    expect(await worker.exit()).toBe(0);
    const own = worker.lines.filter((line) => !line.startsWith('[^') && !line.startsWith('    at '));
    expect(own).toEqual([
      'When Broker crashes, it restarts after 50ms, 100ms, 200ms, 400ms, 800ms, at most 5 restarts within 1m not counting the ' +
        'waiting; the delay starts over after 1m without a crash; a crash loop is given up after 1.55s of waiting.',
      'Billing and Orders, which depend on it, stop before it and come back after it.',
      'One crash more, and everything stops in order, and the container fails.',
      'Broker: connected',
      'Orders: listening',
      'Billing: open',
      'Website: open',
      'Billing: invoice for order 1',
      'Billing: invoice for order 2',
      'Billing: closed',
      'Orders: 2 so far',
      'Broker: connected again',
      'Orders: listening',
      'Billing: open',
      'Billing: invoice for order 3',
      'Billing: invoice for order 4',
      'Billing: invoice for order 5',
      'Website: closed, after 0 restarts',
      'Billing: closed',
      'Orders: 5 so far',
    ]);

    const restart = worker.lines.findIndex((line) => line.startsWith('[^---Broker]: Restarting in 50ms (attempt 1): '));
    expect(worker.lines[restart]).toContain('The connection broke');
    expect(worker.lines.indexOf('[^---Broker]: Crashed: The connection broke')).toBeLessThan(restart);
    const broken = worker.lines
      .slice(restart)
      .filter((line) => /^\[\^-+(Broker|Orders|Billing|Website|Catalog)\]/.test(line));
    expect(broken.slice(1, 9)).toEqual([
      '[^-Billing]: Stopping...',
      '[^-Billing]: -Stopped!',
      '[^--Orders]: Stopping...',
      '[^--Orders]: -Stopped!',
      '[^---Broker]: -Stopped!',
      '[^---Broker]: Starting...',
      '[^--Orders]: Starting...',
      '[^-Billing]: Starting...',
    ]);
    expect(worker.lines.filter((line) => line.includes('Website]: Starting...'))).toHaveLength(1);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
    expect(worker.err).toBe('');
  });

  it('can be stopped while the broker is away', async () => {
    const worker = modeWorker(['samples/supervised-graph.ts', '--loglevel', 'info']);
    await worker.says(/Restarting in 50ms/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });
});
