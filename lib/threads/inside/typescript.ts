/** TypeScript modules run as they are, through oxc-node, as the programs of `mode-worker` do. */
import { extname } from 'node:path';
import { describeError } from '../../base/errors.js';
import { badModule } from '../errors.js';

const EXTENSIONS = new Set(['.ts', '.mts', '.cts', '.tsx']);

// In a variable, because it is an optional dependency, which a compiler need not find.
const LOADER = '@oxc-node/core/register';

/**
 * Makes this thread understand TypeScript, if the file is written in it. A loader that the program was started with is
 * inherited by its threads, one that it has registered later is not.
 */
export async function prepareFor(file: string, label: string): Promise<void> {
  if (!EXTENSIONS.has(extname(file)) || 'Bun' in globalThis || 'Deno' in globalThis || hasLoader()) return;
  try {
    await import(LOADER);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw badModule(
      label,
      `${file} is TypeScript, and @oxc-node/core, which runs it, ${missing ? 'is not installed' : `cannot be loaded: ${describeError(error)}`}`,
      'Install it (npm install --save-dev @oxc-node/core), or compile the program and name the JavaScript file.',
    );
  }
}

function hasLoader(): boolean {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return /\b(?:tsx|ts-node|swc|oxc-node|jiti)\b/.test(flags);
}
