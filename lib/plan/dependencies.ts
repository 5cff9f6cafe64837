/** What a class needs, read from its declarations without making anything. */
import { ClassElementMetadataKind, type ClassElementMetadata } from '@inversifyjs/core';
import { LazyServiceIdentifier, type ServiceIdentifier } from 'inversify';
import { describeError } from '../base/errors.js';
import { unknownKey } from '../base/nearest.js';
import { ownConstructor } from '../declare/class-text.js';
import { fromBase } from '../declare/inject-from-base.js';
import { isBare, isInjectableType, isUsersWord } from '../declare/describe.js';
import type { Class, Definition, InjectOption } from '../declare/definition.js';
import { inWords } from '../base/words.js';

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
const WITHOUT_ANY = ' Where it is to be called without any: @service({ inject: [] }).';
const OF_BASE = 'is that of';

const NO_TAGS: Request['tags'] = new Map();
const NONE: readonly never[] = [];

/** What the constructor of a class needs. */
export function parametersOf(definition: Definition): readonly (Dependency | MetadataGap)[] {
  const { options, unnamed, tokens } = definition;
  if (tokens !== undefined) return tokens;
  if (options.inject === undefined) return describedParametersOf(definition);
  return unnamed > 0 ? [tooShort(options.inject.length, unnamed)] : options.inject.map(fromOption);
}

/** One entry of an `inject` list. */
export function fromOption(option: InjectOption): Dependency | MetadataGap {
  if (isBare(option)) return option;
  if (LazyServiceIdentifier.is(option)) return unwrapped(option, 'entry');
  if (typeof option !== 'object' || option === null || !('serviceIdentifier' in option)) return badEntry(option);
  const { serviceIdentifier, isMultiple = false, chained = false, optional = false, name, tags } = option;
  const unknown = unknownKey(option, ENTRY_KEYS);
  if (unknown !== undefined) return new MetadataGap(`has ${unknown}`, ENTRY_REMEDY, 'entry');
  const token = LazyServiceIdentifier.is(serviceIdentifier) ? unwrapped(serviceIdentifier, 'entry') : serviceIdentifier;
  if (token instanceof MetadataGap) return token;
  if (!isBare(token)) return badEntry(token);
  if (tags !== undefined && !isTags(tags)) {
    const remedy = 'Give a list: tags: [{ key: ..., value: ... }].';
    return new MetadataGap(`has tags that are ${inWords(tags, { depth: 0 })}`, remedy, 'entry');
  }
  return {
    token,
    multiple: isMultiple,
    chained,
    optional,
    name,
    tags: tags === undefined ? NO_TAGS : new Map(tags.map(({ key, value }) => [key, value])),
  };
}

const ENTRY_KEYS = ['serviceIdentifier', 'isMultiple', 'chained', 'optional', 'name', 'tags'] as const;
const ENTRY_REMEDY = 'Give a class, a token, or { serviceIdentifier, name, tags, optional, isMultiple }.';

function isTags(tags: unknown): boolean {
  return Array.isArray(tags) && tags.every((tag) => typeof tag === 'object' && tag !== null && 'key' in tag);
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
  const token = LazyServiceIdentifier.is(element.value) ? unwrapped(element.value, 'element') : element.value;
  if (token instanceof MetadataGap) return token;
  // a type that a circular import left undefined
  if ((token as unknown) === undefined) return undefinedType();
  const multiple = element.kind === ClassElementMetadataKind.multipleInjection;
  const { name, tags, optional } = element;
  if (!multiple && !optional && name === undefined && tags.size === 0) return token;
  return { token, multiple, chained: multiple && element.chained, optional, name, tags };
}

/** The same of a class that inversify makes, which calls for nothing that only a base class says. */
export function ownParametersOf(definition: Definition): readonly (Dependency | MetadataGap)[] {
  return describedParametersOf(definition, false);
}

function describedParametersOf(definition: Definition, inherits = true): readonly (Dependency | MetadataGap)[] {
  const { cls, types, described: metadata } = definition;
  if (cls === undefined) return NONE;
  const described = Array.from(metadata?.constructorArguments ?? [], (element, index) =>
    isUsersWord(element, types?.[index]) ? element : undefined,
  );
  if (!described.some((element) => element !== undefined)) {
    if (types === undefined && cls.length > 0) return [noMetadata(cls.length)];
    if (types === undefined || isList(cls, types)) return inherits ? inheritedParametersOf(definition) : NONE;
  }
  const count = Math.max(types?.length ?? 0, described.length, cls.length);
  const all = Array.from({ length: count }, (_, index) => parameterOf(cls, types, described[index], index));
  // what a list at the end is not given is not in it
  while (all.length > 0 && all.at(-1) === undefined) all.pop();
  return all;
}

/** Whether it may take nothing but a list, of which the compiler writes down one type, that of nothing in particular. */
function isList(cls: Class, types: readonly unknown[]): boolean {
  return types.length === 1 && cls.length === 0 && !isInjectableType(types[0]);
}

function parameterOf(
  cls: Class,
  types: readonly unknown[] | undefined,
  element: ClassElementMetadata | undefined,
  index: number,
): Dependency | MetadataGap {
  if (isComplete(element)) return fromElement(element);
  const type = types?.[index];
  const qualified = element !== undefined && 'optional' in element ? element : undefined;
  if (isInjectableType(type)) return qualified === undefined ? type : qualify(type, qualified);
  // nothing that could be injected, but it has a default
  if (index >= cls.length && element === undefined) return undefined;
  return gap(types, index, type);
}

/** What a class takes that says nothing about it: without a constructor of its own, that of its base class is called. */
function inheritedParametersOf({ cls, base }: Definition): readonly (Dependency | MetadataGap)[] {
  if (base === undefined || isForeign(base) || fromBase(cls)?.extendConstructorArguments === false) return NONE;
  const inherited = parametersOf(base);
  const own = inherited.length === 0 || cls === undefined ? 'class' : ownConstructor(cls);
  if (own === 'class') return NONE;
  if (own === 'rest') return [list()];
  const [first] = inherited;
  return first instanceof MetadataGap && first.of === 'constructor' ? [ofBase(first, base)] : inherited;
}

/** Of functions, as the classes of node and of older libraries are, nobody can have said what they take; mostly it is optional. */
function isForeign({ cls, declared, types, described }: Definition): boolean {
  if (declared || types !== undefined || described !== undefined || cls === undefined) return false;
  return cls.length > 0 && ownConstructor(cls) === 'function';
}

/** `@optional()`, `@named()` and `@tagged()` on a parameter whose token is its type. */
function qualify(type: Class, element: object): Request {
  const { optional, name, tags } = element as Pick<Request, 'optional' | 'name' | 'tags'>;
  return { token: type, multiple: false, chained: false, optional, name, tags };
}

function gap(types: readonly unknown[] | undefined, index: number, type: unknown): MetadataGap {
  if (types === undefined) return new MetadataGap(`has no type metadata: ${NONE_EMITTED}`, TWO_REMEDIES);
  if (index >= types.length || type === undefined) return undefinedType();
  const name = typeof type === 'function' ? type.name : inWords(type);
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

/** A constructor takes a list, and does not just hand it on. */
function list(): MetadataGap {
  const remedy = `Name what it takes, in order: @service({ inject: [...] }).${WITHOUT_ANY}`;
  return new MetadataGap('takes a list (...), of which nothing says what is in it', remedy, 'constructor');
}

/** The same of a class that has no constructor of its own. */
function ofBase({ message, remedy, of }: MetadataGap, { name }: Definition): MetadataGap {
  if (message.startsWith(OF_BASE)) return new MetadataGap(message, remedy, of);
  return new MetadataGap(`${OF_BASE} ${name}, which ${message}`, remedy + WITHOUT_ANY, of);
}

/** An `inject` list that does not name everything. */
function tooShort(named: number, unnamed: number): MetadataGap {
  const remedy = 'Name all of it, in order, in @service({ inject: [...] }); what has a default may be left out.';
  return new MetadataGap(`takes ${String(named + unnamed)}, but inject names ${String(named)}`, remedy, 'constructor');
}

function badEntry(entry: unknown): MetadataGap {
  if (entry === undefined) {
    const remedy =
      'The class was not there yet when the list was made (two files import each other?): use new LazyServiceIdentifier(() => TheClass).';
    return new MetadataGap('is undefined', remedy, 'entry');
  }
  return new MetadataGap(`is ${inWords(entry, { depth: 0 })}, which names no dependency`, ENTRY_REMEDY, 'entry');
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
    if (fromBase(at.cls)?.extendProperties === false) break;
  }
  return properties;
}

/** What inversify injects into the properties of a class that it makes: what the class itself says. */
export function ownPropertiesOf({ described }: Definition): Map<string | symbol, Dependency | MetadataGap> | undefined {
  if (described === undefined || described.properties.size === 0) return undefined;
  return new Map(Array.from(described.properties, ([key, element]) => [key, fromElement(element)]));
}

function isComplete(element: ClassElementMetadata | undefined): element is ClassElementMetadata {
  return element !== undefined && element.kind in ClassElementMetadataKind;
}

/** What a lazy identifier stands for, once that is there. */
function unwrapped(lazy: LazyServiceIdentifier, of: MetadataGap['of']): ServiceIdentifier | MetadataGap {
  try {
    const token: unknown = lazy.unwrap();
    if (isBare(token)) return token;
    const remedy = 'Its function is called once everything is loaded; let it give the class or the token.';
    return new MetadataGap(`is a LazyServiceIdentifier that gives ${inWords(token, { depth: 0 })}`, remedy, of);
  } catch (error) {
    const remedy = 'Its function is called once everything is loaded; see what it reads.';
    return new MetadataGap(`is a LazyServiceIdentifier that throws: ${describeError(error)}`, remedy, of);
  }
}
