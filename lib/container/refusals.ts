/** What a container says to what it cannot do. */
import { ModeError } from '../base/errors.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import { lifecycleOfService } from '../lifecycle/making.js';

export function aborted(who: string): ModeError {
  return new ModeError('ERR_MODE_BOOT_ABORTED', {
    message: `${who} was stopped while it was starting`,
    remedy: 'Boot it again when it is needed.',
  });
}

export function stopping(): ModeError {
  return new ModeError('ERR_MODE_STOPPING', {
    message: 'The container is stopping, so nothing can be started in it',
    remedy: 'Await its stop() first.',
  });
}

/** Refuses to take on a service that somebody else answers for, or that runs already. */
export function mustBeFree({ name, owner, parent, state }: Lifecycle): void {
  if (owner === undefined && parent === undefined && (state === 'idle' || state === 'stopped' || state === 'crashed')) {
    return;
  }
  const isOwned = owner !== undefined || parent !== undefined;
  throw new ModeError('ERR_MODE_OWNED', {
    message: isOwned
      ? `${name} cannot be taken on by the container: ${parent?.name ?? 'another container or supervisor'} answers for it already`
      : `${name} cannot be taken on by the container while it is ${state}`,
    remedy: isOwned
      ? 'A service has one owner: take the other on instead.'
      : 'Give it before it is started, or after it was stopped.',
    path: [name],
  });
}

/** Whether a value is a service that does not run, and that nobody starts. */
export function isStray(value: unknown): boolean {
  const lifecycle = lifecycleOfService(value);
  return lifecycle !== undefined && !isSeenTo(lifecycle);
}

function isSeenTo({ owner, parent, state }: Lifecycle): boolean {
  return owner !== undefined || parent !== undefined || state === 'running';
}

/** Refuses to inject a service that came out of a factory, and that nobody starts. */
export function mustRun(lifecycle: Lifecycle, name: string): void {
  if (isSeenTo(lifecycle)) return;
  throw new ModeError('ERR_MODE_NOT_RUNNING', {
    message: `${name} gives the service ${lifecycle.name}, which nobody starts: it came out of a factory`,
    remedy: `Have the factory container.adopt() one that is made before the boot, bind the class with to(${lifecycle.name}), or make it a resource: container.resource(id, { start, stop }).`,
    path: [name],
  });
}
