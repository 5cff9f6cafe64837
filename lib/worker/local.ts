import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as ours from './index.js';

/**
 * The `mode-ts/worker` that belongs to a program. A binary that is installed globally would otherwise run a program with
 * another copy of this package than the one that its decorators come from, and know nothing of its tasks and timers.
 */
export async function workerOf(file: string): Promise<Pick<typeof ours, 'Worker' | 'loadTarget'>> {
  const theirs = find(file);
  if (theirs === undefined || theirs === fileURLToPath(new URL('index.js', import.meta.url))) return ours;
  return (await import(pathToFileURL(theirs).href)) as typeof ours;
}

function find(file: string): string | undefined {
  try {
    return createRequire(file).resolve('mode-ts/worker');
  } catch {
    return undefined; // it uses none: a list of plain classes, say
  }
}
