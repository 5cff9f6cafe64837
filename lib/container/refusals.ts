/** What a container says to what it cannot do. */
import { ModeError } from '../base/errors.js';
import type { Unit } from './unit.js';

export function notBack(unit: Unit): ModeError {
  return new ModeError('ERR_MODE_RESTART_ABORTED', {
    message: `${unit.name} did not come back: the container was stopped`,
    remedy: 'Boot it again when it is needed.',
    path: [unit.name],
  });
}

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
