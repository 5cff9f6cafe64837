/** A hook of node's module loader: see `odd-paths.ts`. It may run in a thread of node's own. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface Resolved {
  url: string;
  format?: string | null | undefined;
}
type Next = (specifier: string, context: unknown) => Resolved | Promise<Resolved>;

/** A path that was made a URL by `file://` alone becomes a real one. */
export function resolve(specifier: string, context: unknown, next: Next): Resolved | Promise<Resolved> {
  const isOdd = /^file:.*[#%?]/.test(specifier);
  const paths = isOdd ? [specifier.slice('file://'.length), decoded(specifier)] : [];
  const file = paths.flatMap((path) => [path, path.replace(/\.([cm]?)js$/, '.$1ts')]).find((path) => existsSync(path));
  if (file === undefined) return next(specifier, context);
  const resolved = next(pathToFileURL(file).href, context);
  return resolved instanceof Promise
    ? resolved.then((found) => ({ format: formatOf(file), ...defined(found) }))
    : resolved;
}

function decoded(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return ''; // a lone %
  }
}

function defined({ format, ...rest }: Resolved): Resolved {
  return format === null || format === undefined ? rest : { ...rest, format };
}

/** What kind of module a TypeScript file is, which node before 22.18 does not know. */
function formatOf(file: string): string | undefined {
  const kind = /\.([cm]?)tsx?$/.exec(file)?.[1];
  if (kind !== '') return kind && (kind === 'm' ? 'module' : 'commonjs');
  return isModuleIn(dirname(file)) ? 'module' : 'commonjs';
}

function isModuleIn(directory: string): boolean {
  const file = join(directory, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module';
  const parent = dirname(directory);
  return parent !== directory && isModuleIn(parent);
}
