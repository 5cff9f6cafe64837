/** Tells inversify what we know of a class, so that `bind(TOKEN).to(Class)` takes it like any class of its own. */
import { ClassElementMetadataKind, type ClassElementMetadata, type ClassMetadata } from '@inversifyjs/core';
import { LazyServiceIdentifier, type ServiceIdentifier } from 'inversify';
import type { Class } from './definition.js';

/**
 * Where inversify keeps what its decorators say about a class. `getClassMetadata` of its core refuses a class that is only
 * half described, as ours may be. A test holds the two together.
 */
export const CLASS_METADATA = '@inversifyjs/core/classMetadataReflectKey';

const PARAMETER_TYPES = 'design:paramtypes';

const NO_TAGS = new Map<never, unknown>();

/** What inversify's decorators have said about a class itself. */
export function describedBy(cls: Class): ClassMetadata | undefined {
  return Reflect.getOwnMetadata(CLASS_METADATA, cls) as ClassMetadata | undefined;
}

/** The types of a constructor's parameters, where the compiler emitted them. */
export function parameterTypes(cls: Class): readonly unknown[] | undefined {
  return Reflect.getOwnMetadata(PARAMETER_TYPES, cls) as unknown[] | undefined;
}

// what a compiler writes for an interface, a union, a primitive
const NOT_INJECTABLE = new Set<unknown>([Object, Array, String, Number, Boolean, BigInt, Symbol, Function, Promise]);

/** Whether a type that the compiler emitted names something that could be injected. */
export function isInjectableType(type: unknown): type is Class {
  return typeof type === 'function' && !NOT_INJECTABLE.has(type);
}

/** Whether a decorator of inversify has said it; inversify marks what it took from the types itself, as we do. */
export function isUsersWord(element: object | undefined): boolean {
  return (
    element !== undefined && (element as { isFromTypescriptParamType?: unknown }).isFromTypescriptParamType !== true
  );
}

/** Describes the constructor's parameters that no decorator of inversify describes: `known` are their tokens or types. */
export function describeToInversify(
  cls: Class,
  known: readonly unknown[],
  described: ClassMetadata | undefined,
): ClassMetadata | undefined {
  const count = Math.max(known.length, cls.length);
  if (count === 0) return described;
  const metadata = described ?? nothing();
  for (let index = 0; index < count; index += 1) metadata.constructorArguments[index] ??= elementOf(known[index]);
  if (described === undefined) Reflect.defineMetadata(CLASS_METADATA, metadata, cls);
  return metadata;
}

function nothing(): ClassMetadata {
  return {
    constructorArguments: [],
    lifecycle: { postConstructMethodNames: new Set(), preDestroyMethodNames: new Set() },
    properties: new Map(),
    scope: undefined,
  };
}

function elementOf(known: unknown): ClassElementMetadata {
  const token: unknown =
    typeof known === 'object' && known !== null && 'serviceIdentifier' in known ? known.serviceIdentifier : known;
  const element = isToken(token)
    ? { kind: ClassElementMetadataKind.singleInjection, name: undefined, optional: false, tags: NO_TAGS, value: token }
    : { kind: ClassElementMetadataKind.unmanaged };
  // what says that it is not the user's word
  return { ...element, isFromTypescriptParamType: true } as ClassElementMetadata;
}

function isToken(value: unknown): value is ServiceIdentifier | LazyServiceIdentifier {
  return (
    typeof value === 'function' ||
    typeof value === 'symbol' ||
    typeof value === 'string' ||
    LazyServiceIdentifier.is(value)
  );
}
