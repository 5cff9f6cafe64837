/** What a lifecycle tells whoever listens. Nothing is even made for nobody. */
import type { ServiceState } from '../base/events.js';
import type { Lifecycle } from './lifecycle.js';
import { depthOf } from './tree.js';

/** Its state has changed. `ms` is how long it was in the one before, if that is known. */
export function tellState(
  lifecycle: Lifecycle,
  from: ServiceState,
  to: ServiceState,
  ms: number | undefined,
  failure: { readonly error: unknown } | undefined,
): void {
  const { env, id, name, target } = lifecycle;
  env.emit({
    type: 'service',
    id,
    name,
    from,
    to,
    ...(ms === undefined ? undefined : { ms }),
    ...(failure === undefined ? undefined : { error: failure.error }),
    depth: depthOf(lifecycle),
    level: target.mundaneLevel ?? 'info',
  });
}

/** It is not waited for any longer. */
export function tellAbandoned(lifecycle: Lifecycle, waitingOn: string[]): void {
  const { env, id, name } = lifecycle;
  if (env.listening) env.emit({ type: 'abandoned', service: name, id, depth: depthOf(lifecycle), waitingOn });
}

/** Something went wrong that changes nothing. */
export function warn({ env, name }: Lifecycle, message: string, error: unknown): void {
  if (env.listening) env.emit({ type: 'warning', service: name, message: `${name} ${message}`, error });
}

/** What people read: what the class has to say about the `label` of its instances, else the name that it was given. */
export function labelOf({ target, givenName }: Lifecycle): string {
  try {
    const { label } = target as { label?: unknown };
    if (typeof label === 'string' && label !== '') return label;
  } catch {
    // it asks for fields that are not there yet
  }
  return givenName;
}
