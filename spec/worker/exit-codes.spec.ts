/** Every row of the table of exit codes and signals, with the built binary and real signals. */

import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ECHO_MS, fixture, killWorkers, modeWorker, pause, type RunningWorker } from './run-worker.js';

afterEach(killWorkers);

function ends(name: string, args: readonly string[] = [], env: Record<string, string> = {}): RunningWorker {
  return modeWorker([fixture('ends.ts'), '--export', name, ...args], { env });
}

describe('a program that ends by itself', () => {
  it.each<[string, number, string[], Record<string, string>]>([
    ['StopsItself', 0, [], {}],
    ['stopsDuringTheBoot', 0, [], {}],
    ['empty', 0, [], {}],
    ['Job', 0, ['--no-daemon'], {}],
    ['Job', 0, [], { MODE_DAEMON: '0' }],
    ['Server', 0, ['--no-daemon'], {}],
    ['SetsExitCode', 7, ['--no-daemon'], {}],
    ['Crashes', 1, [], {}],
    ['Crashes', 1, ['--no-daemon'], {}],
    ['FailsToStart', 1, [], {}],
    ['BadPlan', 2, [], {}],
    ['Missing', 2, [], {}],
    ['Server', 2, ['--logfile', '/no/such/place/app.log'], {}],
    ['Server', 2, [], { MODE_DAEMON: 'maybe' }],
  ])('%s exits with %i (%j %j)', async (name, code, args, env) => {
    const worker = ends(name, args, env);
    expect(await worker.exit()).toBe(code);
    const tells = /CRITICAL|→ (?!Bind the program)/.test(worker.out + worker.err);
    expect(tells).toBe(code === 1 || code === 2);
  });

  it('tells a crash before anything is stopped for it', async () => {
    const worker = ends('Crashes');
    await worker.exit();
    const at = (text: string): number => worker.lines.findIndex((line) => line.includes(text));
    expect(at('[^-Crashes]: Crashed: RangeError: too much')).toBeLessThan(at('[^-Crashes]: Stopping...'));
    expect(at('[^Worker]: Crashes crashed: RangeError: too much')).toBeLessThan(at('database closed'));
    expect(worker.lines.slice(-3)).toEqual(['database closed', '[^--Database]: -Stopped!', '[^Worker]: -Stopped!']);
  });
});

describe('a program that is told to stop', () => {
  it.each([
    ['SIGINT', 'Server', 0, []],
    ['SIGTERM', 'Server', 0, []],
    ['SIGHUP', 'Server', 0, []],
    ['SIGTERM', 'SetsExitCode', 7, []],
    ['SIGTERM', 'FailsToStop', 1, []],
    ['SIGTERM', 'Hanging', 1, ['--stop-timeout', '100ms']],
    ['SIGTERM', 'Job', 143, ['--no-daemon']],
    ['SIGINT', 'Job', 130, ['--no-daemon']],
    ['SIGHUP', 'Job', 129, ['--no-daemon']],
    ['SIGTERM', 'Job', 0, []],
  ] as const)('by %s, as %s is, exits with %i (%j)', async (signal, name, code, args) => {
    const worker = ends(name, args, { WORK: '60000' });
    await worker.says(/Ready: \d services? in \d+ ms/);
    worker.send(signal);
    expect(await worker.exit()).toBe(code);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('by one press that arrives several times stops in order', async () => {
    const worker = ends('SlowStop');
    await worker.says(/Ready/);
    for (const wait of [0, 5, 60, 200]) {
      await pause(wait);
      worker.send('SIGINT');
    }
    expect(await worker.exit()).toBe(0);
    expect(worker.out).toContain('stopped well');
    expect(worker.out.match(/Signal received/g)).toHaveLength(1);
  });

  it.each([
    ['SIGINT', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGTERM', 'SIGHUP', 129],
    ['SIGHUP', 'SIGHUP', 129],
  ] as const)('by %s and then by %s gives up all grace, and exits with %i in a second', async (first, second, code) => {
    const worker = ends('Hanging');
    await worker.says(/Ready/);
    worker.send(first);
    await worker.says(/Hanging\]: Stopping/);
    if (first === second) await pause(ECHO_MS);
    const pressed = performance.now();
    worker.send(second);
    expect(await worker.exit()).toBe(code);
    expect(performance.now() - pressed).toBeLessThan(1000);
    expect(worker.lines).toContain('[^-Hanging]: Abandoned, waiting on onStop');
    expect(worker.lines).toContain('database closed');
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('a third time exits at once', async () => {
    const worker = ends('AllHanging');
    await worker.says(/Ready/);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      worker.send(signal);
      await worker.says(new RegExp(`${signal} \\(`));
    }
    worker.send('SIGHUP');
    expect(await worker.exit()).toBe(130);
    expect(worker.lines.at(-1)).not.toBe('[^Worker]: -Stopped!');
  });

  it('although nobody reads what it writes, exits in a second on the second signal', async () => {
    const worker = modeWorker([fixture('floods.mjs')], { unread: true });
    await worker.says(/flooded/);
    worker.send('SIGTERM');
    await worker.says(/stopped/);
    const pressed = performance.now();
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(1000);
  });
});

describe('the log of a program', () => {
  it('ends when its reader leaves; the program does not', async () => {
    const worker = ends('Server');
    await worker.says(/Ready/);
    worker.closeOutput();
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.err).toBe('');
  });

  it('is opened again by SIGHUP, where it is a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
    const file = join(directory, 'app.log');
    const worker = ends('SlowStop', ['--logfile', file]);
    while (!read(file).includes('Ready')) await pause(20);
    renameSync(file, `${file}.1`);
    worker.send('SIGHUP');
    while (!read(file).includes('SIGHUP (1), the log file is opened again')) await pause(20);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(read(`${file}.1`)).toContain('Ready: 1 service');
    expect(read(file)).toMatch(/SIGTERM \(15\)[^]*\[\^Worker\]: -Stopped!\n$/);
    rmSync(directory, { recursive: true });
  });

  it('shows no frame of this package where source maps are on', async () => {
    const options = { nodeOptions: ['--enable-source-maps'] };
    const worker = modeWorker([fixture('ends.ts'), '--export', 'Crashes'], options);
    expect(await worker.exit()).toBe(1);
    const frames = worker.out.split('\n').filter((line) => line.startsWith('    at '));
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.filter((frame) => !frame.includes('ends.ts'))).toEqual([]);
  });
});

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
