/** From the URL of a module to the service class that the thread runs. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Class } from '../../declare/definition.js';
import { nearest } from '../../base/nearest.js';
import { importModule, type Exports } from '../../modules/import-module.js';
import * as errors from '../errors.js';
import type { ThreadStart } from '../protocol.js';

/** Loads the module. What it throws by itself is passed on as it is. */
export function loadModule({ label, module }: ThreadStart): Promise<Exports> {
  const url = findSource(label, module);
  const name = url.startsWith('file:') ? fileURLToPath(url) : url;
  return importModule(url, name, (message, remedy) => errors.badModule(label, message.replace(/\.$/, ''), remedy));
}

/** The class among the exports of the module. */
export function classIn(exports: Exports, { label, module, exportName }: ThreadStart): Class {
  const value = pick(exports, exportName, label, module);
  if (typeof value === 'function' && value.prototype !== undefined) return value as Class;
  throw errors.badModule(
    label,
    `The ${nameOf(exportName)} of ${module} is no class, so ${label} has nothing to run`,
    'Export a service class, and give its name as `export`.',
  );
}

/** The function among the exports that binds what the service needs. */
export function setupIn(
  exports: Exports,
  { label, module, setup }: ThreadStart,
): ((container: unknown) => unknown) | undefined {
  if (setup === undefined) return undefined;
  const value = pick(exports, setup, label, module);
  if (typeof value === 'function') return value as (container: unknown) => unknown;
  throw errors.badModule(
    label,
    `The ${nameOf(setup)} of ${module} is no function`,
    'Export function(container), and give its name as `setup`.',
  );
}

function pick(exports: Exports, name: string, label: string, module: string): unknown {
  if (Object.hasOwn(exports, name)) return exports[name];
  const names = Object.keys(exports).filter((key) => key !== 'module.exports' && key !== '__esModule');
  const likely = nearest(name, names)[0];
  throw errors.badModule(
    label,
    `${module} has no ${nameOf(name)}, which the thread of ${label} should run; it exports ${names.length === 0 ? 'nothing' : names.join(', ')}`,
    likely === undefined ? 'Export it, or give another name.' : `Did you mean ${likely}?`,
  );
}

function nameOf(exportName: string): string {
  return exportName === 'default' ? 'default export' : `export ${exportName}`;
}

/** The file behind a URL: a `.js` that is not there was written as `.ts`, and is run as that. */
function findSource(label: string, module: string): string {
  if (!module.startsWith('file:') || existsSync(fileURLToPath(module))) return module;
  const source = module.replace(/\.([cm]?)js$/, '.$1ts');
  if (source !== module && existsSync(fileURLToPath(source))) return source;
  throw errors.badModule(
    label,
    `There is no file ${fileURLToPath(module)}, which the thread of ${label} should run`,
    "Correct the path: new URL('./cruncher.js', import.meta.url) starts from the file that says so.",
  );
}
