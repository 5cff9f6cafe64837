import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from '../../lib/worker/logfile.js';

let directory: string;
let path: string;
let told: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
  path = join(directory, 'app.log');
  told = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function open(): LogFile {
  return new LogFile(path, (message) => told.push(message.replaceAll(path, 'app.log')));
}

describe('a log file', () => {
  it('has each line as soon as it is written', () => {
    const file = open();
    file.write('1\n');
    file.write('2\n');
    expect(readFileSync(path, 'utf8')).toBe('1\n2\n');
  });

  it('is opened again where another program has moved it away', async () => {
    const file = open();
    file.write('old\n');
    renameSync(path, `${path}.1`);
    file.write('still old\n');
    file.reopen();
    file.write('new\n');
    await file.finish(1000);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('old\nstill old\n');
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(told).toEqual([]);
  });

  it('goes on in the old file where the new one cannot be opened', () => {
    const file = open();
    renameSync(directory, `${directory}.moved`);
    file.reopen();
    file.write('on\n');
    renameSync(`${directory}.moved`, directory);
    expect(readFileSync(path, 'utf8')).toBe('on\n');
    expect(told).toEqual([
      expect.stringMatching(/^The log file app\.log cannot be opened again, so the old one is used/),
    ]);
  });

  it('is refused where it cannot be opened', () => {
    path = directory;
    expect(open).toThrow(/cannot be written: .*EISDIR[^]*\n {2}→ Name a file in a directory that exists/);
  });
});

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  beforeEach(() => {
    symlinkSync('/dev/full', path);
  });

  it('is told once, and what was logged meanwhile is written when there is room again', async () => {
    const file = open();
    file.write('1\n');
    file.write('2\n');
    expect(told).toEqual([
      expect.stringMatching(
        /^The log file app\.log cannot be written: .*ENOSPC.*; what is logged is kept until it can be$/,
      ),
    ]);
    rmSync(path);
    file.reopen();
    file.write('3\n');
    await file.finish(1000);
    expect(readFileSync(path, 'utf8')).toBe('1\n2\n3\n');
    expect(told.slice(1)).toEqual(['The log file app.log can be written again']);
  });

  it('that stays full loses what was logged, and tells how much', async () => {
    const file = open();
    for (const text of ['1\n', '2\n  more of it\n', '3\n']) file.write(text);
    await file.finish(20);
    expect(told.slice(1)).toEqual(['4 lines could not be written to the log file app.log']);
  });

  it('costs no more memory than 8 MB', async () => {
    const file = open();
    for (let n = 0; n < 10; n += 1) file.write(`${'x'.repeat(1024 * 1024 - 1)}\n`);
    rmSync(path);
    file.reopen();
    await file.finish(1000);
    expect(readFileSync(path, 'utf8')).toHaveLength(8 * 1024 * 1024);
    expect(told.slice(1)).toEqual(['The log file app.log can be written again; 2 lines were lost']);
  });
});

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  beforeEach(() => {
    execFileSync('mkfifo', [path]);
  });

  it('that nobody reads does not stop anything, and gets everything once there is a reader', async () => {
    const file = open();
    file.write('1\n');
    expect(told).toEqual([expect.stringContaining('nobody reads it')]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await file.finish(5000);
    const buffer = Buffer.alloc(100);
    expect(buffer.toString('utf8', 0, readSync(reader, buffer))).toBe('1\n');
    closeSync(reader);
    expect(told.slice(1)).toEqual(['The log file app.log can be written again']);
  });

  it('whose reader does not read is waited for at most as long as is given', async () => {
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = open();
    for (let n = 0; n < 3; n += 1) file.write(`${'x'.repeat(99_999)}\n`);
    await file.finish(20);
    closeSync(reader);
    expect(told).toEqual([expect.stringMatching(/^\d lines could not be written to the log file app\.log$/)]);
  });

  it('whose reader has left waits for the next one', async () => {
    const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = open();
    closeSync(first);
    file.write('1\n');
    const second = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await file.finish(5000);
    const buffer = Buffer.alloc(100);
    expect(buffer.toString('utf8', 0, readSync(second, buffer))).toBe('1\n');
    closeSync(second);
  });
});
