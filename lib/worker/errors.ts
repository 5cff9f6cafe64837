import { ModeError } from '../base/errors.js';

/** A program was asked for in a way that cannot work: a bad option, path, module or export. The exit code is 2. */
export class UsageError extends ModeError {
  override readonly name: string = 'UsageError';

  constructor(message: string, remedy: string, cause?: unknown) {
    super('ERR_MODE_USAGE', { message, remedy, cause });
  }
}

/** Why a boot was given up when the worker was told to stop. Hooks see it as the reason of their signal. */
export class InterruptedError extends ModeError {
  override readonly name: string = 'InterruptedError';

  constructor(by: string) {
    super('ERR_MODE_INTERRUPTED', { message: `The worker was told to stop by ${by}.` });
  }
}
