/** The types of calls: what the methods of a service look like from another thread. */
import type { Hooks } from '../lifecycle/hooks.js';
import type { Service } from '../service.js';

/** The instances of a class; anything else is taken for the type of the instances itself. */
export type ServiceOf<S> = S extends abstract new (...args: never[]) => infer Instance ? Instance : S;

/** The names of the methods that can be called: its own ones, and not those that every service has. */
export type RemoteMethod<S> = {
  [Name in keyof ServiceOf<S>]: Name extends string
    ? ServiceOf<S>[Name] extends (...args: never[]) => unknown
      ? Name extends keyof Service | keyof Hooks
        ? never
        : Name
      : never
    : never;
}[keyof ServiceOf<S>];

/** What such a method takes. Where it takes a signal at the end, `{ signal }` stands for it too; and any method can be cancelled by one. */
export type RemoteArguments<S, Name extends RemoteMethod<S>> =
  | ParametersOf<ServiceOf<S>[Name]>
  | (string extends keyof S ? never : [...WithoutSignal<ParametersOf<ServiceOf<S>[Name]>>, { signal: AbortSignal }]);

/** What a call of such a method gives. */
export type RemoteResult<S, Name extends RemoteMethod<S>> = Promise<
  ServiceOf<S>[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never
>;

/** The service inside, seen from the outside: each method answers with a promise. */
export type Remote<S> = {
  readonly [Name in RemoteMethod<S>]: (...args: RemoteArguments<S, Name>) => RemoteResult<S, Name>;
};

type ParametersOf<F> = F extends (...args: infer P) => unknown ? P : never;
type WithoutSignal<P extends readonly unknown[]> = Required<P> extends [...infer Others, AbortSignal] ? Others : P;

/** A service of which no type is known: any method, with any arguments. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whoever gives no type wants none
export type AnyService = Record<string, (...args: any[]) => any>;
