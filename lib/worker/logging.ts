/** The worker's log: its levels, what a line looks like, and the events of a container in mode's words. */

import { formatMs } from '../base/duration.js';
import { nameAmong, type LifecycleEvent, type LogLevel, type Logger, type ServiceState } from '../base/events.js';
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
  /** Settles once everything has reached what is behind the log, or after so many milliseconds. */
  close(ms: number): Promise<void>;
  /** Opens the file behind the log again. Only there where it has one. */
  reopen?(): void;
}

/** A log from one function that writes a line. It never throws; the first time that it cannot write, `failed` is called. */
export function logOf(
  line: LineWriter<WorkerLogLevel>,
  rest: Pick<WorkerLog, 'enabled' | 'close' | 'reopen'>,
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
  const text = printable(message);
  return colors && color !== undefined ? `${head}\u001B[${color}m${text}\u001B[0m` : head + text;
}

// the control characters but for tab and line feed, and what Unicode has for line breaks
const CONTROL = /(?!\t|\n)[\p{Cc}\u2028\u2029]/gu;

/**
 * A text that can neither forge a line of the log nor control the terminal: control characters other than tab are escaped, and
 * lines after the first are indented, unless all of them are already.
 */
export function printable(text: string): string {
  const safe = text.replaceAll('\r\n', '\n').replaceAll(CONTROL, escaped);
  return /\n[^\s]/.test(safe) ? safe.replaceAll(/\n(?=[^\n])/g, '\n  ') : safe;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** What follows a message: an error as people read it on lines of its own, anything else on the same line. */
export function formatMeta(meta: unknown): string {
  if (meta === undefined) return '';
  if (isErrorObject(meta)) return `\n${explain(meta)}`;
  return ` ${typeof meta === 'string' ? shorten(meta) : inWords(meta, { breakLength: Infinity, compact: true, depth: 4 })}`;
}

/** The prefix that names a service by its distance from the worker: `[^--PageViewCache]: `. */
export function prefix(name: string, depth = 1): string {
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
  // once the way down is over
  crashed: ['-Stopped!'],
};

/** Writes the lifecycle events of a container as lines. */
export class EventLog {
  /** The services on their way down because of a crash that was told when it happened. */
  readonly #crashed = new Set<string>();

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
        this.#line('warn', event, () => {
          const reason = this.explainer.mention(event.error);
          return `Restarting in ${formatMs(event.delayMs)} (attempt ${String(event.attempt)}): ${reason}`;
        });
        break;
      case 'retry':
        this.#line('warn', event, () => {
          const reason = this.explainer.mention(event.error);
          return `Did not start; trying again in ${formatMs(event.delayMs)} (attempt ${String(event.attempt)}): ${reason}`;
        });
        break;
      case 'degraded':
        this.#line('error', event, () => `Going on without it: ${this.explainer.mention(event.error)}`);
        break;
      case 'abandoned':
        this.#line('error', event, () => {
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

  #service(event: Extract<LifecycleEvent, { type: 'service' }>): void {
    const { id, name, depth, level = 'info', to, error } = event;
    const place: Place = { service: name, id, depth };
    const hasError = 'error' in event;
    // Short, because whoever answers for the crash explains it: the restart that follows, or the worker as it leaves.
    const crash = (): void => {
      this.#line('error', place, () => `Crashed: ${split(error).message}`);
    };
    // a crash is told before what it stops
    if (to === 'stopping' && hasError && !this.explainer.isToldOf(error)) {
      this.#crashed.add(id);
      crash();
    }
    if (to === 'crashed' && !this.#crashed.delete(id)) {
      // an abandonment comes with an event of its own, which says the same
      if (!this.explainer.isToldOf(error)) crash();
      return;
    }
    const [text, at = level] = words[to] ?? [];
    if (text !== undefined) this.#line(at, place, () => text);
  }

  #run(event: Extract<LifecycleEvent, { type: 'task' | 'timer' }>): void {
    const { name, type, what, error, run = 1, reason } = event;
    const nth = `(${type} run ${String(run)})`;
    switch (what) {
      case 'error':
        this.#line('error', event, () => `${name} failed ${nth}: ${this.explainer.explain(error)}`);
        break;
      case 'skip':
        this.#line('debug', event, () => `${name} skipped: ${whySkipped[reason ?? 'running']}`);
        break;
      case 'begin':
      case 'end':
        this.#line('debug', event, () => `${name} ${what}s ${nth}`);
        break;
    }
  }

  /** What nobody reads is not even put into words. */
  #line(level: LogLevel, { service, id, depth }: Place, text: () => string): void {
    if (this.log.enabled(level)) this.log[level](prefix(nameAmong(service, id), depth) + text());
  }
}

/** Whom a line is about. */
interface Place {
  readonly service: string;
  readonly id?: string;
  readonly depth?: number | undefined;
}

const whySkipped = {
  running: 'its last run goes on',
  late: 'it was noticed too late',
  refused: 'the coordinator gave this run to somebody else',
  stopped: 'the service stops',
} as const;
