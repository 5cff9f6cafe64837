/** What the user declared about a class, as data: its service options and its tasks, timers and crontabs. */
import type { LazyServiceIdentifier, ServiceIdentifier } from 'inversify';
import { ModeError } from '../base/errors.js';
import { toMs, type Duration } from '../base/duration.js';

/** Any constructor at all, whatever it takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown[]` would refuse every class with parameters
export type Class<T = unknown> = abstract new (...args: any[]) => T;

/** What becomes of an error that a task, timer or crontab throws. */
export type OnError = 'crash' | 'log' | 'retry' | ((error: unknown) => void);

interface Work {
  /** The method. */
  readonly key: PropertyKey;
  readonly name: string;
  readonly onError: OnError;
}

export interface TaskDefinition extends Work {
  readonly kind: 'task';
}

export interface TimerDefinition extends Work {
  readonly kind: 'timer';
  /** Milliseconds. */
  readonly interval: number;
  readonly immediate: boolean;
  /** Milliseconds. */
  readonly jitter: number;
}

export interface CrontabDefinition extends Work {
  readonly kind: 'crontab';
  readonly expression: string;
  readonly timezone: string | undefined;
  readonly missed: 'skip' | 'once';
}

/** A method that runs by itself while its service runs. */
export type WorkDefinition = TaskDefinition | TimerDefinition | CrontabDefinition;

/**
 * One dependency of `inject`: a token, or a token with the qualifiers that inversify knows (the shape of its
 * `toResolvedValue`).
 */
export type InjectOption =
  | ServiceIdentifier
  | LazyServiceIdentifier
  | {
      serviceIdentifier: ServiceIdentifier | LazyServiceIdentifier;
      /** All bindings of the token, as an array. */
      isMultiple?: boolean;
      /** With `isMultiple`: the bindings of parent containers too. */
      chained?: boolean;
      /** `undefined` is injected where nothing is bound. */
      optional?: boolean;
      name?: string | number | symbol;
      tags?: { key: string | number | symbol; value: unknown }[];
    };

/** The options of `@service()`. */
export interface ServiceOptions {
  /** What people read in logs, errors and graphs. Default: the name of the class. */
  name?: string;
  /** The constructor's dependencies in order, for compilers that emit no type metadata. */
  inject?: readonly InjectOption[];
  /** Services that must run while this one does, although nothing of them is injected. */
  dependsOn?: readonly (ServiceIdentifier | LazyServiceIdentifier)[];
  /** How long a start may take, `onStarted` included, before it is given up. Default 60 s. */
  startTimeout?: Duration;
  /** How long a stop may take before the service is abandoned. Default 60 s. */
  stopTimeout?: Duration;
  /** What becomes of a crash. Default: the container stops in order and fails. */
  restart?: unknown;
}

/** What is known about a class, its base classes included. */
export interface Definition {
  readonly name: string;
  readonly options: ServiceOptions;
  /** Milliseconds. */
  readonly startTimeout: number | undefined;
  /** Milliseconds. */
  readonly stopTimeout: number | undefined;
  readonly work: readonly WorkDefinition[];
}

// Shared between installed copies of the package, so that a class decorated by one can be run by another.
const OPTIONS = Symbol.for('mode-ts.options');
const DEFINITION = Symbol.for('mode-ts.definition');

type Declared = Class & { [OPTIONS]?: ServiceOptions; [DEFINITION]?: Definition };

// Keyed by prototype (legacy decorators) or by the class's metadata object (standard ones).
const declaredWork = new WeakMap<object, WorkDefinition[]>();

const NOTHING: ServiceOptions = Object.freeze({});
const NO_WORK: readonly WorkDefinition[] = Object.freeze([]);

/** Records that a class is a service. */
export function declareService(cls: Class, options: ServiceOptions = NOTHING): void {
  if (isDeclared(cls)) {
    throw new ModeError('ERR_MODE_DECLARATION', {
      message: `${cls.name} is decorated with @service() twice`,
      remedy: 'Put all options into one @service({ ... }).',
    });
  }
  const owner = `@service() of ${cls.name}`;
  if (options.startTimeout !== undefined) toMs(options.startTimeout, `startTimeout in ${owner}`);
  if (options.stopTimeout !== undefined) toMs(options.stopTimeout, `stopTimeout in ${owner}`);
  Object.defineProperty(cls, OPTIONS, { value: options });
}

/** Records a task, timer or crontab. `holder` is the class's prototype or its metadata object. */
export function declareWork(holder: object, work: WorkDefinition): void {
  const list = declaredWork.get(holder);
  if (list === undefined) declaredWork.set(holder, [work]);
  else list.push(work);
}

/** Whether a class itself (not only a base class) is decorated with `@service()`. */
export function isDeclared(cls: Class): boolean {
  return Object.hasOwn(cls, OPTIONS);
}

/** What was declared about a class. Kept, since every decorator has run by the time anybody asks. */
export function definitionOf(cls: Class): Definition {
  return Object.hasOwn(cls, DEFINITION) ? ((cls as Declared)[DEFINITION] as Definition) : define(cls as Declared);
}

function define(cls: Declared): Definition {
  const options = Object.hasOwn(cls, OPTIONS) ? (cls[OPTIONS] ?? NOTHING) : NOTHING;
  const { startTimeout, stopTimeout } = options;
  const definition: Definition = {
    name: options.name ?? (cls.name === '' ? '(anonymous class)' : cls.name),
    options,
    startTimeout: startTimeout === undefined ? undefined : toMs(startTimeout),
    stopTimeout: stopTimeout === undefined ? undefined : toMs(stopTimeout),
    work: workOf(cls),
  };
  Object.defineProperty(cls, DEFINITION, { value: definition });
  return definition;
}

/** The class's tasks and timers: those of its base classes first, a redeclared method as the nearest class says. */
function workOf(cls: Class): readonly WorkDefinition[] {
  const base: unknown = Object.getPrototypeOf(cls);
  const inherited = typeof base === 'function' && base !== Function.prototype ? definitionOf(base as Class).work : NO_WORK;
  const prototype = cls.prototype as object;
  const metadata = Object.hasOwn(cls, Symbol.metadata) ? (cls as unknown as { [Symbol.metadata]?: object })[Symbol.metadata] : undefined;
  const own = [
    ...(declaredWork.get(prototype) ?? NO_WORK),
    ...(metadata === undefined ? NO_WORK : (declaredWork.get(metadata) ?? NO_WORK)),
  ];
  if (own.length === 0) return inherited;
  const redeclared = new Set(own.map(({ key }) => key));
  return [...inherited.filter(({ key }) => !redeclared.has(key)), ...own];
}
