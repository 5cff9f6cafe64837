/** From a path on the command line to something that a worker can run. Everything that can be wrong on the way says so. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './errors.js';
import { split } from './explain.js';
import { loadAdvice } from './load-advice.js';
import { nearest } from '../base/nearest.js';
import { isClass, unitsOf, type WorkerUnit } from './target.js';
import { isTypeScript, registerTypeScript } from './typescript.js';

export interface LoadOptions {
  /** The directory that the path is relative to. */
  cwd: string;
  /** The export that is the target, or a function that returns one. Default: `'default'`. */
  exportName?: string | undefined;
}

// tried in this order for a path without one
const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * Loads a module and takes the target from one of its exports.
 *
 * @throws UsageError when there is no such file or export, when the module throws while it loads, when TypeScript cannot be
 * run as it is, and when what the export holds is nothing to run
 */
export async function loadTarget(path: string, { cwd, exportName = 'default' }: LoadOptions): Promise<WorkerUnit[]> {
  const exports = await importFile(findFile(path, cwd), path);
  const value = pick(exports, exportName, path);
  const what = exportName === 'default' ? `default export of ${path}` : `export ${exportName} of ${path}`;
  if (typeof value !== 'function' || isClass(value)) return unitsOf(value, `The ${what}`);
  return unitsOf(await call(value as () => unknown, what), `What the ${what} returns`);
}

function findFile(path: string, cwd: string): string {
  const wanted = resolve(cwd, path);
  const found = ['', ...EXTENSIONS].map((extension) => wanted + extension).find(isFile);
  if (found !== undefined) return found;
  if (existsSync(wanted)) {
    throw new UsageError(
      `${path} is a directory.`,
      `Name the file in it that exports the program${offer(modulesIn(wanted))}.`,
    );
  }
  // The first part of the path that is not there is where the mistake is.
  let missing = wanted;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  const directory = dirname(missing);
  const names = missing === wanted ? modulesIn(directory) : directoriesIn(directory);
  const candidates = nearest(basename(missing), names).map((name) => relative(cwd, join(directory, name)));
  throw new UsageError(
    `There is no file ${wanted}.`,
    candidates.length === 0 ? 'Correct the path of the module.' : `Did you mean ${candidates.join(' or ')}?`,
  );
}

async function importFile(file: string, path: string): Promise<Record<string, unknown>> {
  if (isTypeScript(file)) await registerTypeScript(path);
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    // what our own declarations find wrong brings its own advice
    const { message, remedy } = split(error);
    throw new UsageError(`${path} cannot be loaded: ${message}`, remedy ?? loadAdvice(error, file, path), error);
  }
}

function pick(exports: Record<string, unknown>, name: string, path: string): unknown {
  const all = flatten(exports);
  if (Object.hasOwn(all, name)) return all[name];
  const names = Object.keys(all).filter((key) => key !== 'module.exports' && key !== '__esModule');
  if (names.length === 0) {
    throw new UsageError(`${path} exports nothing.`, 'Export the program from it: export default App;');
  }
  const likely = nearest(name, names)[0] ?? names[0] ?? '';
  throw new UsageError(
    `${path} has no ${name === 'default' ? 'default export' : `export ${name}`}; it exports ${names.join(', ')}.`,
    likely === 'default'
      ? 'Leave --export away to take the default export.'
      : `Take one of these with --export ${likely}${name === 'default' ? ', or export the program by default' : ''}.`,
  );
}

/** A CommonJS module that was an ES module before it was compiled carries its exports one level deeper. */
function flatten(exports: Record<string, unknown>): Record<string, unknown> {
  const inner = exports['default'];
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? { ...inner } : exports;
}

async function call(make: () => unknown, what: string): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    const { message, remedy } = split(error);
    throw new UsageError(`The ${what} threw: ${message}`, remedy ?? 'Mend the function that makes the program.', error);
  }
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

function modulesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => EXTENSIONS.includes(extname(name)) && !name.endsWith('.d.ts'));
}

function directoriesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function offer(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.slice(0, 5).join(', ')}`;
}
