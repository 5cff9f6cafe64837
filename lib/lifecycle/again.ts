import { handled } from '../base/async.js';
import { ModeError, type ModeErrorCode } from '../base/errors.js';
import type { Lifecycle } from './lifecycle.js';
import { calledOff } from './mishaps.js';

/**
 * Stops a service and starts it again, whatever goes wrong on the way down; that is told afterwards. A stop that somebody asks for
 * meanwhile has the last word.
 */
export async function again(lifecycle: Lifecycle, start = () => lifecycle.start()): Promise<void> {
  const { stops } = lifecycle.rare;
  let failure: { error: unknown } | undefined;
  try {
    await lifecycle.goDown();
  } catch (error) {
    failure = { error };
  }
  if (lifecycle.rare.stops !== stops) throw calledOff(lifecycle, failure);
  await start();
  if (failure !== undefined) throw failure.error;
}

const CALLED_OFF: ReadonlySet<ModeErrorCode> = new Set([
  'ERR_MODE_RESTART_ABORTED',
  'ERR_MODE_STOPPING',
  'ERR_MODE_BOOT_ABORTED',
]);

/**
 * A restart, as it is given to who asked for it. Who does not listen need not mind that a stop had the last word: whoever stopped it
 * hears of everything else.
 */
export function unlessCalledOff(restart: Promise<void>): Promise<void> {
  const given = new Promise<void>((resolve, reject) => {
    restart.then(resolve, (error: unknown) => {
      if (isCalledOff(error)) void handled(given);
      // oxlint-disable-next-line prefer-promise-reject-errors -- it is what was thrown
      reject(error);
    });
  });
  return given;
}

function isCalledOff(error: unknown): boolean {
  if (!ModeError.is(error)) return false;
  return CALLED_OFF.has(error.code) || (error.code === 'ERR_MODE_BOOT' && isCalledOff(error.cause));
}
