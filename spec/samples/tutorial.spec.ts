/** The tutorial program as a user runs it. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Container } from 'mode-ts';
import { FakeClock } from 'mode-ts/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { killWorkers, modeWorker } from '../worker/run-worker.js';

const anyPort = { env: { WEB_PORT: '0', WEBSOCKET_PORT: '0' } };
const command = ['samples/tutorial.ts', '--loglevel', 'info'];

afterEach(() => {
  killWorkers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('samples/tutorial.ts', { timeout: 30_000 }, () => {
  it('starts in the order of its graph, answers, and stops in reverse on Ctrl-C', async () => {
    const worker = modeWorker(command, anyPort);
    const webPort = await worker.says(/Serving on port (\d+)/);
    const socketPort = await worker.says(/Listening on port (\d+)/);
    await worker.says(/APP STARTED/);

    const response = await fetch(`http://localhost:${webPort}/users/alice`);
    expect(await response.json()).toMatchObject({ id: 'alice', name: 'Alice' });
    expect((await fetch(`http://localhost:${webPort}/nonsense`)).status).toBe(404);

    const socket = new WebSocket(`ws://localhost:${socketPort}`);
    await once(socket, 'open');
    socket.send('hello');
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toBe('HELLO');

    worker.send('SIGINT');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1001);
    expect(await worker.exit()).toBe(0);

    const { lines } = worker;
    expect(worker.out).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: INFO\]: \[\^Worker\]: Starting\.\.\.\n/);
    expectOrder(
      lines,
      '[^Worker]: Starting...',
      '[^--Websockets]: Starting...',
      'STARTING WEBSOCKET SERVER',
      '[^-App]: Starting...',
      'APP STARTED',
    );
    expectOrder(
      lines,
      '[^--UserCache]: Starting...',
      '[^--Webserver]: Starting...',
      `[^--Webserver]: Serving on port ${webPort}`,
      '[^-App]: Starting...',
    );
    expectOrder(
      lines,
      '[^Worker]: Signal received: SIGINT (2)',
      '[^Worker]: Stopping...',
      '[^-App]: Stopping...',
      '[^-App]: -Stopped!',
      '[^--Webserver]: Stopping...',
      '[^--Webserver]: Closing server',
      '[^--Webserver]: -Stopped!',
      '[^--UserCache]: Stopping...',
      '[^--UserCache]: -Stopped!',
      '[^Worker]: -Stopped!',
    );
    expectOrder(
      lines,
      '[^-App]: -Stopped!',
      '[^--Websockets]: Stopping...',
      '[^--Websockets]: -Stopped!',
      '[^Worker]: -Stopped!',
    );
    expect(lines.at(-1)).toBe('[^Worker]: -Stopped!');
    expect(worker.err).toBe('');
  });

  it('does not wait for clients that say nothing', async () => {
    const worker = modeWorker(command, anyPort);
    const ports = [await worker.says(/Serving on port (\d+)/), await worker.says(/Listening on port (\d+)/)];
    await worker.says(/APP STARTED/);
    // as a browser does that expects to ask something soon
    const silent = ports.map((port) => connect(Number(port), 'localhost'));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    // and one that does not answer when the other side closes
    const deaf = new WebSocket(`ws://localhost:${ports[1] ?? ''}`);
    await once(deaf, 'open');
    deaf.pause();
    const pressed = performance.now();
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
    deaf.terminate();
    for (const socket of silent) socket.destroy();
  });

  it.each([
    ['Webserver', 'WEB_PORT', 'UserCache'],
    ['Websockets', 'WEBSOCKET_PORT', 'UserCache'],
  ])('names %s when its port is in use, what to do, and takes the rest back', async (name, variable, other) => {
    const blocker = createServer().listen(0);
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const worker = modeWorker(command, { env: { ...anyPort.env, [variable]: String(port) } });
    expect(await worker.exit()).toBe(1);
    blocker.close();
    expect(worker.out).toContain(`[^Worker]: ${name} could not be started (App → ${name}): listen EADDRINUSE`);
    expect(worker.out).toContain(`→ Port ${String(port)} is taken`);
    expect(worker.out.match(/CRITICAL/g)).toHaveLength(1);
    expect(worker.lines).toContain(`[^--${other}]: -Stopped!`);
    expect(worker.out).not.toContain('[^-App]: Starting...');
  });
});

describe('its UserCache', () => {
  it('removes expired users every ten seconds', async () => {
    vi.stubEnv('WEB_PORT', '0');
    vi.stubEnv('WEBSOCKET_PORT', '0');
    const print = vi.spyOn(console, 'log').mockReturnValue(undefined);
    const removals = (): number => print.mock.calls.filter(([text]) => text === 'REMOVING EXPIRED USERS').length;
    const { default: App } = await import('../../samples/tutorial.js');
    const clock = new FakeClock();
    await using container = new Container({ clock });
    await container.boot(App);
    await clock.advance('9s');
    expect(removals()).toBe(0);
    await clock.advance('21s');
    expect(removals()).toBe(3);
  });
});

/** That these lines come in this order, with any others between them. */
function expectOrder(lines: readonly string[], ...expected: string[]): void {
  expect(lines.filter((line) => expected.includes(line))).toEqual(expected);
}
