/** Identifiers that carry a type, and what the entries of an `inject` list stand for, as types. */
import type { LazyServiceIdentifier } from 'inversify';
import type { Class, InjectOption } from './definition.js';
import { inWords } from '../base/words.js';

/**
 * An identifier of `T`: a symbol. For the compiler it looks like a class of `T` as well, which is how inversify's
 * `ServiceIdentifier<T>` knows the type of a class; so it is one of those, and `bind`, `get`, `boot` and the rest infer `T`.
 */
export type Token<T> = symbol & (abstract new (...args: never) => T);

/**
 * Makes an identifier that carries its type through `bind`, `get`, `boot`, `resource` and `inject: [...]`:
 * `const POOL = token<Pool>('pool')`. Each call makes another one, whatever the name.
 *
 * @param name what people read in plans, graphs and errors
 * @throws TypeError for a name that is no string
 */
export function token<T>(name: string): Token<T> {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(
      `token() takes a name, not ${inWords(name, { depth: 0 })}\n  → Give what people are to read: token<Pool>('pool').`,
    );
  }
  return Symbol(name) as unknown as Token<T>;
}

/** What an identifier stands for. Strings and plain symbols carry no type, so they fit everywhere. */
type Carried<Id> = Id extends abstract new (...args: never) => infer T
  ? AnyUnlessKnown<T>
  : Id extends LazyServiceIdentifier<infer T>
    ? AnyUnlessKnown<T>
    : // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown` would fit nowhere
      any;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown` would fit nowhere
type AnyUnlessKnown<T> = unknown extends T ? any : T;

/** What one entry of an `inject` list is replaced by. */
type Injected<E> = E extends { serviceIdentifier: infer Id }
  ? [Exclude<keyof E, keyof QualifiedOption>] extends [never]
    ? | (E extends { isMultiple: true } ? Carried<Id>[] : Carried<Id>)
      | (E extends { optional: true } ? undefined : never)
    : UnknownKey<Exclude<keyof E, keyof QualifiedOption>>
  : Carried<E>;

/** What fits nowhere, so that the key of an entry that nobody reads is named in an error. */
export interface UnknownKey<K> {
  readonly unknownKey: K;
}

type QualifiedOption = Extract<InjectOption, { serviceIdentifier: unknown }>;

/** What all of them are replaced by. Of a list whose length is not known when the program is compiled nothing is. */
export type Dependencies<I extends readonly InjectOption[]> = number extends I['length']
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown` would fit nowhere
    any[]
  : { -readonly [K in keyof I]: Injected<I[K]> };

/** A class whose constructor takes what an `inject` list names. */
export type ClassTaking<I extends readonly InjectOption[]> = abstract new (...args: Dependencies<I>) => unknown;

/** Refuses a list that is longer than what the constructor takes; the compiler would pass over the rest. */
export type NotTooLong<I extends readonly InjectOption[], C extends Class> = number extends I['length']
  ? unknown
  : I['length'] extends ConstructorParameters<C>['length']
    ? unknown
    : 'inject names more than the constructor takes';

/** The instances behind some identifiers, in order: what `boot([A, B])` resolves to. */
export type Instances<R extends readonly unknown[]> = {
  -readonly [K in keyof R]: R[K] extends abstract new (...args: never) => infer T ? T : unknown;
};
