/** The first program, as a user runs it. */

import { afterEach, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

afterEach(killWorkers);

describe('samples/01-minimal.ts', () => {
  it('greets every second, and stops in reverse on Ctrl-C', async () => {
    const worker = modeWorker(['samples/01-minimal.ts']);
    await worker.says(/Hello, world!/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    // on a slow machine it may have greeted more than once
    expect([...new Set(worker.lines)]).toEqual([
      '[^Worker]: Starting...',
      '[^--Greeter]: Starting...',
      '[^-App]: Starting...',
      '[^Worker]: Ready: 2 services in N ms',
      '[^-App]: Hello, world!',
      '[^Worker]: Signal received: SIGINT (2)',
      '[^Worker]: Stopping...',
      '[^-App]: Stopping...',
      '[^-App]: -Stopped!',
      '[^--Greeter]: Stopping...',
      '[^--Greeter]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(worker.err).toBe('');
  });
});
