/** What a worker can run. */

import { inspect } from 'node:util';
import { definitionOf, type Class } from '../declare/definition.js';
import type { Container } from '../container/container.js';
import { Service } from '../service.js';
import { UsageError } from './errors.js';

/** One thing that a worker can run: a container, a service class, or a service. */
export type WorkerUnit = Container | Class | Service;

/** A container, a service class, a service, or a list of them. */
export type WorkerTarget = WorkerUnit | readonly WorkerUnit[];

/** The things that a target stands for. Raises a `UsageError` that calls it `what` when it is none. */
export function unitsOf(target: unknown, what = 'The target of the worker'): WorkerUnit[] {
  const units: unknown[] = Array.isArray(target) ? target : [target];
  for (const unit of units) {
    if (!isContainer(unit) && !isClass(unit) && !isService(unit)) throw notATarget(unit, what);
  }
  if (units.length === 0) throw notATarget(target, what);
  return units as WorkerUnit[];
}

// By what it can do, not by `instanceof`: the program may use another installed copy of this package than the binary.
export function isContainer(value: unknown): value is Container {
  return (
    typeof value === 'object' && value !== null && ['boot', 'stop', 'plan', 'bind'].every((key) => isMethod(value, key))
  );
}

export function isClass(value: unknown): value is Class {
  if (typeof value !== 'function') return false;
  // only a class has a prototype that cannot be replaced
  return (
    definitionOf(value as Class).declared || Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
  );
}

function isService(value: unknown): value is Service {
  if (value instanceof Service) return true;
  if (typeof value !== 'object' || value === null || typeof value.constructor !== 'function') return false;
  const { declared, hasLife } = definitionOf(value.constructor as Class);
  return declared || hasLife;
}

function isMethod(value: object, key: string): boolean {
  return typeof (value as Record<string, unknown>)[key] === 'function';
}

function notATarget(value: unknown, what: string): UsageError {
  return new UsageError(
    `${what} is ${describe(value)}, which is nothing to run.`,
    'Give a Container, a service class, a service, a list of them, or a function that returns one of these.',
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an empty list';
  if (typeof value === 'function') return `the function ${value.name === '' ? 'without a name' : value.name}`;
  if (typeof value !== 'object') return `the ${typeof value} ${inspect(value)}`;
  const { name } = value.constructor ?? {};
  return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`;
}
