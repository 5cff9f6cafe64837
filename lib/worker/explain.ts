/**
 * An error as people should read it: what happened, where in their own code, what it came from, and what to do. Our own
 * frames, and those of node and inversify, tell a user nothing and are left out.
 */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModeError, describeError } from '../base/errors.js';
import { hintFor } from './hints.js';

/** How many causes are told at most. */
const MAX_CAUSES = 5;

const REMEDY = '\n  → ';

export interface ExplainOptions {
  /** Comes before the message: who met the error. */
  what?: string;
  /** What to do, where neither the error nor we know anything better. */
  advice?: string;
  /** Leaves out where it happened. */
  brief?: boolean;
}

/** Several lines, without a line break at the end. */
export function explain(error: unknown, { what, advice, brief = false }: ExplainOptions = {}): string {
  const { message, remedy } = split(error);
  const lines = [what === undefined ? message : `${what}: ${message}`];
  const causes = chain(error);
  for (const [index, cause] of causes.entries()) {
    const text = split(cause).message;
    // most of our errors quote their cause, and saying it once is enough
    if (index > 0 && !message.includes(text)) lines.push(`  caused by: ${text}`);
    if (!brief) lines.push(...userFrames(cause));
  }
  const best = hintFor(causes) ?? remedy ?? advice;
  if (best !== undefined) lines.push(`${REMEDY.slice(1)}${best}`);
  return lines.join('\n');
}

/** Explains errors that come by several times, and says only once where they happened. */
export class Explainer {
  readonly #known = new WeakSet();

  explain(error: unknown, how: ExplainOptions = {}): string {
    if (typeof error !== 'object' || error === null) return explain(error, how);
    const brief = this.#known.has(error);
    for (const one of chain(error)) if (typeof one === 'object' && one !== null) this.#known.add(one);
    return explain(error, { ...how, brief });
  }
}

/** Where an error comes from in the user's program: the line that node shows for a syntax error, and the frames. */
export function userFrames(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  // where we noticed is no news: the cause knows where it happened
  if (ModeError.is(error) && error.cause !== undefined) return [];
  const excerpt = error.stack.slice(0, Math.max(0, error.stack.indexOf(`${error.name}: `))).trimEnd();
  const frames = error.stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line) && !FOREIGN.some((part) => line.includes(part)));
  return excerpt === '' ? frames : [...excerpt.split('\n').map((line) => `    ${line}`), ...frames];
}

const OURS = dirname(dirname(fileURLToPath(import.meta.url)));

const FOREIGN: readonly string[] = [
  OURS,
  'node:',
  '<anonymous>)',
  '/node_modules/inversify/',
  '/node_modules/@inversifyjs/',
  '/node_modules/@oxc-node/',
  '/node_modules/commander/',
];

/** The advice at the end of a message, apart from the rest. */
export function split(error: unknown): { message: string; remedy?: string } {
  // the name of the class is for programs; what our own errors say is enough for people
  const text = ModeError.is(error) ? error.message : describeError(error);
  const at = text.lastIndexOf(REMEDY);
  return at < 0 ? { message: text } : { message: text.slice(0, at), remedy: text.slice(at + REMEDY.length) };
}

function chain(error: unknown): unknown[] {
  const causes = [error];
  for (let next = error; next instanceof Error && next.cause !== undefined && causes.length < MAX_CAUSES;) {
    next = next.cause;
    if (causes.includes(next)) break;
    causes.push(next);
  }
  return causes;
}
