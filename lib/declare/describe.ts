/** Tells inversify what we know of a class, so that `bind(TOKEN).to(Class)` takes it like any class of its own. */
import { ClassElementMetadataKind, type ClassElementMetadata, type ClassMetadata } from '@inversifyjs/core';
import { LazyServiceIdentifier, type ServiceIdentifier } from 'inversify';
import { lengthOf } from './class.js';
import type { Class, Definition } from './definition.js';

/**
 * Where inversify keeps what its decorators say about a class. `getClassMetadata` of its core refuses a class that is only
 * half described, as ours may be. A test holds the two together.
 */
export const CLASS_METADATA = '@inversifyjs/core/classMetadataReflectKey';

const PARAMETER_TYPES = 'design:paramtypes';

const NONE: readonly unknown[] = Object.freeze([]);

/** What inversify's decorators have said about a class itself. */
export function describedBy(cls: Class | undefined): ClassMetadata | undefined {
  return cls && (Reflect.getOwnMetadata(CLASS_METADATA, cls) as ClassMetadata | undefined);
}

/** The types of a constructor's parameters, where the compiler emitted them. */
export function parameterTypes(cls: Class | undefined): readonly unknown[] | undefined {
  return cls && (Reflect.getOwnMetadata(PARAMETER_TYPES, cls) as unknown[] | undefined);
}

// what a compiler writes for an interface, a union, a primitive
const NOT_INJECTABLE = new Set<unknown>([Object, Array, String, Number, Boolean, BigInt, Symbol, Function, Promise]);

/** Whether a type that the compiler emitted names something that could be injected. */
export function isInjectableType(type: unknown): type is Class {
  return typeof type === 'function' && !NOT_INJECTABLE.has(type);
}

/**
 * Whether a decorator of inversify has said it. Inversify marks what it took from the types itself, as we do, and leaves the mark
 * where something is said later.
 */
export function isUsersWord(element: ClassElementMetadata | undefined, type: unknown): boolean {
  if (element === undefined) return false;
  if ((element as { isFromTypescriptParamType?: unknown }).isFromTypescriptParamType !== true) return true;
  if (element.kind === ClassElementMetadataKind.unmanaged) return false;
  return element.value !== type || element.optional || element.name !== undefined || element.tags.size > 0;
}

/** Describes the constructor's parameters that no decorator of inversify describes. */
export function describeToInversify(definition: Definition): ClassMetadata | undefined {
  const { cls, described } = definition;
  if (described !== undefined) complete(described.constructorArguments, definition);
  else if (cls !== undefined && (knownOf(definition).length > 0 || lengthOf(cls) > 0)) {
    const description = new Description(definition);
    Reflect.defineMetadata(CLASS_METADATA, description, cls);
    return description;
  }
  return described;
}

type Given = Pick<ClassMetadata, 'constructorArguments' | 'lifecycle' | 'properties'>;

/**
 * What inversify reads of a class that none of its decorators has described, and what its `decorate()` may add to later. Few programs
 * ask for it, so it is made when somebody does.
 */
class Description implements ClassMetadata {
  declare readonly constructorArguments: ClassElementMetadata[];
  declare readonly lifecycle: ClassMetadata['lifecycle'];
  declare readonly properties: ClassMetadata['properties'];
  readonly scope = undefined;
  private readonly given: { -readonly [Key in keyof Given]?: Given[Key] } = {};

  constructor(private readonly definition: Definition) {
    // of its own, since inversify copies what is
    Object.defineProperty(this, 'constructorArguments', ARGUMENTS);
    Object.defineProperty(this, 'lifecycle', LIFECYCLE);
    Object.defineProperty(this, 'properties', PROPERTIES);
  }

  giveArguments(): ClassElementMetadata[] {
    const { definition, given } = this;
    // whoever has it may say in it what the types do not; a list has the last word anyway
    if (definition.options.inject === undefined) definition.tokens = undefined;
    return (given.constructorArguments ??= complete([], definition));
  }

  giveLifecycle(): ClassMetadata['lifecycle'] {
    return (this.given.lifecycle ??= { postConstructMethodNames: new Set(), preDestroyMethodNames: new Set() });
  }

  giveProperties(): ClassMetadata['properties'] {
    return (this.given.properties ??= new Map());
  }
}

// the same for all, so that they are of one shape
const ARGUMENTS = whenRead((description) => description.giveArguments());
const LIFECYCLE = whenRead((description) => description.giveLifecycle());
const PROPERTIES = whenRead((description) => description.giveProperties());

function whenRead(give: (description: Description) => Given[keyof Given]): PropertyDescriptor {
  return {
    enumerable: true,
    get(this: Description): Given[keyof Given] {
      return give(this);
    },
  };
}

function complete(elements: ClassElementMetadata[], definition: Definition): ClassElementMetadata[] {
  const known = knownOf(definition);
  const count = Math.max(known.length, lengthOf(definition.cls as Class));
  for (let index = 0; index < count; index += 1) elements[index] ??= elementOf(known[index]);
  return elements;
}

/** The tokens or types of a constructor's parameters. */
function knownOf({ options, types }: Definition): readonly unknown[] {
  return options.inject ?? types ?? NONE;
}

function elementOf(known: unknown): ClassElementMetadata {
  const token: unknown =
    typeof known === 'object' && known !== null && 'serviceIdentifier' in known ? known.serviceIdentifier : known;
  const element = isToken(token)
    ? {
        kind: ClassElementMetadataKind.singleInjection,
        name: undefined,
        optional: false,
        tags: new Map(),
        value: token,
      }
    : { kind: ClassElementMetadataKind.unmanaged };
  // what says that it is not the user's word
  return { ...element, isFromTypescriptParamType: true } as ClassElementMetadata;
}

function isToken(value: unknown): value is ServiceIdentifier | LazyServiceIdentifier {
  return isBare(value) || LazyServiceIdentifier.is(value);
}

/** Whether it is a token by itself, with nothing said about it. */
export function isBare(value: unknown): value is ServiceIdentifier {
  return typeof value === 'function' || typeof value === 'symbol' || typeof value === 'string';
}
