/** What a test puts in the place of services and values. */
import { getBindingId, type Binding } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import type { Source } from '../plan/node.js';

export class StandIns {
  /** What stands in for an identifier; for a class, by whatever identifier it is bound. */
  readonly #others = new Map<ServiceIdentifier, ServiceIdentifier>();

  constructor(private readonly standsFor: (binding: Binding) => Source | undefined) {}

  get any(): boolean {
    return this.#others.size > 0;
  }

  add(token: ServiceIdentifier, other: ServiceIdentifier): void {
    this.#others.set(token, other);
  }

  /** The bindings of an identifier, as everybody is to see them. */
  bindings(token: ServiceIdentifier, bound: Iterable<Binding> | undefined): Iterable<Binding> | undefined {
    const other = this.#others.get(token);
    if (other !== undefined) return [redirection(token, other)];
    if (bound === undefined) return undefined;
    return Array.from(bound, (binding) => {
      const source = binding.type === 'Instance' ? binding.implementationType : this.standsFor(binding);
      const isReplaced = typeof source === 'function' && this.#others.has(source);
      return isReplaced ? redirection(token, source, binding) : binding;
    });
  }

  /** Identifiers without those that only stand-ins are bound to: nothing is started for being one. */
  tokens(bound: Iterable<ServiceIdentifier>): Iterable<ServiceIdentifier> {
    if (!this.any) return bound;
    const hidden = new Set(this.#others.values());
    return Array.from(bound).filter((token) => !hidden.has(token));
  }
}

/** A binding that leads to another identifier, under the conditions of the one that it takes the place of. */
function redirection(token: ServiceIdentifier, target: ServiceIdentifier, binding?: Binding): Binding {
  return {
    id: binding?.id ?? getBindingId(),
    isSatisfiedBy: binding?.isSatisfiedBy ?? ((): boolean => true),
    moduleId: binding?.moduleId,
    serviceIdentifier: token,
    targetServiceIdentifier: target,
    type: 'ServiceRedirection',
  };
}
