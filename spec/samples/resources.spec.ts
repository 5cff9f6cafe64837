/** A server, a pool and what stands between them, as a user runs them. */

import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

afterEach(killWorkers);

describe('samples/resources.ts', () => {
  it('starts from the backend to the server, answers, and stops the other way round', async () => {
    const worker = modeWorker(['samples/resources.ts'], { env: { WEB_PORT: '0' } });
    const port = await worker.says(/Serving on port (\d+)/);
    // more questions than there are connections
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    const answers = await Promise.all(
      words.map(async (word) => (await fetch(`http://localhost:${port}/?text=${word}`)).text()),
    );
    expect(answers).toEqual(words.map((word) => `${word.toUpperCase()}\n`));
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toEqual([
      '[^Worker]: Starting...',
      '[^-backend]: Starting...',
      '[^-pool]: Starting...',
      '[^--Shouter]: Starting...',
      '[^-http server]: Starting...',
      `Serving on port ${port}`,
      '[^Worker]: Ready: 4 services in N ms',
      '[^Worker]: Signal received: SIGINT (2)',
      '[^Worker]: Stopping...',
      '[^-http server]: Stopping...',
      'Everybody has been answered',
      '[^-http server]: -Stopped!',
      '[^--Shouter]: Stopping...',
      '[^--Shouter]: -Stopped!',
      '[^-pool]: Stopping...',
      '[^-pool]: -Stopped!',
      '[^-backend]: Stopping...',
      '[^-backend]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(worker.err).toBe('');
  });

  it('does not wait for a client that says nothing', async () => {
    const worker = modeWorker(['samples/resources.ts'], { env: { WEB_PORT: '0' } });
    const silent = connect(Number(await worker.says(/Serving on port (\d+)/)), 'localhost');
    await once(silent, 'connect');
    const pressed = performance.now();
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    silent.destroy();
  });

  it('takes everything back when the server cannot start', async () => {
    const blocker = createServer().listen(0);
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const worker = modeWorker(['samples/resources.ts'], { env: { WEB_PORT: String(port) } });
    expect(await worker.exit()).toBe(1);
    blocker.close();
    expect(worker.out).toContain(`→ Port ${String(port)} is taken`);
    expect(worker.lines).toContain('[^-pool]: -Stopped!');
    expect(worker.lines).toContain('[^-backend]: -Stopped!');
  });
});
