import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Lets everything run that waits for nothing but promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Collects what nobody holds any more. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A weak reference that was made or read in this turn of the event loop stays alive until its end.
  for (let turn = 0; turn < 3; turn += 1) {
    await settled();
    collect();
  }
}
