/** What the user declared about a class, as data: its service options and its tasks, timers and crontabs. */
import type { ClassMetadata } from '@inversifyjs/core';
import type { LazyServiceIdentifier, ServiceIdentifier } from 'inversify';
import { ModeError } from '../base/errors.js';
import { toMs, type Duration } from '../base/duration.js';
import { requireOptions } from '../base/nearest.js';
import type { AnyFunction } from './arguments.js';
import { DECLARED, requireOurs } from './copies.js';
import { describedBy, describeToInversify, isBare, isInjectableType, parameterTypes } from './describe.js';
import { lengthOf, membersOf, metadataOf, nameOf, prototypeOf, standsFor } from './class.js';
import * as Hook from './hook.js';
import { fromBase } from './inject-from-base.js';
import { NO_WORK, recordWork, workOf } from './work.js';
import {
  restartPolicy,
  retryPolicy,
  type RestartPolicy,
  type RestartPolicyOptions,
  type RetryPolicy,
  type StartRetryOptions,
} from '../supervise/budget.js';
import { inWords } from '../base/words.js';

/** Any constructor at all, whatever it takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown[]` would refuse every class with parameters
export type Class<T = unknown> = abstract new (...args: any[]) => T;

/** What becomes of an error that a task, timer or crontab throws. */
export type OnError = 'crash' | 'log' | 'retry' | ((error: unknown, service: object) => void);

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

/** Who restarts with a crashed service: nobody, everything that depends on it, or everything there is. */
export type RestartScope = 'self' | 'dependents' | 'all';

/**
 * How a crashed service is restarted. A start that fails during a restart is a crash too. What crashes while it goes down with
 * the restart of another service comes back with that one, and nothing is counted: mostly it only met the loss of what it
 * depends on. `container.explain(id)` says what a policy means.
 */
export interface RestartOptions extends RestartPolicyOptions {
  /** `'never'`: a crash ends the program in order. Default `'crash'`. */
  when?: 'crash' | 'never';
  /**
   * Default `'dependents'`: what depends on it stops in reverse, then it does, and they come back in order (OTP's
   * `rest_for_one`, taken from the graph).
   */
  scope?: RestartScope;
}

/** The same, complete and checked. */
export interface ServiceRestart extends RestartPolicy {
  readonly scope: RestartScope;
}

/** The options of `@service()`. A key that nobody reads is a `TypeError`. */
export interface ServiceOptions<I extends readonly InjectOption[] = readonly InjectOption[]> {
  /** What people read in logs, errors and graphs. Default: the name of the class. */
  name?: string;
  /**
   * The constructor's dependencies in order, for compilers that emit no type metadata. Checked against its parameters: a wrong
   * class, order or length does not compile.
   */
  inject?: I;
  /** Services that must run while this one does, although nothing of them is injected. */
  dependsOn?: readonly (ServiceIdentifier | LazyServiceIdentifier)[];
  /**
   * How long a start may take, `onStarted` included, before it is given up. Then the signal of `onStart` aborts, and the hook that is
   * under way has another second to heed that, at most `stopTimeout`, before it is abandoned. Default 60 s.
   */
  startTimeout?: Duration;
  /** How long a stop may take before the service is abandoned. Default 60 s. */
  stopTimeout?: Duration;
  /** What becomes of a crash: `{}` restarts by the defaults. Without it, the container stops in order and fails. */
  restart?: RestartOptions;
  /**
   * How often a start that fails or times out is tried again, after its way down: so many times, or `{ attempts, backoff }`. Each
   * attempt has its own `startTimeout`. The error of the last one counts. Default: never.
   */
  startRetry?: number | StartRetryOptions;
  /**
   * `false` for what the program can do without: where it does not start, or crashes, everything else goes on. It is brought back as
   * its `restart` says. Default `true`.
   */
  required?: boolean;
}

/** Methods that are called when an instance was made, and when inversify lets go of it. */
export interface Marked {
  readonly postConstruct: readonly (string | symbol)[];
  readonly preDestroy: readonly (string | symbol)[];
}

const NO_MARKS: Marked = Object.freeze({ postConstruct: [], preDestroy: [] });

/** What the base class marks, as far as the class does not say that it does without. */
function inheritedMarks(cls: Class | undefined, base: Definition | undefined): Marked {
  const marked = base?.marked ?? NO_MARKS;
  const lifecycle = marked === NO_MARKS ? undefined : fromBase(cls)?.lifecycle;
  if (lifecycle === undefined) return marked;
  return {
    postConstruct: lifecycle.extendPostConstructMethods === false ? [] : marked.postConstruct,
    preDestroy: lifecycle.extendPreDestroyMethods === false ? [] : marked.preDestroy,
  };
}

function withMarks(inherited: Marked, described: ClassMetadata | undefined): Marked {
  if (described === undefined) return inherited;
  const { postConstructMethodNames, preDestroyMethodNames } = described.lifecycle;
  if (postConstructMethodNames.size === 0 && preDestroyMethodNames.size === 0) return inherited;
  return {
    postConstruct: [...new Set([...inherited.postConstruct, ...postConstructMethodNames])],
    preDestroy: [...new Set([...inherited.preDestroy, ...preDestroyMethodNames])],
  };
}

/**
 * What is known about a class, its base classes included. Read when it is declared, so that no boot has to; of a class that is
 * not declared, on first demand.
 */
export class Definition {
  /** Milliseconds. */
  readonly startTimeout: number | undefined;
  /** Milliseconds. */
  readonly stopTimeout: number | undefined;
  /** What becomes of its crashes, if it is restarted. */
  readonly restart: ServiceRestart | undefined;
  /** How a start of it that fails is tried again, if it is. */
  readonly startRetry: RetryPolicy | undefined;
  /** What all instances of the class inherit from. */
  readonly prototype: object | undefined;
  /** That of the class it extends, up to and without the base class of services. */
  readonly base: Definition | undefined;
  /** The types of the constructor's parameters, where the compiler emitted them and no list names what it takes. */
  readonly types: readonly unknown[] | undefined;
  /** What inversify's decorators say about the class itself. */
  readonly described: ClassMetadata | undefined;
  /** The tokens that its constructor takes, where those are all that it needs, as nearly always. */
  tokens: readonly ServiceIdentifier[] | undefined;
  /** How many parameters its `inject` does not name, although they have no default. */
  readonly unnamed: number;
  /** What inversify's `@postConstruct()` and `@preDestroy()` name, those of base classes first. */
  readonly marked: Marked;
  /** Whether anything is injected into properties. */
  readonly hasProperties: boolean;
  /** Which hooks the class has, as bits of {@link Hook}. */
  readonly hooks: number;
  /** Whether it extends the base class that has everything a service needs. */
  readonly extendsBase: boolean;
  /** The `onStart` and `onStop` that were called last, where they cannot see their arguments. */
  deafStart: AnyFunction | undefined = undefined;
  deafStop: AnyFunction | undefined = undefined;
  /** Its tasks, timers and crontabs. */
  work: readonly WorkDefinition[] = NO_WORK;

  /**
   * `cls` is missing where a value is managed that has no class of its own: a resource. `declared` is whether the class
   * itself (not only a base class) is decorated with `@service()`.
   */
  constructor(
    readonly name: string,
    readonly options: ServiceOptions,
    readonly cls: Class | undefined,
    readonly declared: boolean,
    hooks?: number,
  ) {
    this.startTimeout = timeoutOf('startTimeout', options, name);
    this.stopTimeout = timeoutOf('stopTimeout', options, name);
    this.restart = options.restart === undefined ? undefined : restartOf(options.restart, name);
    this.startRetry =
      options.startRetry === undefined ? undefined : retryPolicy(options.startRetry, `startRetry of ${name}`);
    this.prototype = prototypeOf(cls);
    const base = hooks === BASE ? undefined : baseOf(cls);
    this.base = base;
    this.hooks = exactly(hooks ?? Hook.hooksAmong(membersOf(this.prototype)) | (base?.hooks ?? 0), this);
    this.extendsBase = (this.hooks & BASE) !== 0;
    this.readWork();
    this.types = options.inject === undefined ? parameterTypes(cls) : undefined;
    this.described = describedBy(cls);
    this.unnamed = unnamedIn(options.inject, cls);
    this.marked = withMarks(inheritedMarks(cls, base), this.described);
    this.hasProperties = injectsProperties(this);
    this.tokens = tokensOf(this);
    if (declared) this.described = describeToInversify(this);
  }

  /**
   * Reads its tasks, timers and crontabs; again when one was added by hand. `metadata` is what the standard dialect keeps about a
   * class, which has it only after it was decorated.
   */
  readWork(metadata?: object): void {
    const { cls, base, name, prototype } = this;
    if (cls === undefined || prototype === undefined) return;
    this.work = workOf(name, prototype, metadata ?? metadataOf(cls), base?.work);
  }

  /** Whether the program can do without it. */
  get optional(): boolean {
    return this.options.required === false;
  }

  /** Whether it is that of a value that has no class of its own. */
  get isResource(): boolean {
    return this.cls === undefined;
  }

  /** Whether it has a life: it extends the base class, or has hooks or something that runs in the background. */
  get hasLife(): boolean {
    return this.hooks !== 0 || this.work.length > 0;
  }
}

const undeclared = new WeakMap<Class, Definition>();

// Beside the bits of the hooks: inherited from the class that was declared the base class of services.
const BASE = 1 << 20;

const NOTHING: ServiceOptions = Object.freeze({});
const NO_TOKENS: readonly ServiceIdentifier[] = Object.freeze([]);

/** Makes a class the base class of services, which have a life whatever hooks they have. */
export function declareBase(cls: Class): void {
  Object.defineProperty(cls, DECLARED, { value: new Definition(nameOf(cls), NOTHING, cls, false, BASE) });
}

function restartOf(options: RestartOptions, name: string): ServiceRestart | undefined {
  requireOptions(options, RESTART, `restart of ${name}`);
  const { when = 'crash', scope = 'dependents', ...budget } = options;
  const policy = restartPolicy(budget, `restart of ${name}`);
  if (when !== 'crash' && when !== 'never') {
    throw new TypeError(
      `restart of ${name}: when is 'crash' or 'never', not ${String(when)}\n  → Leave it out to restart after a crash.`,
    );
  }
  if (scope !== 'self' && scope !== 'dependents' && scope !== 'all') {
    throw new TypeError(
      `restart of ${name}: scope is 'self', 'dependents' or 'all', not ${String(scope)}\n  → Leave it out to restart it with what depends on it.`,
    );
  }
  return when === 'never' ? undefined : { ...policy, scope };
}

/** Records that a class is a service. `metadata` is what the standard dialect keeps about it. */
export function declareService(cls: Class, options: ServiceOptions = NOTHING, metadata?: object): void {
  if (isDeclared(cls)) {
    throw new ModeError('ERR_MODE_DECLARATION', {
      message: `${nameOf(cls)} is decorated with @service() twice`,
      remedy: 'Put all options into one @service({ ... }).',
    });
  }
  const name = nameOf(cls);
  if (options !== NOTHING) checkOptions(name, options);
  // a copy, since parts of it are read later
  const definition = new Definition(options.name ?? name, { ...options }, cls, true);
  if (metadata !== undefined) definition.readWork(metadata);
  Object.defineProperty(cls, DECLARED, { value: definition });
}

export const SERVICE_OPTIONS = [
  'name',
  'inject',
  'dependsOn',
  'startTimeout',
  'stopTimeout',
  'restart',
  'startRetry',
  'required',
];
const RESTART = ['when', 'scope', 'maxRestarts', 'over', 'backoff'];

/** @throws TypeError */
function checkOptions(of: string, options: ServiceOptions): void {
  requireOptions(options, SERVICE_OPTIONS, `@service() of ${of}`);
  const { name, inject, dependsOn, required } = options;
  requireList('inject', inject, of);
  requireList('dependsOn', dependsOn, of);
  checkRequired(required, of);
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(
      `name of @service() of ${of} is a string, not ${inWords(name)}\n  → Give what people are to read, or leave it out.`,
    );
  }
}

function requireList(option: string, given: unknown, of: string): void {
  if (given === undefined || Array.isArray(given)) return;
  throw new TypeError(
    `${option} of ${of} is a list of classes and tokens, not ${inWords(given)}\n  → Write ${option}: [...].`,
  );
}

/** @throws TypeError */
export function checkRequired(required: unknown, name: string): void {
  if (required === undefined || typeof required === 'boolean') return;
  throw new TypeError(
    `required of ${name} is true or false, not ${inWords(required)}\n  → Give false where the program can do without it.`,
  );
}

/** Records a task, timer or crontab. `holder` is the class's prototype or its metadata object. */
export function declareWork(holder: object, work: WorkDefinition): void {
  recordWork(holder, work);
  // by hand, on a class that is declared already
  const { constructor: cls } = holder as { constructor?: unknown };
  if (typeof cls === 'function' && cls.prototype === holder && isDeclared(cls as Class)) {
    definitionOf(cls as Class).readWork();
  }
}

/** Whether a class itself was declared. */
export function isDeclared(cls: Class): boolean {
  return Object.hasOwn(cls, DECLARED);
}

/** What was declared about a class itself, if anything was. */
export function declarationOf(cls: Class): Definition | undefined {
  // One look-up instead of two: an inherited definition says whose it is. Without a cache, which pays only for what is read often.
  const declared = Reflect.get(cls, DECLARED) as Definition | undefined;
  return declared === undefined || declared.cls === cls ? declared : takenOver(cls, declared);
}

/** What was declared holds as well for a class that a decorator put in the place of the declared one. */
function takenOver(cls: Class, declared: Definition): Definition | undefined {
  if (!declared.declared || !standsFor(cls, declared.cls)) return undefined;
  let definition = undeclared.get(cls);
  if (definition === undefined) {
    // not as its own declaration: it may be a class like any other, whose own is still to come
    definition = new Definition(declared.name, declared.options, cls, true);
    undeclared.set(cls, definition);
  }
  return definition;
}

/** What was declared about a class. */
export function definitionOf(cls: Class): Definition {
  // not by `declarationOf`: cold code pays for every call
  const declared = Reflect.get(cls, DECLARED) as Definition | undefined;
  if (declared?.cls === cls) return declared;
  let definition = (declared && takenOver(cls, declared)) ?? undeclared.get(cls);
  if (definition === undefined) {
    requireOurs(cls, nameOf(cls));
    definition = new Definition(nameOf(cls), NOTHING, cls, false);
    undeclared.set(cls, definition);
  }
  return definition;
}

function tokensOf(definition: Definition): readonly ServiceIdentifier[] | undefined {
  const { base, declared, extendsBase, options, unnamed, hasProperties } = definition;
  const { inject, dependsOn } = options;
  const isBase = base === undefined && extendsBase;
  if (!(declared || isBase) || hasProperties || dependsOn !== undefined) return undefined;
  if (inject === undefined) return typesOf(definition);
  return unnamed === 0 && inject.every(isBare) ? inject : undefined;
}

function typesOf({ cls, base, types, described }: Definition): readonly ServiceIdentifier[] | undefined {
  // a decorator of inversify may say something that the types do not
  if (cls === undefined || described !== undefined) return undefined;
  if (types !== undefined) return types.length >= lengthOf(cls) && types.every(isInjectableType) ? types : undefined;
  // without a constructor of its own it takes what its base class does
  return lengthOf(cls) === 0 && (base === undefined || base.tokens?.length === 0) ? NO_TOKENS : undefined;
}

function injectsProperties({ described, base }: Definition): boolean {
  return (described !== undefined && described.properties.size > 0) || base?.hasProperties === true;
}

/** How many parameters an `inject` list leaves out, although they have no default. */
function unnamedIn(inject: ServiceOptions['inject'], cls: Class | undefined): number {
  return inject === undefined || cls === undefined ? 0 : Math.max(0, lengthOf(cls) - inject.length);
}

function timeoutOf(option: 'startTimeout' | 'stopTimeout', options: ServiceOptions, of: string): number | undefined {
  const timeout = options[option];
  return timeout === undefined ? undefined : toMs(timeout, `The ${option} of ${of}`);
}

function baseOf(cls: Class | undefined): Definition | undefined {
  const base: unknown = cls === undefined ? undefined : Object.getPrototypeOf(cls);
  return typeof base === 'function' && base !== Function.prototype ? definitionOf(base as Class) : undefined;
}

/** Only what are hooks; what is nearly one is refused, unless a class of another library has its own meaning of such names. */
function exactly(hooks: number, { prototype, name, declared }: Definition): number {
  if ((hooks & Hook.nearly) !== 0 && (declared || (hooks & BASE) !== 0)) Hook.refuseNearly(name, membersOf(prototype));
  return hooks & ~Hook.nearly;
}
