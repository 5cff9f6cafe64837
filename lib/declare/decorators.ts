/**
 * `@service`, `@task`, `@timer` and `@crontab`. Each is one function for both dialects: TypeScript's legacy decorators
 * (target, key, descriptor) and the standard ones (value, context).
 */
import { types } from 'node:util';
import { toMs, type Duration } from '../base/duration.js';
import { ModeError } from '../base/errors.js';
import { requireOptions } from '../base/nearest.js';
import { parseCrontab } from '../run/cron.js';
import { nameOf } from './class.js';
import {
  type Class,
  type InjectOption,
  type OnError,
  type ServiceOptions,
  type WorkDefinition,
  declareService,
  declareWork,
} from './definition.js';
import type { ClassTaking, NotTooLong } from './token.js';
import { inWords } from '../base/words.js';

// No runtime of ours has it yet, and compilers only hand out metadata where it exists.
(Symbol as { metadata?: unknown }).metadata ??= Symbol.for('Symbol.metadata');

/** What `@service()` returns. Its `inject` list is checked against the constructor of the class. */
export type ServiceDecorator<I extends readonly InjectOption[] = readonly InjectOption[]> = <C extends ClassTaking<I>>(
  target: C & NotTooLong<I, C>,
  context?: ClassDecoratorContext<C>,
) => void;

// Methods of user code take and return what they like.
type Method = (this: never, signal: AbortSignal) => unknown;

/** What `@task()`, `@timer()` and `@crontab()` return. */
export interface WorkDecorator {
  <This, F extends (this: This, signal: AbortSignal) => unknown>(
    value: F,
    context: ClassMethodDecoratorContext<This, F>,
  ): void;
  <F extends Method>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<F>): void;
}

/** Options of `@task`. */
export interface TaskOptions {
  /** Default: the name of the method. */
  name?: string;
  /** Default `'crash'`: an error ends the service. `'retry'` begins again, after a growing delay. */
  onError?: OnError;
}

/** Options of `@timer`. */
export interface TimerOptions {
  /** Default: the name of the method. */
  name?: string;
  /** A run at the start as well, on the same grid (mode's `exec_first`). Default false. */
  immediate?: boolean;
  /** Each run comes up to this much later than its due time, at random. Default 0. */
  jitter?: Duration;
  /** Default `'crash'`: an error ends the service. */
  onError?: Exclude<OnError, 'retry'>;
}

/** Options of `@crontab`. */
export interface CrontabOptions {
  /** Default: the name of the method. */
  name?: string;
  /** An IANA time zone such as `'US/Pacific'`. Default: the machine's. */
  timezone?: string;
  /** Default `'crash'`: an error ends the service. */
  onError?: Exclude<OnError, 'retry'>;
  /** What becomes of instants that nobody noticed in time (a suspended machine, a long stall). Default `'skip'`. */
  missed?: 'skip' | 'once';
}

/**
 * Makes a class an injectable singleton with a lifecycle. Extending `Service` is optional. The class is read when this is
 * applied, so it goes on top of other decorators of the class.
 *
 * @throws TypeError for a bad duration, {@link ModeError} when applied twice
 */
export function service<const I extends readonly InjectOption[] = readonly InjectOption[]>(
  options?: ServiceOptions<I>,
): ServiceDecorator<I> {
  requireCalled(options, '@service()');
  return (target: Class, context?: ClassDecoratorContext): void => {
    if (typeof target !== 'function' || (context !== undefined && context.kind !== 'class')) {
      throw new TypeError('@service() decorates classes\n  → For methods there are @task(), @timer() and @crontab().');
    }
    declareService(target, options, context?.metadata);
  };
}

/**
 * Runs the method in the background from the moment the service runs (mode's `Service.task`).
 *
 * @throws ModeError ERR_MODE_DECLARATION for what is no public method of an instance, and for a generator
 */
export function task(options?: TaskOptions): WorkDecorator;
export function task(options?: TaskOptions, ...more: unknown[]): WorkDecorator {
  requireCalled(more.length > 0 ? task : options, '@task()');
  return decorateMethod('@task()', taskOf('@task()', options));
}

/**
 * Runs the method every `interval`, on a fixed schedule, never overlapping itself (mode's `Service.timer`).
 *
 * @throws TypeError for an interval that is no duration or zero
 * @throws ModeError ERR_MODE_DECLARATION for what is no public method of an instance, and for a generator
 */
export function timer(interval: Duration, options?: TimerOptions): WorkDecorator {
  return decorateMethod('@timer()', timerOf('@timer()', interval, options));
}

/**
 * Runs the method at the instants that a cron line of five or six fields names (mode's `Service.crontab`).
 *
 * @throws TypeError for a bad expression or time zone
 * @throws ModeError ERR_MODE_DECLARATION for what is no public method of an instance, and for a generator
 */
export function crontab(expression: string, options?: CrontabOptions): WorkDecorator {
  return decorateMethod('@crontab()', crontabOf('@crontab()', expression, options));
}

/** Makes the definition of a method, once it is known which. */
export type Define = (key: PropertyKey) => WorkDefinition;

/** A task with these options, checked. `what` is where they were given, for errors. */
export function taskOf(what: string, options: TaskOptions = {}): Define {
  requireOptions(options, ['name', 'onError'], what);
  const onError = checkOnError(options.onError, what, ['crash', 'log', 'retry']);
  return (key) => ({ kind: 'task', key, name: options.name ?? String(key), onError });
}

export function timerOf(what: string, every: Duration, options: TimerOptions = {}): Define {
  const interval = toMs(every, `The interval of ${what}`);
  if (interval === 0) {
    throw new TypeError(`The interval of ${what} must be more than 0\n  → Give how often it runs: @timer('1s').`);
  }
  requireOptions(options, ['name', 'immediate', 'jitter', 'onError'], what);
  const { name, immediate = false, jitter: given = 0 } = options;
  const jitter = toMs(given, `The jitter of ${what}`);
  const onError = checkOnError(options.onError, what, ['crash', 'log']);
  return (key) => ({ kind: 'timer', key, name: name ?? String(key), interval, immediate, jitter, onError });
}

export function crontabOf(what: string, expression: string, options: CrontabOptions = {}): Define {
  requireOptions(options, ['name', 'timezone', 'onError', 'missed'], what);
  const { name, timezone, missed = 'skip' } = options;
  parseCrontab(expression, timezone);
  if (missed !== 'skip' && missed !== 'once') {
    throw new TypeError(
      `missed of ${what} is 'skip' or 'once', not ${inWords(missed)}\n  → 'once' makes up for all that was missed with one run.`,
    );
  }
  const onError = checkOnError(options.onError, what, ['crash', 'log']);
  return (key) => ({ kind: 'crontab', key, name: name ?? String(key), expression, timezone, missed, onError });
}

/** Refuses to be given what is decorated: nothing would be declared. */
function requireCalled(given: unknown, what: string): void {
  if (typeof given !== 'function') return;
  throw new TypeError(`${what} is written without its parentheses\n  → Write ${what}.`);
}

function decorateMethod(what: string, define: Define): WorkDecorator {
  return (
    target: object,
    keyOrContext: string | symbol | ClassMethodDecoratorContext,
    descriptor?: PropertyDescriptor,
  ): void => {
    if (typeof keyOrContext === 'object') {
      const { kind, name, metadata, private: hidden, static: onClass } = keyOrContext;
      // hidden and static methods cannot be found on the instance
      if (kind !== 'method' || hidden || onClass) throw misplaced(what, String(name));
      if (types.isGeneratorFunction(target)) throw generator(what, String(name));
      if ((metadata as unknown) === undefined) throw noMetadata(what, String(name));
      declareWork(metadata, define(name));
    } else {
      const method: unknown = descriptor?.value;
      const isMethod = typeof target === 'object' && typeof method === 'function';
      if (!isMethod) throw misplaced(what, placeOf(target, keyOrContext));
      if (types.isGeneratorFunction(method)) throw generator(what, placeOf(target, keyOrContext));
      declareWork(target, define(keyOrContext));
    }
  };
}

/** What a decorator of TypeScript's older kind was put on: a class, or a member of it. */
function placeOf(target: object, key: string | symbol | undefined): string {
  const cls = nameOf((typeof target === 'function' ? target : target.constructor) as Class);
  return key === undefined ? cls : `${cls}.${String(key)}`;
}

function misplaced(what: string, name: string): ModeError {
  return new ModeError('ERR_MODE_DECLARATION', {
    message: `${what} is on ${name}, which is no public method of an instance`,
    remedy: 'Put it on a method that is neither static nor #private.',
  });
}

/** A call of a generator only makes an iterator. */
export function generator(what: string, name: string): ModeError {
  return new ModeError('ERR_MODE_DECLARATION', {
    message: `${what} is on ${name}, which is a generator: nobody iterates over what it returns, so its body would never run`,
    remedy: 'Make it an async method, and let that iterate over the generator: for await (const each of ...).',
  });
}

function noMetadata(what: string, name: string): ModeError {
  return new ModeError('ERR_MODE_DECLARATION', {
    message: `${what} is on ${name}, and the compiler gave it no context.metadata, so nothing says which class that belongs to`,
    remedy:
      "Compile with TypeScript 5.2 or newer, or with Babel's decorators of version '2023-05' or newer; or declare the class with defineService(), which needs no decorators.",
  });
}

function checkOnError<T extends OnError>(onError: T | undefined, what: string, known: readonly string[]): T | 'crash' {
  if (onError === undefined) return 'crash';
  if (typeof onError === 'function' || known.includes(onError)) return onError;
  const shown: unknown = onError;
  const names = known.map((name) => inWords(name)).join(', ');
  const remedy = shown === 'retry' ? "It runs again at its next time anyway: give 'log'." : 'Give one of these.';
  throw new TypeError(`onError of ${what} is ${names} or a function, not ${String(shown)}\n  → ${remedy}`);
}
