/** What a lifecycle tells whoever listens. Nothing is even made for nobody. */
import type { ServiceState } from '../base/events.js';
import type { Lifecycle } from './lifecycle.js';
import { depthOf } from './log.js';

/** Its state has changed. `ms` is how long it was in the one before, if that is known. */
export function tellState(
  lifecycle: Lifecycle,
  from: ServiceState,
  to: ServiceState,
  ms: number | undefined,
  error: unknown,
): void {
  const { env, id, name, target } = lifecycle;
  env.emit({
    type: 'service',
    id,
    name,
    from,
    to,
    ...(ms === undefined ? undefined : { ms }),
    ...(error === undefined ? undefined : { error }),
    depth: depthOf(lifecycle),
    level: target.mundaneLevel ?? 'info',
  });
}

/** It is not waited for any longer. */
export function tellAbandoned({ env, name }: Lifecycle, waitingOn: string[]): void {
  if (env.listening) env.emit({ type: 'abandoned', service: name, waitingOn });
}

/** Something went wrong that changes nothing. */
export function warn({ env, name }: Lifecycle, message: string, error?: unknown): void {
  if (env.listening) env.emit({ type: 'warning', service: name, message: `${name} ${message}`, error });
}
