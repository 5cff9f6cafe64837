/** What a class says by itself. */
import type { Class } from './definition.js';

/**
 * The name of a class for people, also of one with a static member of that name. One without a name has that of the class that it
 * extends: mostly a decorator put it in the place of that.
 */
export function nameOf(cls: Class): string {
  const name: unknown = cls.name;
  if (typeof name === 'string' && name !== '') return name;
  const [, written] = /^(?:class|function)\s+(?!extends\b)([\w$]+)/.exec(Function.prototype.toString.call(cls)) ?? [];
  if (written !== undefined) return written;
  const base: unknown = Object.getPrototypeOf(cls);
  return typeof base === 'function' && base !== Function.prototype ? nameOf(base as Class) : '(anonymous class)';
}

/**
 * Whether a class is what a decorator made of another one: `class extends Target {}`, which has no name of its own, or was given that
 * of the other.
 */
export function standsFor(cls: Class, original: Class | undefined): boolean {
  for (let at = cls; at !== original; at = Object.getPrototypeOf(at) as Class) {
    if (at.name !== '' && at.name !== original?.name) return false;
  }
  return true;
}

/** The names of what the instances of a class inherit from it. What is no class may well be a token. */
export function membersOf(cls: Class | undefined): readonly string[] {
  const prototype = cls?.prototype as object | null | undefined;
  return prototype ? Object.getOwnPropertyNames(prototype) : [];
}

/** What the standard dialect keeps about a class itself. */
export function metadataOf(cls: Class): object | undefined {
  return Object.hasOwn(cls, Symbol.metadata)
    ? (cls as unknown as { [Symbol.metadata]?: object })[Symbol.metadata]
    : undefined;
}
