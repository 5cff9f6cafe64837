/** Every function that takes options refuses those that it does not read, where they are written, with the nearest that it does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as graph from '../lib/graph-export/index.js';
import * as lib from '../lib/index.js';
import * as testing from '../lib/testing/index.js';
import * as threads from '../lib/threads/index.js';
import * as worker from '../lib/worker/index.js';

type Call = (options: never) => unknown;

class Plain extends lib.Service {}

class Busy {
  run(): void {
    // is only to be named
  }
}

const noGraph = new lib.Container().graph();
const module = new URL('file:///none.js');

/** Refuses to be found later: a call may be asynchronous. */
async function started(): Promise<lib.Service> {
  const service = new Plain();
  await service.start();
  return service;
}

const RESTART = ['maxRestarts', 'over', 'backoff'];
const BACKOFF = ['initial', 'factor', 'max', 'jitter', 'resetAfter'];
const SERVICE = ['name', 'inject', 'dependsOn', 'startTimeout', 'stopTimeout', 'restart', 'startRetry', 'required'];
const TASK = ['name', 'onError'];
const TIMER = ['name', 'immediate', 'jitter', 'onError'];
const CRONTAB = ['name', 'timezone', 'onError', 'missed'];
const PICTURE = ['states', 'times', 'direction'];
const THREAD = ['module', 'export', 'args', 'setup', 'name', 'keepalive', 'resourceLimits', 'env'];
const QUEUE = ['maxSize', 'flowControl', 'clearOnResume', 'pressureHighRatio', 'pressureDropRatio', 'onPressureHigh'];

const given = (options: object, more: object): never => ({ ...more, ...options }) as never;
const decorated = (options: lib.ServiceOptions): unknown => lib.service(options)(class {});

/** What takes them, the names of their types, the options, and the call. */
const table: readonly (readonly [what: string, types: string, options: readonly string[], call: Call])[] = [
  ['@service()', 'ServiceOptions', SERVICE, decorated],
  ['restart', 'RestartOptions', ['when', 'scope', ...RESTART], (restart) => decorated({ restart })],
  ['restart.backoff', 'BackoffOptions', BACKOFF, (backoff) => decorated({ restart: { backoff } })],
  ['startRetry', 'StartRetryOptions', ['attempts', 'backoff'], (startRetry) => decorated({ startRetry })],
  ['startRetry.backoff', 'BackoffOptions', BACKOFF, (backoff) => decorated({ startRetry: { backoff } })],
  ['@task()', 'TaskOptions', TASK, (options) => lib.task(options)],
  ['@timer()', 'TimerOptions', TIMER, (options) => lib.timer('1s', options)],
  ['@crontab()', 'CrontabOptions', CRONTAB, (options) => lib.crontab('* * * * *', options)],
  [
    'defineService()',
    'DefineServiceOptions',
    [...SERVICE, 'tasks', 'timers', 'crontabs'],
    (options) => lib.defineService(class {}, options),
  ],
  ['tasks', 'TaskOptions', TASK, (run) => lib.defineService(class extends Busy {}, { tasks: { run } })],
  [
    'timers',
    'TimerOptions',
    TIMER,
    (run) => lib.defineService(class extends Busy {}, { timers: { run: given(run, { every: '1s' }) } }),
  ],
  [
    'crontabs',
    'CrontabOptions',
    CRONTAB,
    (run) => lib.defineService(class extends Busy {}, { crontabs: { run: given(run, { at: '* * * * *' }) } }),
  ],
  [
    'new Container()',
    'ContainerOptions',
    ['parent', 'autobind', 'defaultScope', 'jitless', 'logger', 'clock', 'coordinator', 'concurrency'],
    (options) => new lib.Container(options),
  ],
  ['boot()', 'BootOptions', ['signal'], (options) => new lib.Container().boot(options)],
  ['stop()', 'StopOptions', ['timeout'], (options) => new lib.Container().stop(options)],
  [
    'resource()',
    'ResourceOptions',
    ['inject', 'stop', 'name', 'startTimeout', 'stopTimeout', 'restart', 'startRetry', 'required', 'watch'],
    (options) => {
      new lib.Container().resource('pool', given(options, { start: () => 1 }));
    },
  ],
  ['Service.from()', '', ['name'], (options) => lib.Service.from(() => 1, options)],
  ['addTask()', '', ['name'], async (options) => (await started()).addTask(() => 1, options)],
  ['wait()', 'WaitOptions', ['timeout'], async (options) => (await started()).wait(1, options)],
  ['waitFirst()', 'WaitOptions', ['timeout'], async (options) => (await started()).waitFirst([1], options)],
  ['waitMany()', 'WaitOptions', ['timeout'], async (options) => (await started()).waitMany([1], options)],
  ['waitForStopped()', 'WaitOptions', ['timeout'], async (options) => (await started()).waitForStopped(1, options)],
  ['a supervisor', 'SupervisorOptions', ['name', 'replacement', ...RESTART], (o) => new lib.OneForOneSupervisor(o)],
  ['backoff of a supervisor', 'BackoffOptions', BACKOFF, (backoff) => new lib.RestForOneSupervisor({ backoff })],
  ['restartPolicy()', 'RestartPolicyOptions', RESTART, (options) => lib.restartPolicy(options)],
  ['new Signal()', 'SignalOptions', ['name', 'owner'], (options) => new lib.Signal(options)],
  ['new SyncSignal()', 'SignalOptions', ['name', 'owner'], (options) => new lib.SyncSignal(options)],
  ['clone()', 'SignalOptions', ['name', 'owner'], (options) => new lib.Signal().clone(options)],
  ['connect()', 'ConnectOptions', ['sender', 'weak'], (options) => new lib.Signal().connect(() => 1, options)],
  ['disconnect()', 'ConnectOptions', ['sender', 'weak'], (options) => new lib.Signal().disconnect(() => 1, options)],
  [
    'connect() of one sender',
    '',
    ['weak'],
    (options) => new lib.Signal().withDefaultSender({}).connect(() => 1, options),
  ],
  [
    'new FlowControlEvent()',
    'FlowControlEventOptions',
    ['initiallySuspended'],
    (options) => new lib.FlowControlEvent(options),
  ],
  ['new FlowControlQueue()', 'FlowControlQueueOptions', QUEUE, (options) => new lib.FlowControlQueue(options)],
  ['new ThrowableQueue()', 'FlowControlQueueOptions', QUEUE, (options) => new lib.ThrowableQueue(options)],
  ['rateLimit()', 'RateLimitOptions', ['capacity', 'clock'], (options) => lib.rateLimit(1, '1s', options)],
  ['new Bucket()', 'RateLimitOptions', ['capacity', 'clock'], (options) => new lib.Bucket(1, '1s', options)],
  ['toDot()', 'DotOptions', ['name', ...PICTURE], (options) => graph.toDot(noGraph, options)],
  ['toMermaid()', 'PictureOptions DrawOptions', PICTURE, (options) => graph.toMermaid(noGraph, options)],
  ['toText()', 'TextOptions', ['states', 'times', 'depth'], (options) => graph.toText(noGraph, options)],
  [
    'new Worker()',
    'WorkerOptions',
    ['loglevel', 'logfile', 'logger', 'overrideLogging', 'stopTimeout', 'daemon', 'clock'],
    (options) => new worker.Worker(Plain, options),
  ],
  ['stop() of a worker', 'WorkerStopOptions', ['code', 'reason'], (o) => new worker.Worker(Plain).stop(o)],
  ['new FakeClock()', 'FakeClockOptions', ['start', 'patience'], (options) => new testing.FakeClock(options)],
  ['recordHistory()', 'HistoryOptions', ['types'], (o) => testing.recordHistory(new lib.Container(), o)],
  ['new ServiceThread()', 'ServiceThreadOptions', THREAD, (o) => new threads.ServiceThread(given(o, { module }))],
  [
    'new QueueServiceThread()',
    'QueueServiceThreadOptions',
    [...THREAD, 'concurrency', 'maxQueue'],
    (options) => new threads.QueueServiceThread(given(options, { module })),
  ],
  [
    'keepalive',
    'KeepaliveOptions',
    ['every', 'timeout'],
    (keepalive) => new threads.ServiceThread({ module, keepalive }),
  ],
  [
    'resourceLimits',
    '',
    ['maxYoungGenerationSizeMb', 'maxOldGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'],
    (resourceLimits) => new threads.ServiceThread({ module, resourceLimits }),
  ],
  ['loadTarget()', 'LoadOptions', ['exportName', 'isDone'], (o) => worker.loadTarget('none', given(o, { cwd: '/' }))],
];

/** The message that a call is answered with, whether it throws or rejects. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return '';
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

describe.each(table)('%s', (_, __, options, call) => {
  it.each(options)('%s misspelt is refused with the one that was meant', async (option) => {
    const letters = [...option];
    // with a letter too many, and in another case
    for (const wrong of [`${option}${letters.at(-1) ?? ''}`, option.toUpperCase()]) {
      const message = await messageOf(() => call({ [wrong]: undefined } as never));
      expect(message).toMatch(/^TypeError: .* has no option /);
      expect(message).toContain(`${wrong}; did you mean ${option}?\n  → Its options: `);
    }
  });

  it.each(options)('%s is one', async (option) => {
    expect(await messageOf(() => call({ [option]: undefined } as never))).not.toContain('has no option');
  });
});

// what is completed above is always an object
const MERGED = new Set([
  'timers',
  'crontabs',
  'resource()',
  'new ServiceThread()',
  'new QueueServiceThread()',
  'loadTarget()',
]);

it.each(table.filter(([what]) => !MERGED.has(what)))(
  '%s refuses what is no options at all',
  async (_, __, ___, call) => {
    for (const wrong of [null, 'x', [1], new Map()]) expect(await messageOf(() => call(wrong as never))).not.toBe('');
  },
);

it('every type of options that can be imported is in the table', () => {
  const entries = ['index.ts', 'graph-export/index.ts', 'testing/index.ts', 'threads/index.ts', 'worker/index.ts'];
  const text = entries.map((file) => readFileSync(new URL(`../lib/${file}`, import.meta.url), 'utf8')).join('\n');
  const ours = text.replaceAll(/^export [^;]*from '(?!\.)[^']*';$/gm, '');
  const exported = new Set(ours.match(/\b[A-Z]\w+Options\b/g));
  // what a module is handed is nothing that a program writes
  const known = new Set(['ModuleOptions', ...table.flatMap(([, types]) => types.split(' '))]);
  expect([...exported].filter((type) => !known.has(type))).toEqual([]);
});
