/** The decorators as one function, for JavaScript and for TypeScript that runs as it is. */
import { types } from 'node:util';
import type { Duration } from '../base/duration.js';
import { ModeError } from '../base/errors.js';
import { isPlain, nearest, requireOptions } from '../base/nearest.js';
import { nameOf } from './class.js';
import {
  crontabOf,
  generator,
  taskOf,
  timerOf,
  type CrontabOptions,
  type Define,
  type TaskOptions,
  type TimerOptions,
} from './decorators.js';
import {
  SERVICE_OPTIONS,
  declareService,
  declareWork,
  isDeclared,
  type Class,
  type InjectOption,
  type ServiceOptions,
  type WorkDefinition,
} from './definition.js';
import type { ClassTaking, NotTooLong } from './token.js';
import { inWords } from '../base/words.js';

/** The names of the methods of a class that can run by themselves: public ones that need no arguments. */
export type MethodName<C extends Class> = {
  [K in keyof InstanceType<C>]-?: InstanceType<C>[K] extends (signal: AbortSignal) => unknown ? K : never;
}[keyof InstanceType<C>];

/** The options of `defineService()`: those of `@service()`, and what runs by itself. A key that nobody reads is a `TypeError`. */
export interface DefineServiceOptions<
  C extends Class,
  I extends readonly InjectOption[] = readonly InjectOption[],
> extends ServiceOptions<I> {
  /** What `@task()` says: the names of methods, or their options by name. */
  tasks?: readonly MethodName<C>[] | { readonly [K in MethodName<C>]?: TaskOptions };
  /** What `@timer()` says: how often each runs, or that with its options. */
  timers?: { readonly [K in MethodName<C>]?: Duration | (TimerOptions & { every: Duration }) };
  /** What `@crontab()` says: at which instants each runs, or that with its options. */
  crontabs?: { readonly [K in MethodName<C>]?: string | (CrontabOptions & { at: string }) };
}

/**
 * Says of a class what `@service()`, `@task()`, `@timer()` and `@crontab()` say together, and returns the class. Needs no compiler.
 *
 * @throws TypeError for a bad option
 * @throws ModeError ERR_MODE_DECLARATION for a class that is declared already, and for a name that is no method of the class
 */
export function defineService<
  C extends ClassTaking<I>,
  const I extends readonly InjectOption[] = readonly InjectOption[],
>(cls: C & NotTooLong<I, C>, options?: DefineServiceOptions<C, I>): C;
export function defineService<C extends Class>(cls: C, options: DefineServiceOptions<C> = {}): C {
  if (typeof cls !== 'function') {
    throw new TypeError(
      `defineService() takes a class, not ${inWords(cls, { depth: 0 })}\n  → Write defineService(Class, { ... }).`,
    );
  }
  requireOptions(options, [...SERVICE_OPTIONS, 'tasks', 'timers', 'crontabs'], `defineService() of ${nameOf(cls)}`);
  if (isDeclared(cls)) {
    throw new ModeError('ERR_MODE_DECLARATION', {
      message: `${nameOf(cls)} is declared already, by @service() or by another defineService()`,
      remedy: 'Put all options into one of them.',
    });
  }
  const { tasks, timers, crontabs, ...rest } = options;
  const named = Array.isArray(tasks) ? Object.fromEntries(tasks.map((key: PropertyKey) => [key, {}])) : tasks;
  const work = [
    ...workIn(cls, 'tasks', named, (what, given) => taskOf(what, given as TaskOptions)),
    ...workIn(cls, 'timers', timers, (what, given) => {
      const { every, ...more } = (isPlain(given) ? given : { every: given }) as TimerOptions & { every: Duration };
      return timerOf(what, every, more);
    }),
    ...workIn(cls, 'crontabs', crontabs, (what, given) => {
      const { at, ...more } = (isPlain(given) ? given : { at: given }) as CrontabOptions & { at: string };
      return crontabOf(what, at, more);
    }),
  ];
  declareService(cls, rest);
  for (const each of work) declareWork(cls.prototype as object, each);
  return cls;
}

/** The tasks, timers or crontabs that are declared by the names of their methods. */
function workIn(
  cls: Class,
  option: string,
  named: object | undefined,
  read: (what: string, given: unknown) => Define,
): WorkDefinition[] {
  if (named === undefined) return [];
  if (!isPlain(named)) {
    throw new TypeError(
      `${option} of ${nameOf(cls)} cannot be ${inWords(named, { depth: 0 })}\n  → Name methods of the class: ${option}: { method: ... }.`,
    );
  }
  return Reflect.ownKeys(named).map((key) => {
    requireMethod(cls, key, `${option} of ${nameOf(cls)}`);
    return read(`${option}.${String(key)} of ${nameOf(cls)}`, (named as Record<PropertyKey, unknown>)[key])(key);
  });
}

/** Refuses a name that is no method of the class or of one that it extends. */
function requireMethod(cls: Class, key: PropertyKey, what: string): void {
  const names: string[] = [];
  let prototype = cls.prototype as object | null;
  for (; prototype !== null && prototype !== Object.prototype; prototype = Reflect.getPrototypeOf(prototype)) {
    const method: unknown = methodIn(prototype, key);
    if (types.isGeneratorFunction(method)) throw generator(what, String(key));
    if (method !== undefined) return;
    for (const name of Object.getOwnPropertyNames(prototype)) if (methodIn(prototype, name)) names.push(name);
  }
  const [meant] = nearest(String(key), names);
  throw new ModeError('ERR_MODE_DECLARATION', {
    message: `${what} names ${String(key)}, which is no method of it${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    remedy: 'Name a method that is neither static nor #private; a function in a field is no method.',
  });
}

/** A method, not looked for in what the prototype inherits. The class itself, which it has as `constructor`, is none. */
function methodIn(prototype: object, key: PropertyKey): Function | undefined {
  const method: unknown = key === 'constructor' ? undefined : Reflect.getOwnPropertyDescriptor(prototype, key)?.value;
  return typeof method === 'function' ? method : undefined;
}
