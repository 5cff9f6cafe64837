/** The worker's log: its levels, what a line looks like, and the events of a container in mode's words. */

import { formatMs } from '../base/duration.js';
import type { LifecycleEvent, LogLevel, Logger, ServiceState } from '../base/events.js';
import { guarded, type Write as LineWriter } from '../base/logger.js';
import { inWords, isErrorObject, shorten } from '../base/words.js';
import { explain, split, type Explainer } from './explain.js';

/** A level of the worker's log: the core's four, and `crit` for what ends the program. */
export type WorkerLogLevel = LogLevel | 'crit';

/** How a level can be asked for: also by the names that Python has for two of them. */
export type WorkerLogLevelName = WorkerLogLevel | 'warning' | 'critical';

/** Most urgent first. */
export const LEVELS: readonly WorkerLogLevel[] = ['crit', 'error', 'warn', 'info', 'debug'];

const aliases: ReadonlyMap<string, WorkerLogLevel> = new Map([
  ['critical', 'crit'],
  ['warning', 'warn'],
]);

/** Reads a level in either spelling and any case. Raises a `TypeError` that lists the levels for anything else. */
export function parseLevel(wanted: unknown): WorkerLogLevel {
  const text = typeof wanted === 'string' ? wanted.toLowerCase() : '';
  const level = aliases.get(text) ?? LEVELS.find((candidate) => candidate === text);
  if (level !== undefined) return level;
  const names = [...LEVELS].reverse().join(', ');
  throw new TypeError(`The loglevel of a worker cannot be ${inWords(wanted)}\n  → Use one of ${names}.`);
}

type Write = (message: string, meta?: unknown) => void;

/** Where a worker's lines go; winston, or anything else, is behind it. */
export interface WorkerLog extends Logger {
  /** What ends the program. */
  readonly crit: Write;
  /** Whether a line of this level would be written at all. */
  enabled(level: WorkerLogLevel): boolean;
  /** Settles once everything has reached the file behind the log, or after so many milliseconds. */
  close(ms: number): Promise<void>;
}

/** A log from one function that writes a line. It never throws; the first time that it cannot write, `failed` is called. */
export function logOf(
  line: LineWriter<WorkerLogLevel>,
  rest: Pick<WorkerLog, 'enabled' | 'close'>,
  failed: (error: unknown) => void = () => undefined,
): WorkerLog {
  const write = guarded(line, failed);
  const at = (level: WorkerLogLevel) => (message: string, meta?: unknown) => {
    write(level, message, meta);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), crit: at('crit'), ...rest };
}

/** `[2018-03-27 15:47:12,159: INFO]: ` before the message: mode's format, in local time. */
export function formatLine(date: Date, level: WorkerLogLevel, message: string, colors: boolean): string {
  const [label, color] = looks[level];
  const head = `[${timestamp(date)}: ${label}]: `;
  return colors && color !== undefined ? `${head}\u001B[${color}m${message}\u001B[0m` : `${head}${message}`;
}

/** What follows a message: an error as people read it on lines of its own, anything else on the same line. */
export function formatMeta(meta: unknown): string {
  if (meta === undefined) return '';
  if (isErrorObject(meta)) return `\n${explain(meta)}`;
  return ` ${typeof meta === 'string' ? shorten(meta) : inWords(meta, { breakLength: Infinity, compact: true, depth: 4 })}`;
}

/** The prefix that names a service by its distance from the worker: `[^--PageViewCache]: `. */
export function prefix(name: string, depth: number): string {
  return `[^${'-'.repeat(depth)}${name}]: `;
}

/** The names of Python's logging, and mode's colours, but for its white, which cannot be read on white. */
const looks: Readonly<Record<WorkerLogLevel, readonly [label: string, color?: string]>> = {
  crit: ['CRITICAL', '1;31'],
  error: ['ERROR', '31'],
  warn: ['WARNING', '33'],
  info: ['INFO'],
  debug: ['DEBUG', '34'],
};

function timestamp(date: Date): string {
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day} ${time},${pad(date.getMilliseconds(), 3)}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** What is said when a service comes into a state, and at which level, if that is not the service's own. */
const words: Readonly<Record<ServiceState, readonly [text: string, at?: LogLevel] | undefined>> = {
  idle: undefined,
  starting: ['Starting...'],
  running: ['Started.', 'debug'],
  stopping: ['Stopping...'],
  stopped: ['-Stopped!'],
  crashed: ['Crashed: ', 'error'],
};

/** Writes lifecycle events as lines. */
export class EventLog {
  /** How far each service that has started is from the worker; only its own events say so. */
  readonly #depths = new Map<string, number>();

  constructor(
    private readonly log: WorkerLog,
    private readonly explainer: Explainer,
  ) {}

  write(event: LifecycleEvent): void {
    switch (event.type) {
      case 'service':
        this.#service(event);
        break;
      case 'task':
      case 'timer':
        this.#run(event);
        break;
      case 'restart':
        this.#line('warn', event.service, () => {
          const reason = this.explainer.mention(event.error);
          return `Restarting in ${formatMs(event.delayMs)} (attempt ${String(event.attempt)}): ${reason}`;
        });
        break;
      case 'abandoned':
        this.#line('error', event.service, () => {
          this.explainer.abandons(event.service);
          return `Abandoned, waiting on ${event.waitingOn.join(', ')}`;
        });
        break;
      case 'warning':
        this.log.warn(
          `${prefix('Worker', 0)}${event.message}`,
          'error' in event ? (event.error ?? String(event.error)) : undefined,
        );
        break;
      case 'container':
        // the worker's own lines say it
        break;
    }
  }

  #service({ name, depth = 1, level = 'info', to, error }: Extract<LifecycleEvent, { type: 'service' }>): void {
    this.#depths.set(name, depth);
    const [text, at = level] = words[to] ?? [];
    // an abandonment comes with an event of its own, which says the same
    if (text === undefined || this.explainer.isToldOf(error)) return;
    // Short, because whoever answers for the crash explains it: the restart that follows, or the worker as it leaves.
    this.#line(at, name, () => (to === 'crashed' ? text + split(error).message : text));
  }

  #run({
    service,
    name,
    type,
    what,
    error,
    run = 1,
    reason,
  }: Extract<LifecycleEvent, { type: 'task' | 'timer' }>): void {
    const nth = `(${type} run ${String(run)})`;
    switch (what) {
      case 'error':
        this.#line('error', service, () => `${name} failed ${nth}: ${this.explainer.explain(error)}`);
        break;
      case 'skip':
        this.#line('debug', service, () => `${name} skipped: ${whySkipped[reason ?? 'running']}`);
        break;
      case 'begin':
      case 'end':
        this.#line('debug', service, () => `${name} ${what}s ${nth}`);
        break;
    }
  }

  /** What nobody reads is not even put into words. */
  #line(level: LogLevel, service: string, text: () => string): void {
    if (this.log.enabled(level)) this.log[level](prefix(service, this.#depths.get(service) ?? 1) + text());
  }
}

const whySkipped = {
  running: 'its last run goes on',
  late: 'it was noticed too late',
  refused: 'the coordinator gave this run to somebody else',
  stopped: 'the service stops',
} as const;
