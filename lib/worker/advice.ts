/** What to do about a module that cannot be loaded. */

import { readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTypeScript, TYPESCRIPT } from '../modules/import-module.js';
import { nearestConfig } from '../modules/odd-paths.js';
import { describeError, frameLines, isErrorObject, peek, stackOf } from '../base/words.js';

/** What can be named on the command line; tried in this order for a path without one. */
export const EXTENSIONS: readonly string[] = [...TYPESCRIPT, '.js', '.mjs', '.cjs'];

/** An error that importing a module met. */
interface Mishap {
  readonly error: unknown;
  readonly message: string;
  /** The file that was asked for, as it was asked for, and the one that the error is about. */
  readonly file: string;
  readonly path: string;
  readonly where: string;
}

/** The advice for an error that importing `file` met, which the user called `path`; a general one where nothing is known. */
export function loadAdvice(error: unknown, file: string, path: string): string {
  const message = describeError(error);
  const where = originOf(error) ?? file;
  return advise({ error, message, file, path, where });
}

function advise(mishap: Mishap): string {
  for (const rule of rules) {
    const advice = rule(mishap);
    if (advice !== undefined) return advice;
  }
  const { file, path, where } = mishap;
  return where === file
    ? `Mend ${path}, or what it imports, and start again.`
    : `Mend ${where}, which it imports, and start again.`;
}

/** The first that knows something is taken. */
const rules: readonly ((mishap: Mishap) => string | undefined)[] = [
  ({ message, where }) => (message.includes('experimentalDecorators') ? decoratorAdvice(where) : undefined),
  ({ message, where }) =>
    message.includes('`.cts` file is CommonJS')
      ? `Rename ${where} to .mts, or to .ts beside a package.json with "type": "module".`
      : undefined,
  ({ message, where }) =>
    /Failed to (parse|transform)/.test(message) ? `Mend ${where}; npx tsc --noEmit shows the line.` : undefined,
  ({ message, where }) => {
    const name = /Cannot access '([^']+)' before initialization/.exec(message)?.[1];
    return name === undefined ? undefined : orderAdvice(name, where);
  },
  ({ message, file }) => {
    if (!message.includes('does not provide an export named')) return undefined;
    if (!isTypeScript(file)) return 'Correct the name of the import.';
    const types = 'If it is a type, write `import type` ("isolatedModules": true makes the compiler tell)';
    return `Correct the name. ${types}; a class that is injected needs \`import\`.`;
  },
  ({ error, message }) => {
    if (peek(error, 'code') !== 'ERR_MODULE_NOT_FOUND') return undefined;
    const name = /Cannot find package '([^']+)'/.exec(message)?.[1];
    if (name === undefined) return 'Correct the path of the import, its extension included.';
    return `Install it: npm install ${name}`;
  },
  ({ file }) =>
    EXTENSIONS.includes(extname(file)) ? undefined : `Name a module: a file that ends in ${EXTENSIONS.join(', ')}.`,
  ({ error, where }) => (error instanceof SyntaxError ? syntaxAdvice(where) : undefined),
];

function syntaxAdvice(file: string): string {
  if (!isTypeScript(file)) return `Mend ${file}; node --check ${file} shows the line.`;
  if (!/^await using\b/m.test(textOf(file))) return `Mend ${file}; npx tsc --noEmit shows the line.`;
  return (
    'oxc, which runs TypeScript here, cannot take `await using` at the top level of a module that declares decorated classes. ' +
    `In ${file}, move it into a function, or the classes into another file; or compile with tsc, and run the JavaScript.`
  );
}

/** Decorators and types of parameters are evaluated while a module is loaded, in the order in which it is written. */
function orderAdvice(name: string, file: string): string {
  const declared = new RegExp(`^\\s*(?:export\\s+)?(?:default\\s+)?(?:abstract\\s+)?class\\s+${escape(name)}\\b`, 'm');
  if (declared.test(textOf(file).replaceAll(/@\w+(?:\([^()]*\))?/g, ''))) {
    return `In ${file}, move ${name} above what uses it: a class has to be declared before another one takes it.`;
  }
  return (
    `${file} needs ${name} before the module of ${name} is done: they import each other in a circle. Move what both need ` +
    `into a third module, or let ${file} take it by a token: @inject(TOKEN), with \`import type\` for ${name}.`
  );
}

const TSCONFIG =
  '{ "compilerOptions": { "target": "ES2022", "module": "nodenext", "types": ["node"], "strict": true, "isolatedModules": true, ' +
  '"experimentalDecorators": true, "emitDecoratorMetadata": true } }';

function decoratorAdvice(file: string): string {
  const config = nearestConfig(dirname(file));
  if (config === undefined) return `There is no tsconfig.json above ${file}. Put one beside it: ${TSCONFIG}`;
  const mistake = mistakeIn(textOf(config));
  if (mistake !== undefined) return `Mend ${config}, which cannot be read: ${mistake}.`;
  return `In ${config}, set "experimentalDecorators" and "emitDecoratorMetadata" to true, and let its "include" cover ${file}.`;
}

/** What is wrong with the JSON of a tsconfig.json, in which comments and a comma before a bracket are allowed. */
function mistakeIn(text: string): string | undefined {
  const strings = /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g;
  const plain = text.replaceAll(strings, '$1').replaceAll(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[}\]])/g, '$1');
  try {
    JSON.parse(plain.replace(/^\uFEFF/, ''));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The file that an error is about, which need not be the one that was asked for. */
function originOf(error: unknown): string | undefined {
  if (!isErrorObject(error)) return undefined;
  // the compiler names it in the message, node in the first line of the stack of a syntax error, and the frames last
  const compiled = /Failed to \w+ (file:\/\/\S+|\/\S+?)(?=: )/.exec(describeError(error))?.[1];
  if (compiled !== undefined) return asPath(compiled);
  const excerpt = /^(file:\/\/\S+|\/\S+):\d+\n/.exec(stackOf(error))?.[1];
  if (excerpt !== undefined) return asPath(excerpt);
  if (error instanceof SyntaxError) return undefined;
  const place = /((?:file:\/\/|\/)[^()]+):\d+:\d+\)?$/;
  const frame = frameLines(error).flatMap((line) => place.exec(line)?.[1] ?? [])[0];
  return frame === undefined || frame.includes('/node_modules/') ? undefined : asPath(frame);
}

function asPath(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place) : place;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function escape(text: string): string {
  return text.replaceAll(/[$]/g, String.raw`\$&`);
}
