import { ModeError } from '../base/errors.js';

/** Nothing begins to run in a supervisor that is stopping. */
export function stopping(supervisor: string, name: string): ModeError {
  return new ModeError('ERR_MODE_STOPPING', {
    message: `${supervisor} is stopping, so ${name} cannot run in it`,
    remedy: 'Await its stop() first.',
    path: [supervisor, name],
  });
}
