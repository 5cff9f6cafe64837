/**
 * Errors for people: what happened, where in their own code, what it came from, and what to do. Our own frames, and those
 * of node and inversify, tell a user nothing and are left out.
 */

import { ModeError, way, type BootError, type StopError } from '../base/errors.js';
import { emitterOf } from '../base/emitted.js';
import { OWN_FILES } from '../base/own-files.js';
import { describeError, firstOf, frameLines, isErrorObject, peek, shorten, stackOf } from '../base/words.js';
import type { Culprit } from '../run/rejection.js';

/** A program was asked for in a way that cannot work: a bad option, path, module or export. The exit code is 2. */
export class UsageError extends ModeError {
  override readonly name: string = 'UsageError';

  constructor(message: string, remedy: string, cause?: unknown) {
    super('ERR_MODE_USAGE', { message, remedy, ...(cause !== undefined && { cause }) });
  }
}

export interface ExplainOptions {
  /** Comes before the message: who met the error. */
  what?: string;
  /** What to do, where neither the error nor we know anything better. */
  advice?: string;
}

/** Several lines, without a line break at the end. */
export function explain(error: unknown, how?: ExplainOptions): string {
  return new Explainer().explain(error, how);
}

/** Explains errors that come by several times, and says only once where they happened and what they came from. */
export class Explainer {
  readonly #told = new WeakSet();
  readonly #abandoned = new Set<string>();

  /** What a service was waiting on when it was abandoned has been told. */
  abandons(service: string): void {
    this.#abandoned.add(service);
  }

  /** Whether an error says only that a service was abandoned, and that has been told. */
  isToldOf(error: unknown): boolean {
    if (!ModeError.is(error)) return false;
    const [service] = listOf(error, 'path');
    return (
      isError(error, 'ERR_MODE_ABANDONED') ||
      (isError(error, 'ERR_MODE_STOP_TIMEOUT') && this.#abandoned.has(service as string))
    );
  }

  explain(error: unknown, how: ExplainOptions = {}): string {
    try {
      return this.#explain(error, how);
    } catch {
      // an error of ours that somebody has changed; what is said of it must not become an error of its own
      return [how.what, describeError(error)].filter((part) => part !== undefined).join(': ');
    }
  }

  #explain(error: unknown, { what, advice }: ExplainOptions): string {
    const { message, remedy } = split(error);
    const all = chain(error);
    const emitter = emitterOf(error);
    const lines = [what === undefined ? message : `${what}: ${message}`];
    if (emitter !== undefined && what?.includes(emitter) !== true) {
      lines.push(`  an 'error' event of ${emitter} that nobody listened to`);
    }
    lines.push(...this.#origins(message, all));
    if (isError(error, 'ERR_MODE_STOP')) lines.push(...this.#mishaps(error as StopError, '  - '));
    if (isError(error, 'ERR_MODE_BOOT')) {
      const { errors, service } = error as BootError;
      lines.push(
        ...firstOf(errors, (one) => this.#onTheWayBack(one, service).join('\n')).filter((line) => line !== ''),
      );
    }
    const best = hintFor(all) ?? remedy ?? advice;
    if (best !== undefined) lines.push(`  → ${best}`);
    return lines.join('\n');
  }

  /** In full the first time, in one line after that. */
  mention(error: unknown): string {
    return this.#isTold(error) ? split(error).message : this.explain(error);
  }

  /** Where an error and its causes come from, as far as that was not told yet. */
  #origins(message: string, errors: readonly unknown[]): string[] {
    const lines: string[] = [];
    for (const [index, error] of errors.entries()) {
      if (this.#isTold(error)) continue;
      if (isObject(error)) this.#told.add(error);
      const text = split(error).message;
      // most of our errors quote their cause, and saying it once is enough
      if (index > 0 && !message.includes(text)) lines.push(`  caused by: ${text}`);
      lines.push(...userFrames(error));
    }
    return lines;
  }

  #mishaps({ errors, abandoned }: StopError, lead: string): string[] {
    return [
      ...firstOf(errors, ({ service, error }) => this.explain(error, { what: lead + service })),
      ...firstOf(abandoned, ({ service, waitingOn }) => {
        const what = this.#abandoned.has(service) ? '' : `, waiting on ${waitingOn.join(', ')}`;
        return `${lead}${service} was abandoned${what}`;
      }),
    ];
  }

  #onTheWayBack(error: unknown, failed: string): string[] {
    const lead = '  on the way back: ';
    // who told the worker to stop, while the boot was on its way back already, is told by a line of its own
    if (isError(error, 'ERR_MODE_INTERRUPTED')) return [];
    if (isError(error, 'ERR_MODE_STOP')) {
      const told = `${lead}${failed} was abandoned`; // and that it failed is told right above
      return this.#mishaps(error as StopError, lead).filter((line) => line !== told);
    }
    return [lead + this.explain(error)];
  }

  #isTold(error: unknown): boolean {
    return isObject(error) && this.#told.has(error);
  }
}

/** What happened and the advice, apart; the advice that a quoted error brought is left out of the message. */
export function split(error: unknown): { message: string; remedy?: string | undefined } {
  try {
    return splitApart(error);
  } catch {
    return { message: describeError(error) };
  }
}

function splitApart(error: unknown): { message: string; remedy?: string | undefined } {
  if (isError(error, 'ERR_MODE_BOOT')) {
    const { service, path, cause } = error as BootError;
    const { message, remedy = `Mend ${service}; everything that had started was stopped again.` } = split(cause);
    return { message: `${service} could not be started (${way(path)}): ${message}`, remedy };
  }
  if (isError(error, 'ERR_MODE_STOP')) {
    const { abandoned, message: full } = error as StopError;
    const remedy = abandoned.length === 0 ? 'Mend what is named; everything else was stopped.' : REMEDY.exec(full)?.[1];
    return { message: 'Not everything stopped cleanly:', remedy };
  }
  const text = describe(error);
  const remedies = [...text.matchAll(new RegExp(REMEDY, 'g'))];
  return { message: text.replaceAll(new RegExp(REMEDY, 'g'), ''), remedy: remedies.at(-1)?.[1] };
}

const REMEDY = /\n {2}→ (.*)/;

function describe(error: unknown): string {
  // the name of the class is for programs; what our own errors say is enough for people
  const message = peek(error, 'message');
  if (ModeError.is(error) && typeof message === 'string') return shorten(message, LONGEST);
  // a connection that failed for each of several addresses says nothing by itself
  const errors = message === '' ? listOf(error, 'errors') : [];
  return errors.length > 0 ? shorten(firstOf(errors, describeError).join('; ')) : describeError(error);
}

/** How many causes are told at most. */
const MAX_CAUSES = 5;

/** How many characters our own errors, which can quote many others, are told at most. */
const LONGEST = 1_000_000;

/** What an error came from, itself first. Of a boot or a stop only what no other line tells. */
function chain(error: unknown): unknown[] {
  if (isError(error, 'ERR_MODE_STOP')) return [];
  const causes = [error];
  for (let next = error; isErrorObject(next) && causes.length < MAX_CAUSES;) {
    next = peek(next, 'cause') ?? listOf(next, 'errors')[0];
    if (next === undefined || causes.includes(next)) break;
    causes.push(next);
  }
  return causes;
}

/** A list that an error has; an empty one, where that is none. */
function listOf(error: unknown, key: string): readonly unknown[] {
  const list = peek(error, key);
  return Array.isArray(list) ? list : [];
}

/** Where an error comes from in the user's program: the line that node shows for a syntax error, and the frames. */
export function userFrames(error: unknown): string[] {
  // where we noticed is no news: the cause knows where it happened
  if (ModeError.is(error) && peek(error, 'cause') !== undefined) return [];
  const stack = stackOf(error).slice(0, EXCERPT);
  const excerpt = stack.slice(0, Math.max(0, stack.indexOf(`${String(peek(error, 'name'))}: `))).trimEnd();
  const frames = frameLines(error)
    .filter((line) => /^ {4}at /.test(line) && !FOREIGN.some((part) => line.includes(part)))
    .slice(0, MAX_FRAMES);
  return excerpt === '' ? frames : [...excerpt.split('\n').map((line) => `    ${line}`), ...frames];
}

/** How much of a stack can be the excerpt of a file with a mistake, and how many frames are told at most. */
const EXCERPT = 2_000;
const MAX_FRAMES = 50;

const FOREIGN: readonly string[] = [
  ...OWN_FILES,
  'node:',
  '<anonymous>)',
  '/node_modules/inversify/',
  '/node_modules/@inversifyjs/',
  '/node_modules/@oxc-node/',
  '/node_modules/commander/',
  '/node_modules/croner/',
];

interface SystemError extends Error {
  code?: string;
  port?: number;
  address?: string;
  path?: string;
}

/** What to do about the errors that a program meets most often while it starts. */
const hints: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: ({ port, address }) =>
    `${port === undefined || port < 0 ? (address ?? 'The address') : `Port ${String(port)}`} is taken: ` +
    'stop the process that listens there, or choose another port.',
  EACCES: ({ port, path }) =>
    port === undefined
      ? `Give this user the right to ${path ?? 'what is named'}.`
      : `Port ${String(port)} needs rights that this user has not got: choose one above 1023.`,
  ECONNREFUSED: (error) => `Nothing listens at ${place(error)}: start it first, or correct the address.`,
  ENOTFOUND: () => 'The name of the host cannot be resolved: correct it, or look at the network.',
  ETIMEDOUT: (error) => `${place(error)} did not answer: look at the address, the network and the firewall.`,
};

/** The advice for the innermost error that has one. */
function hintFor(errors: readonly unknown[]): string | undefined {
  for (const error of [...errors].reverse()) {
    const code = isErrorObject(error) ? peek(error, 'code') : undefined;
    if (typeof code === 'string' && Object.hasOwn(hints, code)) return hints[code]?.(error as SystemError);
  }
  return undefined;
}

function place({ address, port }: SystemError): string {
  if (address === undefined) return 'the other side';
  return port === undefined ? address : `${address}:${String(port)}`;
}

/** How to tell an error that nobody caught, with whose it is, if that is known. */
export function uncaught(error: unknown, culprit: Culprit | undefined): ExplainOptions {
  const { service, task, run } = culprit ?? {};
  const where = [task, run === undefined ? undefined : `run ${String(run)}`].filter((part) => part !== undefined);
  const whose = service === undefined ? '' : ` of ${service}${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
  const emitter = emitterOf(error);
  if (emitter !== undefined) {
    return {
      what: `An 'error' event of ${emitter} that nobody listened to${service === undefined ? '' : `,${whose}`}`,
      advice: `Listen to it where the ${emitter} is made: emitter.on('error', (error) => this.crash(error)) lets a service answer for it.`,
    };
  }
  return {
    what: `Nobody caught an error${whose}`,
    advice:
      'Await the promise it comes from, or catch it in the callback; addTask() and crash() let a service answer for it.',
  };
}

export function isError(error: unknown, code: ModeError['code']): error is ModeError {
  return ModeError.is(error) && peek(error, 'code') === code;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
