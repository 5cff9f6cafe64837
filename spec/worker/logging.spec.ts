import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
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
    const log = await openLog({ loglevel: 'warn' }, clock, stream);
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
    const log = await openLog({ loglevel: 'info' }, clock, stream);
    stream.write('1\n');
    log.info('2');
    stream.write('3\n');
    log.info('4');
    expect(String(stream.read()).match(/\d$/gm)).toEqual(['1', '2', '3', '4']);
  });

  it('does not let a message in the extra data take the place of the message', async () => {
    const stream = new PassThrough();
    const log = await openLog({ loglevel: 'info' }, clock, stream);
    log.info('ours', { message: 'theirs', level: 'error' });
    expect(String(stream.read())).toContain("INFO]: ours { message: 'theirs', level: 'error' }");
  });

  it('is coloured on a terminal', async () => {
    const terminal = Object.assign(new PassThrough(), { hasColors: () => true });
    const log = await openLog({ loglevel: 'info' }, clock, terminal);
    log.warn('careful');
    log.info('fine');
    expect(String(terminal.read()).split('\n')).toEqual([
      '[2018-03-27 15:47:12,009: WARNING]: \u001B[33mcareful\u001B[0m',
      '[2018-03-27 15:47:12,009: INFO]: fine',
      '',
    ]);
  });

  it('has written everything to its file once it is closed, however much that is', async () => {
    const file = join(directory, 'worker.log');
    const log = await openLog({ loglevel: 'info', logfile: file }, clock, process.stdout);
    for (let n = 1; n <= 5000; n += 1) log.info(`line ${String(n)} ${'x'.repeat(100)}`);
    await log.close(10_000);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(5000);
    expect(lines.at(-1)).toContain('line 5000');
  });

  it('ignores what comes after it is closed', async () => {
    const stream = new PassThrough();
    const log = await openLog({ loglevel: 'info' }, clock, stream);
    await log.close(1000);
    log.info('too late');
    expect(stream.read()).toBeNull();
  });

  it('appends to a file that is there', async () => {
    const file = join(directory, 'worker.log');
    for (const text of ['first', 'second']) {
      const log = await openLog({ loglevel: 'info', logfile: file }, clock, process.stdout);
      log.info(text);
      await log.close(1000);
    }
    expect(readFileSync(file, 'utf8').match(/\w+$/gm)).toEqual(['first', 'second']);
  });

  it('refuses a file that cannot be written, with what to do', async () => {
    const file = join(directory, 'no', 'such', 'place.log');
    await expect(openLog({ loglevel: 'info', logfile: file }, clock, process.stdout)).rejects.toThrow(
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

  it('says at the level of the service what is mundane, and a crash as an error', () => {
    expect(
      told([
        { ...cache, from: 'idle', to: 'starting', level: 'debug' },
        { ...cache, from: 'stopping', to: 'crashed', level: 'debug', error: boom },
      ]),
    ).toEqual(['debug [^--Cache]: Starting...', 'error [^--Cache]: Crashed: RangeError: boom']);
  });

  it('names the service of a task by its place in the tree', () => {
    const timer = { type: 'timer', service: 'Cache', name: 'expire' } as const;
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
          { type: 'restart', service: 'Cache', attempt: 2, delayMs: 200, scope: 'dependents', error: boom },
          { type: 'abandoned', service: 'Cache', waitingOn: ['onStop', 'expire'] },
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
