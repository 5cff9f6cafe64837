/** From a path on the command line to something that a worker can run. Everything that can be wrong on the way says so. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest, requireOptions } from '../base/nearest.js';
import { importModule, type Exports, type Refuse } from '../modules/import-module.js';
import { EXTENSIONS, loadAdvice } from './advice.js';
import { UsageError, isError, split } from './explain.js';
import { isClass, unitsOf, type WorkerUnit } from './target.js';
import type { Worker } from './worker.js';

export interface LoadOptions {
  /** The directory that the path is relative to. */
  cwd: string;
  /** The export that is the target, or a function that returns one. Default: `'default'`. */
  exportName?: string | undefined;
  /** Asked once the module is loaded, and whether nothing is to be taken from it, because it runs by itself. */
  isDone?: () => boolean;
}

/** What a worker can run, a worker that is ready to run, or nothing where a module runs by itself. */
export type Loaded = WorkerUnit[] | Worker | undefined;

/**
 * Loads a module and takes the target from one of its exports.
 *
 * @throws UsageError when there is no such file or export, when the module throws while it loads, when TypeScript cannot be
 * run as it is, and when what the export holds is nothing to run
 */
export async function loadTarget(path: string, options: LoadOptions): Promise<Loaded> {
  requireOptions(options, ['cwd', 'exportName', 'isDone'], 'loadTarget()');
  const { cwd, exportName = 'default', isDone = () => false } = options;
  const exports = await importFile(findFile(path, cwd), path);
  if (isDone()) return undefined;
  const value = pick(exports, exportName, path);
  const what = exportName === 'default' ? `default export of ${path}` : `export ${exportName} of ${path}`;
  if (typeof value !== 'function' || isClass(value)) return targetOf(value, `The ${what}`);
  const made = await call(value as () => unknown, what);
  return isDone() ? undefined : targetOf(made, `What the ${what} returns`);
}

function targetOf(value: unknown, what: string): WorkerUnit[] | Worker {
  return isWorker(value) ? value : unitsOf(value, what);
}

// by what it can do: it may come from another copy of this package
function isWorker(value: unknown): value is Worker {
  if (typeof value !== 'object' || value === null) return false;
  return ['run', 'signal', 'executeFromCommandLine'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'function',
  );
}

function findFile(path: string, cwd: string): string {
  const wanted = resolve(cwd, path);
  const found = ['', ...EXTENSIONS].map((extension) => wanted + extension).find(isFile);
  if (found !== undefined) return found;
  if (existsSync(wanted)) {
    const names = modulesIn(wanted).slice(0, 5);
    const offer = names.length === 0 ? '' : `: ${names.join(', ')}`;
    throw new UsageError(`${path} is a directory.`, `Name the file in it that exports the program${offer}.`);
  }
  // The first part of the path that is not there is where the mistake is.
  let missing = wanted;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  const directory = dirname(missing);
  const names = missing === wanted ? modulesIn(directory) : directoriesIn(directory);
  const candidates = similar(stem(missing), new Set(names.map(stem)))
    .flatMap((one) => names.filter((name) => stem(name) === one))
    // with the rest of the path behind it, if that leads anywhere
    .map((name) => [join(directory, name) + wanted.slice(missing.length), join(directory, name)].find(existsSync) ?? '')
    .map((candidate) => relative(cwd, candidate) || '.');
  throw new UsageError(
    `There is no file ${wanted}.`,
    candidates.length === 0 ? 'Correct the path of the module.' : `Did you mean ${candidates.join(' or ')}?`,
  );
}

/** The names that somebody may have meant. Short ones are all alike, so they have to begin with the same letter. */
export function similar(wanted: string, names: Iterable<string>): string[] {
  const close = nearest(wanted, names);
  if (wanted.length > 3) return close;
  return close.filter((name) => wanted.length > 1 && name[0]?.toLowerCase() === wanted[0]?.toLowerCase());
}

const refuse: Refuse = (message, remedy, cause) => new UsageError(message, remedy, cause);

async function importFile(file: string, path: string): Promise<Exports> {
  try {
    return await importModule(pathToFileURL(file).href, path, refuse);
  } catch (error) {
    if (isError(error, 'ERR_MODE_USAGE')) throw error;
    // what our own declarations find wrong brings its own advice
    const { message, remedy = loadAdvice(error, file, path) } = split(error);
    throw new UsageError(`${path} cannot be loaded: ${message}`, remedy, error);
  }
}

function pick(exports: Exports, name: string, path: string): unknown {
  if (Object.hasOwn(exports, name)) return exports[name];
  const names = Object.keys(exports).filter((key) => key !== 'module.exports' && key !== '__esModule');
  if (names.length === 0) {
    throw new UsageError(`${path} exports nothing.`, 'Export the program from it: export default App;');
  }
  const likely = similar(name, names)[0] ?? names[0] ?? '';
  throw new UsageError(
    `${path} has no ${name === 'default' ? 'default export' : `export ${name}`}; it exports ${names.join(', ')}.`,
    likely === 'default'
      ? 'Leave --export away to take the default export.'
      : `Take one of these with --export ${likely}${name === 'default' ? ', or export the program by default' : ''}.`,
  );
}

async function call(make: () => unknown, what: string): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    const { message, remedy = 'Mend the function that makes the program.' } = split(error);
    throw new UsageError(`The ${what} threw: ${message}`, remedy, error);
  }
}

/** A name without its extension, which would make all files look alike. */
function stem(name: string): string {
  return basename(name, extname(name));
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
