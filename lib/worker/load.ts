/** From a path on the command line to something that a worker can run. Everything that can be wrong on the way says so. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describeError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { UsageError, split } from './explain.js';
import { isClass, unitsOf, type WorkerUnit } from './target.js';

export interface LoadOptions {
  /** The directory that the path is relative to. */
  cwd: string;
  /** The export that is the target, or a function that returns one. Default: `'default'`. */
  exportName?: string | undefined;
}

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

const TYPESCRIPT = ['.ts', '.mts', '.cts', '.tsx'];
// tried in this order for a path without one
const EXTENSIONS = [...TYPESCRIPT, '.js', '.mjs', '.cjs'];

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
  const near = nearest(stem(missing), new Set(names.map(stem)));
  const candidates = near
    .flatMap((one) => names.filter((name) => stem(name) === one))
    .map((name) => relative(cwd, join(directory, name)));
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
    const { message, remedy = loadAdvice(error, file, path) } = split(error);
    throw new UsageError(`${path} cannot be loaded: ${message}`, remedy, error);
  }
}

// In a variable, because it is an optional dependency, which a compiler need not find.
const LOADER = '@oxc-node/core/register';

/** Makes node understand TypeScript from here on: oxc-node installs itself into its module loader. */
async function registerTypeScript(path: string): Promise<void> {
  // these two understand it by themselves
  if ('Bun' in globalThis || 'Deno' in globalThis) return;
  try {
    await import(LOADER);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new UsageError(
      `${path} is TypeScript, and @oxc-node/core, which runs it, ` +
        (missing ? 'is not installed.' : `cannot be loaded: ${describeError(error)}`),
      'Install it (npm install --save-dev @oxc-node/core), or compile the program and name the JavaScript file.',
      missing ? undefined : error,
    );
  }
}

/** The advice for an error that importing `file` met; a general one where nothing is known about it. */
function loadAdvice(error: unknown, file: string, path: string): string {
  const { message, code } = (error instanceof Error ? error : new Error(String(error))) as NodeJS.ErrnoException;
  if (message.includes('experimentalDecorators')) return decoratorAdvice(fileIn(message) ?? file);
  if (/Failed to (parse|transform)/.test(message)) return 'Mend the file; npx tsc --noEmit shows the line.';
  if (message.includes('does not provide an export named')) {
    return isTypeScript(file)
      ? 'Correct the name; if it is a type, write `import type` ("isolatedModules": true makes the compiler tell).'
      : 'Correct the name of the import.';
  }
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const name = /Cannot find package '([^']+)'/.exec(message)?.[1];
    return name === undefined
      ? 'Correct the path of the import, its extension included.'
      : `Install it: npm install ${name}`;
  }
  if (error instanceof SyntaxError) return `Mend it; node ${path} shows the line.`;
  return `Mend ${path}, or what it imports, and start again.`;
}

const TSCONFIG =
  '{ "compilerOptions": { "target": "ES2022", "module": "nodenext", "strict": true, "experimentalDecorators": true, "emitDecoratorMetadata": true } }';

function decoratorAdvice(file: string): string {
  const config = nearestConfig(dirname(file));
  if (config === undefined) return `There is no tsconfig.json above ${file}. Put one beside it: ${TSCONFIG}`;
  return `In ${config}, set "experimentalDecorators" and "emitDecoratorMetadata" to true, and let its "include" cover ${file}.`;
}

function nearestConfig(directory: string): string | undefined {
  const candidate = join(directory, 'tsconfig.json');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearestConfig(parent);
}

/** The file that the compiler complains about, which need not be the one that was asked for. */
function fileIn(message: string): string | undefined {
  const url = /file:\/\/\S+?(?=: )/.exec(message)?.[0];
  return url === undefined ? undefined : fileURLToPath(url);
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
    const { message, remedy = 'Mend the function that makes the program.' } = split(error);
    throw new UsageError(`The ${what} threw: ${message}`, remedy, error);
  }
}

function isTypeScript(file: string): boolean {
  return TYPESCRIPT.includes(extname(file));
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
