import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/testing/index.js';
import type { LifecycleEventBody } from '../../lib/base/events.js';
import { Explainer } from '../../lib/worker/explain.js';
import {
  EventLog,
  LEVELS,
  formatLine,
  formatMeta,
  logOf,
  parseLevel,
  prefix,
  type WorkerLogLevel,
} from '../../lib/worker/logging.js';
import { openLog } from '../../lib/worker/winston.js';

const date = new Date(2018, 2, 27, 15, 47, 12, 9);
const clock = new FakeClock({ start: date });

describe('a line of the log', () => {
  it('is what mode writes, in local time', () => {
    expect(formatLine(date, 'info', '[^Worker]: Starting...', false)).toBe(
      '[2018-03-27 15:47:12,009: INFO]: [^Worker]: Starting...',
    );
  });

  it.each([
    ['crit', 'CRITICAL'],
    ['error', 'ERROR'],
    ['warn', 'WARNING'],
    ['info', 'INFO'],
    ['debug', 'DEBUG'],
  ] as const)('names the level %s as Python does', (level, label) => {
    expect(formatLine(date, level, 'x', false)).toContain(`: ${label}]: x`);
  });

  it('is coloured only on demand', () => {
    expect(formatLine(date, 'error', 'x', true)).toBe('[2018-03-27 15:47:12,009: ERROR]: \u001B[31mx\u001B[0m');
  });

  it('names a service by its distance from the worker', () => {
    expect([0, 1, 2].map((depth) => prefix('App', depth))).toEqual(['[^App]: ', '[^-App]: ', '[^--App]: ']);
  });

  it.each([
    [
      'a line break',
      'x\n[2026-01-01 00:00:00,000: CRITICAL]: forged',
      'x\n  [2026-01-01 00:00:00,000: CRITICAL]: forged',
    ],
    ['a carriage return', 'x\r[^Worker]: forged', String.raw`x\u000d[^Worker]: forged`],
    ['a line break of Unicode', 'x\u2028y\u2029z', String.raw`x\u2028y\u2029z`],
    ['an escape code', '\u001B[2J\u009B31m', String.raw`\u001b[2J\u009b31m`],
    ['what deletes', 'ab\b\u007F', String.raw`ab\u0008\u007f`],
    ['a tab, which is harmless', 'a\tb', 'a\tb'],
    ['lines of Windows', 'a\r\nb', 'a\n  b'],
    ['lines that are indented as they are', 'a\n    at b\n  → c\n\n  d', 'a\n    at b\n  → c\n\n  d'],
    ['a text whose lines belong together', '{\n  a: 1\n}', '{\n    a: 1\n  }'],
  ])('cannot be forged by %s', (_, text, shown) => {
    expect(formatLine(date, 'info', text, false)).toBe(`[2018-03-27 15:47:12,009: INFO]: ${shown}`);
  });

  it('shows what comes with the message', () => {
    expect(formatMeta(undefined)).toBe('');
    expect(formatMeta({ user: 'alice', tries: 2 })).toBe(" { user: 'alice', tries: 2 }");
    const deep = { a: { list: ['a'.repeat(80), 'b'.repeat(80)], b: { c: { d: 1 } } } };
    expect(formatMeta(deep)).toMatch(/^ \{ a: \{ list: .* b: \{ c: \{ d: 1 \} \} \} \}$/);
    expect(formatMeta('text')).toBe(' text');
    expect(formatMeta(new TypeError('boom'))).toMatch(/^\nTypeError: boom\n {4}at .*logging\.spec\.ts/);
  });
});

describe('parseLevel', () => {
  it.each([
    ['info', 'info'],
    ['WARN', 'warn'],
    ['Warning', 'warn'],
    ['critical', 'crit'],
    ['crit', 'crit'],
  ])('reads %s as %s', (text, level) => {
    expect(parseLevel(text)).toBe(level);
  });

  it('lists the levels when there is no such level', () => {
    expect(() => parseLevel('loud')).toThrow(/loglevel of a worker cannot be 'loud'.*debug, info, warn, error, crit/s);
  });
});

describe('the log on winston', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('writes a line for each message that is urgent enough', async () => {
    const stream = new PassThrough();
    const log = openLog({ loglevel: 'warn' }, clock, stream);
    log.info('not this');
    log.warn('this', { n: 1 });
    log.crit('and this');
    await log.close(1000);
    expect(String(stream.read())).toBe(
      '[2018-03-27 15:47:12,009: WARNING]: this { n: 1 }\n[2018-03-27 15:47:12,009: CRITICAL]: and this\n',
    );
    expect([log.enabled('info'), log.enabled('warn'), log.enabled('crit')]).toEqual([false, true, true]);
  });

  it('keeps the order between its lines and what a program prints itself', async () => {
    const stream = new PassThrough();
    const log = openLog({ loglevel: 'info' }, clock, stream);
    stream.write('1\n');
    log.info('2');
    stream.write('3\n');
    log.info('4');
    expect(String(stream.read()).match(/\d$/gm)).toEqual(['1', '2', '3', '4']);
  });

  it('does not let a message in the extra data take the place of the message', async () => {
    const stream = new PassThrough();
    const log = openLog({ loglevel: 'info' }, clock, stream);
    log.info('ours', { message: 'theirs', level: 'error' });
    expect(String(stream.read())).toContain("INFO]: ours { message: 'theirs', level: 'error' }");
  });

  it('is coloured on a terminal', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, hasColors: () => true });
    const log = openLog({ loglevel: 'info' }, clock, terminal);
    log.warn('careful');
    log.info('fine');
    expect(String(terminal.read()).split('\n')).toEqual([
      '[2018-03-27 15:47:12,009: WARNING]: \u001B[33mcareful\u001B[0m',
      '[2018-03-27 15:47:12,009: INFO]: fine',
      '',
    ]);
  });

  it('is not coloured where nobody looks at a terminal, whatever a stream says of itself', () => {
    const pipe = Object.assign(new PassThrough(), { hasColors: () => true });
    openLog({}, clock, pipe).error('no');
    expect(String(pipe.read())).toMatch(/ERROR\]: no\n$/);
  });

  it('is given up when its reader has left, and nothing else is', async () => {
    const written: string[] = [];
    const pipe = new Writable({
      autoDestroy: false,
      write(chunk: Buffer, _, done) {
        written.push(String(chunk));
        done(written.length === 2 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    const log = openLog({}, clock, pipe);
    for (const text of ['1', '2', '3', '4']) {
      log.info(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close(1000);
    expect(written).toHaveLength(2);
  });

  it('has written everything to its file once it is closed, however much that is', async () => {
    const file = join(directory, 'worker.log');
    const log = openLog({ loglevel: 'info', logfile: file }, clock, process.stdout);
    for (let n = 1; n <= 5000; n += 1) log.info(`line ${String(n)} ${'x'.repeat(100)}`);
    await log.close(10_000);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(5000);
    expect(lines.at(-1)).toContain('line 5000');
  });

  it('ignores what comes after it is closed', async () => {
    const stream = new PassThrough();
    const log = openLog({ loglevel: 'info' }, clock, stream);
    await log.close(1000);
    log.info('too late');
    expect(stream.read()).toBeNull();
  });

  it('appends to a file that is there', async () => {
    const file = join(directory, 'worker.log');
    for (const text of ['first', 'second']) {
      const log = openLog({ loglevel: 'info', logfile: file }, clock, process.stdout);
      log.info(text);
      await log.close(1000);
    }
    expect(readFileSync(file, 'utf8').match(/\w+$/gm)).toEqual(['first', 'second']);
  });

  it('refuses a file that cannot be written, with what to do', async () => {
    const file = join(directory, 'no', 'such', 'place.log');
    expect(() => openLog({ loglevel: 'info', logfile: file }, clock, process.stdout)).toThrow(
      /place\.log cannot be written: .*ENOENT.*\n {2}→ Name a file in a directory that exists/s,
    );
  });
});

/** What the log says about some events, with its level. */
function told(events: readonly LifecycleEventBody[], level: WorkerLogLevel = 'debug'): string[] {
  const lines: string[] = [];
  const enabled = (one: WorkerLogLevel): boolean => LEVELS.indexOf(one) <= LEVELS.indexOf(level);
  const log = logOf(
    (at, message) => {
      if (enabled(at)) lines.push(`${at} ${message.split('\n')[0] ?? ''}`);
    },
    { enabled, close: () => Promise.resolve() },
  );
  const eventLog = new EventLog(log, new Explainer());
  for (const event of events) eventLog.write({ ...event, at: new Date() });
  return lines;
}

const place = { id: 'Cache', depth: 2 };
const cache = { type: 'service', id: 'Cache', name: 'Cache', depth: 2 } as const;
const starting: LifecycleEventBody = { ...cache, from: 'idle', to: 'starting' };
const boom = new RangeError('boom');

describe('the log of events', () => {
  it("tells a service's life in mode's words", () => {
    expect(
      told([
        starting,
        { ...cache, from: 'starting', to: 'running' },
        { ...cache, from: 'running', to: 'stopping' },
        { ...cache, from: 'stopping', to: 'stopped' },
      ]),
    ).toEqual([
      'info [^--Cache]: Starting...',
      'debug [^--Cache]: Started.',
      'info [^--Cache]: Stopping...',
      'info [^--Cache]: -Stopped!',
    ]);
  });

  it('tells a crash before what it stops', () => {
    expect(
      told([
        { ...cache, from: 'running', to: 'stopping', error: boom },
        { ...cache, from: 'stopping', to: 'crashed', error: boom },
        { ...cache, from: 'crashed', to: 'starting' },
        { ...cache, from: 'running', to: 'stopping' },
        { ...cache, from: 'stopping', to: 'crashed', error: boom },
      ]),
    ).toEqual([
      'error [^--Cache]: Crashed: RangeError: boom',
      'info [^--Cache]: Stopping...',
      'info [^--Cache]: -Stopped!',
      'info [^--Cache]: Starting...',
      'info [^--Cache]: Stopping...',
      'error [^--Cache]: Crashed: RangeError: boom',
    ]);
  });

  it('tells services of one name apart by their ids, and keeps no names', () => {
    const second = { id: 'Cache#2', depth: 1 };
    expect(
      told([
        starting,
        { ...cache, ...second, from: 'idle', to: 'starting' },
        { type: 'task', service: 'Cache', name: 'warm', what: 'begin', ...second },
        { type: 'abandoned', service: 'Cache', waitingOn: ['onStop'], ...second },
      ]),
    ).toEqual([
      'info [^--Cache]: Starting...',
      'info [^-Cache#2]: Starting...',
      'debug [^-Cache#2]: warm begins (task run 1)',
      'error [^-Cache#2]: Abandoned, waiting on onStop',
    ]);
  });

  it('says at the level of the service what is mundane, and a crash as an error', () => {
    expect(
      told([
        { ...cache, from: 'idle', to: 'starting', level: 'debug' },
        { ...cache, from: 'stopping', to: 'crashed', level: 'debug', error: boom },
      ]),
    ).toEqual(['debug [^--Cache]: Starting...', 'error [^--Cache]: Crashed: RangeError: boom']);
  });

  it('names the service of a task by its place in the tree', () => {
    const timer = { type: 'timer', service: 'Cache', name: 'expire', ...place } as const;
    expect(
      told([
        starting,
        { ...timer, what: 'skip' },
        { ...timer, what: 'begin', run: 3 },
        { ...timer, what: 'end', run: 3 },
        { ...timer, what: 'error', run: 3, error: boom },
      ]).slice(1),
    ).toEqual([
      'debug [^--Cache]: expire skipped: its last run goes on',
      'debug [^--Cache]: expire begins (timer run 3)',
      'debug [^--Cache]: expire ends (timer run 3)',
      'error [^--Cache]: expire failed (timer run 3): RangeError: boom',
    ]);
  });

  it('tells of restarts, of what was abandoned, and of warnings', () => {
    expect(
      told(
        [
          starting,
          { type: 'restart', service: 'Cache', ...place, attempt: 2, delayMs: 200, scope: 'dependents', error: boom },
          { type: 'abandoned', service: 'Cache', ...place, waitingOn: ['onStop', 'expire'] },
          { type: 'warning', message: 'A listener of container.on() threw', error: boom },
        ],
        'warn',
      ),
    ).toEqual([
      'warn [^--Cache]: Restarting in 200ms (attempt 2): RangeError: boom',
      'error [^--Cache]: Abandoned, waiting on onStop, expire',
      'warn [^Worker]: A listener of container.on() threw',
    ]);
  });
});

describe("a logger of the program's own", () => {
  const ignore = (): void => undefined;

  it('is flushed last, and waited for', async () => {
    const done: string[] = [];
    const logger = {
      ...{ debug: ignore, warn: ignore, error: ignore },
      info: (text: string) => done.push(text),
      flush: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push('flushed');
      },
    };
    const log = openLog({ logger }, clock, process.stdout);
    log.info('last line');
    await log.close(1000);
    expect(done).toEqual(['last line', 'flushed']);
  });

  it('that never flushes is not waited for longer than is given', async () => {
    const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, flush: () => new Promise(ignore) };
    await expect(openLog({ logger }, clock, process.stdout).close(5)).resolves.toBeUndefined();
  });

  it('may be of pino, whose flush calls back', async () => {
    const got: unknown[][] = [];
    const at = (...args: unknown[]): void => void got.push(args);
    const flush = (done?: (error?: unknown) => void): void => void setImmediate(() => done?.());
    const pino = { debug: at, info: at, warn: at, error: at, flush, [Symbol.for('pino.serializers')]: {} };
    const log = openLog({ logger: pino }, clock, process.stdout);
    log.info('paid', { order: 7 });
    await log.close(1000);
    expect(got).toEqual([[{ order: 7 }, 'paid']]);
  });
});
