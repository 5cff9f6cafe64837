/** TypeScript entries run as they are, through oxc-node, which installs itself into node's module loader. */

import { extname } from 'node:path';
import { describeError } from '../base/errors.js';
import { UsageError } from './errors.js';

const EXTENSIONS = new Set(['.ts', '.mts', '.cts', '.tsx']);

export function isTypeScript(file: string): boolean {
  return EXTENSIONS.has(extname(file));
}

// In a variable, because it is an optional dependency, which a compiler need not find.
const LOADER = '@oxc-node/core/register';

/** Makes node understand TypeScript from here on. Raises a `UsageError` when the loader is not there. */
export async function registerTypeScript(path: string): Promise<void> {
  // these two understand it by themselves
  if ('Bun' in globalThis || 'Deno' in globalThis) return;
  try {
    await import(LOADER);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new UsageError(
      missing
        ? `${path} is TypeScript, and @oxc-node/core, which runs it, is not installed.`
        : `${path} is TypeScript, and @oxc-node/core, which runs it, cannot be loaded: ${describeError(error)}`,
      'Install it (npm install --save-dev @oxc-node/core), or compile the program and name the JavaScript file.',
      missing ? undefined : error,
    );
  }
}
