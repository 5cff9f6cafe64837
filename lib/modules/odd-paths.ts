/**
 * TypeScript below a directory that has `#`, `%` or `?` in its name. oxc-node (0.1) takes these characters for parts of a URL:
 * what it finds it passes on as a URL that is none, and it finds no tsconfig.json there.
 */

import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import * as hook from './odd-paths-hook.js';

type RegisterHooks = (hooks: object) => unknown;

/** To be called before oxc-node registers itself, whose own module `load` gives. */
export async function allowOddPaths(file: string, load: () => Promise<unknown>): Promise<void> {
  if (!/[#%?]/.test(file)) return;
  const { setTsconfigPath } = (await load()) as { setTsconfigPath?: (path: string) => void };
  const config = nearestConfig(dirname(file));
  if (config !== undefined) setTsconfigPath?.(config);
  // where its own hooks are, ours has to be: they are called in the reverse order, so it corrects what comes out of them
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };
  if (registerHooks !== undefined && (major > 26 || (major === 26 && minor >= 2))) registerHooks(hook);
  else nodeModule.register('./odd-paths-hook.js', import.meta.url);
}

/** The nearest tsconfig.json above. */
export function nearestConfig(directory: string): string | undefined {
  const candidate = join(directory, 'tsconfig.json');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearestConfig(parent);
}
