/** A thread that crunches, as a user runs it. */

import { afterEach, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

afterEach(killWorkers);

describe('samples/thread.ts', { timeout: 30_000 }, () => {
  it('counts primes while the main loop ticks, and stops in order', async () => {
    const worker = modeWorker(['samples/thread.ts']);
    await worker.says(/The main loop (.*)/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    const ticks = worker.lines.filter((line) => line === 'tick');
    expect(ticks.length).toBeGreaterThan(1);
    expect(worker.lines.filter((line) => line !== 'tick')).toEqual([
      '[^Worker]: Starting...',
      '[^--CruncherThread]: Starting...',
      '[^---Cruncher]: Starting...',
      '[^-App]: Starting...',
      '[^Worker]: Ready: 2 services in N ms',
      'There are 148933 primes below 2000000.',
      'The main loop went on all the while.',
      '[^Worker]: Signal received: SIGINT (2)',
      '[^Worker]: Stopping...',
      '[^-App]: Stopping...',
      '[^-App]: -Stopped!',
      '[^--CruncherThread]: Stopping...',
      '[^---Cruncher]: Stopping...',
      '[^---Cruncher]: -Stopped!',
      '[^--CruncherThread]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(worker.err).toBe('');
  });

  it('can be stopped in the middle of it', async () => {
    const worker = modeWorker(['samples/thread.ts'], { env: { LIMIT: '1000000000' } });
    await worker.says(/^tick$/m);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.slice(-3)).toEqual([
      '[^---Cruncher]: -Stopped!',
      '[^--CruncherThread]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(worker.out).not.toContain('primes');
    expect(worker.err).toBe('');
  });
});
