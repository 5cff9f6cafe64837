/** What a container says to what it cannot do. */
import { ModeError } from '../base/errors.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';

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
