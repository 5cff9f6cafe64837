/** Imports a module of the program, by its URL. TypeScript runs as it is, whatever there is to compile it. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describeError, peek } from '../base/words.js';
import { allowOddPaths } from './odd-paths.js';

export type Exports = Readonly<Record<string, unknown>>;

/** Makes the error for a module that cannot run: what is wrong, what to do, and the cause. */
export type Refuse = (message: string, remedy: string, cause?: unknown) => Error;

export const TYPESCRIPT: readonly string[] = ['.ts', '.mts', '.cts', '.tsx'];

export function isTypeScript(file: string): boolean {
  return TYPESCRIPT.includes(extname(file));
}

/** What the module throws by itself is passed on as it is; `name` is what to call it where TypeScript cannot run. */
export async function importModule(url: string, name: string, refuse: Refuse): Promise<Exports> {
  const file = url.startsWith('file:') ? fileURLToPath(url) : '';
  const compiles = !isTypeScript(file) || hasLoader() || (await registerOxc(file, name, refuse));
  try {
    return flatten((await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as Exports);
  } catch (error) {
    throw (compiles ? undefined : notCompiled(error, name, refuse)) ?? error;
  }
}

/** A CommonJS module that was an ES module before it was compiled carries its exports one level deeper. */
function flatten(exports: Exports): Exports {
  const inner = exports['default'];
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? { ...inner } : exports;
}

const PRELOADED = /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)[=\s]["']?(\S+)/g;
const COMPILERS =
  /(?:^|\/node_modules\/)(?:tsx|ts-node|jiti|esbuild-register|@(?:swc-node|oxc-node|babel|esbuild-kit)\/)/;

/** Whether node was started with something that compiles TypeScript: that is left in charge. */
function hasLoader(): boolean {
  if ('Bun' in globalThis || 'Deno' in globalThis || Symbol.for('ts-node.register.instance') in process) return true;
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return Array.from(flags.matchAll(PRELOADED), ([, module = '']) => module).some((module) => COMPILERS.test(module));
}

const OXC = '@oxc-node/core';
const INSTALL = `npm install --save-dev ${OXC}`;

/**
 * Makes this thread compile TypeScript from here on, if the compiler is there: oxc-node installs itself into node's loader. It
 * is an optional peer, so the program that brings it is asked before this package is.
 */
async function registerOxc(file: string, name: string, refuse: Refuse): Promise<boolean> {
  const places = [file, join(process.cwd(), 'package.json'), import.meta.url];
  const directory = places.map(directoryOfOxc).find((found) => found !== undefined);
  if (directory === undefined) return false;
  const load = (part: string): Promise<unknown> =>
    import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(join(directory, part)).href);
  try {
    await allowOddPaths(file, () => load('index.js'));
    await load('register.mjs');
    return true;
  } catch (error) {
    throw refuse(
      `${name} is TypeScript, and ${OXC}, which runs it, cannot be loaded: ${describeError(error)}`,
      `Install it anew (${INSTALL}), or compile the program and name the JavaScript file.`,
      error,
    );
  }
}

function directoryOfOxc(from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(OXC));
  } catch {
    return undefined; // not installed there; in a bundle, we may be nowhere
  }
}

/** The error for a module that nothing but node could compile, if that is why it cannot be loaded. */
function notCompiled(error: unknown, name: string, refuse: Refuse): Error | undefined {
  const [code, message, url] = ['code', 'message', 'url'].map((key) => {
    const value = peek(error, key);
    return typeof value === 'string' ? value : '';
  }) as [string, string, string];
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /"\.[cm]?tsx?"/.test(message)) {
    return refuse(
      `${name} is TypeScript, and ${OXC}, which runs it, is not installed.`,
      `Install it (${INSTALL}), or compile the program and name the JavaScript file.`,
    );
  }
  // a decorator is left standing, and is no JavaScript yet
  if (
    code.endsWith('_TYPESCRIPT_SYNTAX') ||
    (peek(error, 'name') === 'SyntaxError' && message === 'Invalid or unexpected token')
  ) {
    return refuse(
      `${name} cannot be loaded: node itself only takes the types out of TypeScript, which is not enough here: ${describeError(error)}`,
      `For decorators, enums and parameter properties install ${OXC} (${INSTALL}); defineService() needs none of them.`,
      error,
    );
  }
  if (code === 'ERR_MODULE_NOT_FOUND' && url.endsWith('js') && existsSync(fileURLToPath(url.replace(/js$/, 'ts')))) {
    return refuse(
      `${name} cannot be loaded: ${describeError(error)}`,
      `Node itself wants the extension that the file has, .ts; with ${OXC} (${INSTALL}) .js is right as well.`,
      error,
    );
  }
  return undefined;
}
