/** Who answers for a signal, from the first line of the program to the end. */

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fixture, killWorkers, modeWorker } from './run-worker.js';

vi.setConfig({ testTimeout: 20_000 });

afterEach(killWorkers);

describe('a signal while a program loads', () => {
  it('is not lost although the load blocks the event loop', async () => {
    const worker = modeWorker([fixture('slow-load.mjs')]);
    await worker.says(/loading/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toContain('[^Worker]: Signal received: SIGTERM (15)');
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('ends it at once when nothing runs yet', async () => {
    const worker = modeWorker([fixture('never-loads.mjs')]);
    await worker.says(/loading/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toEqual(['loading']);
  });
});

describe('a signal that overtakes what nobody awaits', () => {
  // Its rejection counted as an error that nobody had caught.
  it.each(['restart', 'start', 'request'])('ends the program in peace: a %s', async (BEGINS) => {
    const worker = modeWorker([fixture('overtaken.ts')], { env: { BEGINS } });
    await worker.says(/begun/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.out).not.toContain('Nobody caught');
    expect(worker.lines).toContain('[^--Database]: -Stopped!');
  });
});

describe('the binary', () => {
  it('hears signals before it loads anything that takes a while', () => {
    const imports = (file: string): string[] => {
      const text = readFileSync(new URL(`../../dist/worker/${file}`, import.meta.url), 'utf8');
      return Array.from(text.matchAll(/^import (?:.* from )?"([^"]+)";/gm), ([, from = '']) => from);
    };
    expect(imports('main.js')).toEqual(['./host.js']);
    expect(imports('host.js').filter((from) => !from.startsWith('node:'))).toEqual([]);
  });
});

describe('a file with a worker of its own under mode-worker', () => {
  it.each([
    ['awaited', { AWAIT: '1' }],
    ['not awaited', {}],
  ])('gets the signals itself (%s)', async (_, env) => {
    const worker = modeWorker([fixture('own-worker.ts')], { env });
    await worker.says(/^up/m);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.slice(-4)).toEqual([
      '[^-App]: Stopping...',
      'stopped in order',
      '[^-App]: -Stopped!',
      '[^Worker]: -Stopped!',
    ]);
    expect(worker.err).toBe('');
  });

  it.each([
    ['forgets a promise', { FORGET: '1', AWAIT: '1' }, /Nobody caught an error.*RangeError: forgotten/],
    ['throws while it loads', { THROW: '1' }, /own-worker\.ts cannot be loaded: RangeError: thrown while it runs/],
  ])('stops in order when it %s', async (_, env, message) => {
    const worker = modeWorker([fixture('own-worker.ts')], { env });
    expect(await worker.exit()).not.toBe(0);
    expect(worker.out).toMatch(message);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
    expect(worker.err).toBe('');
  });
});

describe('a worker that a module exports', () => {
  it.each(['default', 'make'])('is run (%s), and the command line has the last word', async (name) => {
    const worker = modeWorker([fixture('exported-worker.ts'), '--export', name, '--loglevel', 'DEBUG']);
    await worker.says(/in detail/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toContain('stopped in order');
  });

  it('keeps its own options where the command line says nothing', async () => {
    const worker = modeWorker([fixture('exported-worker.ts')]);
    await worker.says(/up/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toEqual(['up', 'stopped in order']);
  });
});

describe('a program that calls process.exit()', () => {
  it('is told what that left running', async () => {
    const worker = modeWorker([fixture('exits.ts')]);
    expect(await worker.exit()).toBe(3);
    expect(worker.err).toBe(
      '[^Worker]: process.exit(3) ended the program, and nobody stopped Database, App\n' +
        '  → Stop the container or the worker instead, without awaiting it, or let a service crash.\n',
    );
  });
});
