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
