/** What a class needs, read from its declarations without making anything. */
import { inspect } from 'node:util';
import { ClassElementMetadataKind, type ClassElementMetadata } from '@inversifyjs/core';
import { LazyServiceIdentifier, type ServiceIdentifier } from 'inversify';
import type { Class, Definition, InjectOption } from '../declare/definition.js';

/** One dependency with all that can be said about it. */
export interface Request {
  readonly token: ServiceIdentifier;
  readonly multiple: boolean;
  readonly chained: boolean;
  readonly optional: boolean;
  readonly name: string | number | symbol | undefined;
  readonly tags: ReadonlyMap<string | number | symbol, unknown>;
}

/** A dependency: nearly always a bare token. `undefined` is a parameter that is not for us to fill. */
export type Dependency = ServiceIdentifier | Request | undefined;

/** What stands in the way of knowing what a class needs. */
export class MetadataGap {
  constructor(
    readonly message: string,
    readonly remedy: string,
    /** What has the gap: one parameter or property, an entry of a list, or the constructor as a whole. */
    readonly of: 'element' | 'entry' | 'constructor' = 'element',
  ) {}
}

const NONE_EMITTED = 'the compiler emitted none (esbuild and tsx never do; SWC and TypeScript only when told to)';
const TWO_REMEDIES =
  'Compile with "experimentalDecorators" and "emitDecoratorMetadata", by a compiler that honours them, or name what it takes, in order: @service({ inject: [...] }).';

const NO_TAGS: Request['tags'] = new Map();
const NONE: readonly never[] = [];
// What a compiler writes for an interface, a union, a primitive.
const NOT_INJECTABLE = new Set<unknown>([Object, Array, String, Number, Boolean, BigInt, Symbol, Function, Promise]);

/** What the constructor of a class needs. */
export function parametersOf(definition: Definition): readonly (Dependency | MetadataGap)[] {
  const { inject } = definition.options;
  if (inject === undefined) return describedParametersOf(definition);
  // the list itself, as nearly all are
  for (let index = 0; index < inject.length; index += 1) if (!isBare(inject[index])) return inject.map(fromOption);
  return inject as readonly Dependency[];
}

/** One entry of an `inject` list. */
export function fromOption(option: InjectOption): Dependency | MetadataGap {
  if (isBare(option)) return option;
  if (LazyServiceIdentifier.is(option)) return option.unwrap();
  if (typeof option !== 'object' || option === null || !('serviceIdentifier' in option)) return badEntry(option);
  const { serviceIdentifier, isMultiple = false, chained = false, optional = false, name, tags } = option;
  return {
    token: unwrap(serviceIdentifier),
    multiple: isMultiple,
    chained,
    optional,
    name,
    tags: tags === undefined ? NO_TAGS : new Map(tags.map(({ key, value }) => [key, value])),
  };
}

/** A dependency with all its qualifiers spelled out. */
export function asRequest(dependency: ServiceIdentifier | Request): Request {
  if (isRequest(dependency)) return dependency;
  return { token: dependency, multiple: false, chained: false, optional: false, name: undefined, tags: NO_TAGS };
}

export function isRequest(dependency: Dependency): dependency is Request {
  return typeof dependency === 'object';
}

/** A dependency that inversify describes. */
export function fromElement(element: ClassElementMetadata): Dependency | MetadataGap {
  if (element.kind === ClassElementMetadataKind.unmanaged) return undefined;
  const token = unwrap(element.value);
  // a type that a circular import left undefined
  if ((token as unknown) === undefined) return undefinedType();
  const multiple = element.kind === ClassElementMetadataKind.multipleInjection;
  const { name, tags, optional } = element;
  if (!multiple && !optional && name === undefined && tags.size === 0) return token;
  return { token, multiple, chained: multiple && element.chained, optional, name, tags };
}

function describedParametersOf({
  cls,
  base,
  types,
  described: metadata,
}: Definition): readonly (Dependency | MetadataGap)[] {
  if (cls === undefined) return NONE;
  // inversify marks what it took from the types itself, as we do; the types we read ourselves
  const described = Array.from(metadata?.constructorArguments ?? [], (element) =>
    isUsersWord(element) ? element : undefined,
  );
  const silent = types === undefined && described.every((element) => element === undefined);
  if (silent && cls.length === 0) {
    // no constructor of its own: that of its base class is called
    return base === undefined ? NONE : parametersOf(base);
  }
  if (silent) return [noMetadata(cls.length)];
  const count = Math.max(types?.length ?? 0, described.length, cls.length);
  return Array.from({ length: count }, (_, index) => {
    const element = described[index];
    if (isComplete(element)) return fromElement(element);
    const type = types?.[index];
    const qualified = element !== undefined && 'optional' in element ? element : undefined;
    if (typeof type === 'function' && !NOT_INJECTABLE.has(type)) {
      return qualified === undefined ? (type as Class) : qualify(type as Class, qualified);
    }
    // nothing that could be injected, but it has a default
    if (index >= cls.length && element === undefined) return undefined;
    return gap(types, index, type);
  });
}

/** `@optional()`, `@named()` and `@tagged()` on a parameter whose token is its type. */
function qualify(type: Class, element: object): Request {
  const { optional, name, tags } = element as Pick<Request, 'optional' | 'name' | 'tags'>;
  return { token: type, multiple: false, chained: false, optional, name, tags };
}

function gap(types: readonly unknown[] | undefined, index: number, type: unknown): MetadataGap {
  if (types === undefined) return new MetadataGap(`has no type metadata: ${NONE_EMITTED}`, TWO_REMEDIES);
  if (index >= types.length || type === undefined) return undefinedType();
  const name = typeof type === 'function' ? type.name : inspect(type);
  return new MetadataGap(
    `has the type ${name} (an interface, a union or a primitive leaves nothing else at run time)`,
    'Give it a token: @inject(TOKEN) on the parameter, or @service({ inject: [TOKEN, ...] }).',
  );
}

/** The compiler said nothing at all about a constructor. */
function noMetadata(count: number): MetadataGap {
  const parameters = count === 1 ? 'a parameter' : `${String(count)} parameters`;
  return new MetadataGap(`takes ${parameters}, but has no type metadata: ${NONE_EMITTED}`, TWO_REMEDIES, 'constructor');
}

function badEntry(entry: unknown): MetadataGap {
  if (entry === undefined) {
    const remedy =
      'The class was not there yet when the list was made (two files import each other?): use new LazyServiceIdentifier(() => TheClass).';
    return new MetadataGap('is undefined', remedy, 'entry');
  }
  const remedy = 'Give a class, a token, or { serviceIdentifier, name, tags, optional, isMultiple }.';
  return new MetadataGap(`is ${inspect(entry, { depth: 0 })}, which names no dependency`, remedy, 'entry');
}

function undefinedType(): MetadataGap {
  return new MetadataGap(
    'has a type that was undefined when the class was declared (two files import each other)',
    'Break the circular import, or use @inject(new LazyServiceIdentifier(() => TheClass)).',
  );
}

/** What the properties of a class need. */
export function propertiesOf(definition: Definition): Map<string | symbol, Dependency | MetadataGap> | undefined {
  if (!definition.hasProperties) return undefined;
  const properties = new Map<string | symbol, Dependency | MetadataGap>();
  for (let at: Definition | undefined = definition; at !== undefined; at = at.base) {
    for (const [key, element] of at.described?.properties ?? []) {
      if (!properties.has(key)) properties.set(key, fromElement(element));
    }
  }
  return properties;
}

function isUsersWord(element: object | undefined): boolean {
  return element !== undefined && !('isFromTypescriptParamType' in element);
}

function isComplete(element: ClassElementMetadata | undefined): element is ClassElementMetadata {
  return element !== undefined && element.kind in ClassElementMetadataKind;
}

function isBare(option: unknown): option is ServiceIdentifier {
  return typeof option === 'function' || typeof option === 'symbol' || typeof option === 'string';
}

function unwrap(token: ServiceIdentifier | LazyServiceIdentifier): ServiceIdentifier {
  return LazyServiceIdentifier.is(token) ? token.unwrap() : token;
}
