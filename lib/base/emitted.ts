/** Errors that were an 'error' event of an `EventEmitter` which nobody listened to, and which was thrown for that. */
import { frameLines, peek, stackOf } from './words.js';

/** Where an error that comes from a thread says it. */
const EMITTER = Symbol.for('mode-ts.emitter');

/** A stack that is longer is not looked into. */
const LONGEST = 100_000;

/** The name of the emitter's class; nothing for an error that was no such event, or where the runtime does not tell. */
export function emitterOf(error: unknown): string | undefined {
  const known = peek(error, EMITTER);
  if (typeof known === 'string') return known;
  try {
    return peek(error, 'code') === 'ERR_UNHANDLED_ERROR' ? thrownBy(error) : toldBy(error);
  } catch {
    return undefined;
  }
}

/** Notes it on an error that has come from elsewhere. */
export function noteEmitter(error: Error, emitter: string): void {
  Object.defineProperty(error, EMITTER, { value: emitter });
}

/** What is no error is thrown by node within an error of its own, right where it was emitted. */
function thrownBy(error: unknown): string | undefined {
  return /at (?:async )?(\S{1,100})\.emit /.exec(frameLines(error)[0] ?? '')?.[1];
}

/** Node leaves on the error a function that completes its stack, for when the process ends: `Emitted 'error' event on Socket instance at:`. */
function toldBy(error: unknown): string | undefined {
  const stack = stackOf(error);
  if (stack === '' || stack.length > LONGEST) return undefined;
  const symbols = Object.getOwnPropertySymbols(error);
  const key = symbols.find(({ description }) => description === 'kEnhanceStackBeforeInspector');
  const complete = key === undefined ? undefined : peek(error, key);
  if (typeof complete !== 'function') return undefined;
  const told = String((complete as () => unknown)()).slice(stack.length);
  const match = /^\nEmitted 'error' event(?: on (.{1,100}) instance)? at:\n/.exec(told);
  return match === null ? undefined : (match[1] ?? 'EventEmitter');
}
