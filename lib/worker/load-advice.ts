/** What to do about the errors that importing a program's module meets most often. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTypeScript } from './typescript.js';

const TSCONFIG =
  '{ "compilerOptions": { "target": "ES2022", "module": "nodenext", "strict": true, "experimentalDecorators": true, "emitDecoratorMetadata": true } }';

/** The advice for an error that importing `file` met; a general one where nothing is known about it. */
export function loadAdvice(error: unknown, file: string, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (message.includes('experimentalDecorators')) return decoratorAdvice(fileIn(message) ?? file);
  if (/Failed to (parse|transform)/.test(message)) return 'Mend the file; npx tsc --noEmit shows the line.';
  if (message.includes('does not provide an export named')) return exportAdvice(file);
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const name = /Cannot find package '([^']+)'/.exec(message)?.[1];
    return name === undefined
      ? 'Correct the path of the import, its extension included.'
      : `Install it: npm install ${name}`;
  }
  if (error instanceof SyntaxError) return `Mend it; node ${path} shows the line.`;
  return `Mend ${path}, or what it imports, and start again.`;
}

function decoratorAdvice(file: string): string {
  const config = nearestConfig(dirname(file));
  if (config === undefined) return `There is no tsconfig.json above ${file}. Put one beside it: ${TSCONFIG}`;
  return `In ${config}, set "experimentalDecorators" and "emitDecoratorMetadata" to true, and let its "include" cover ${file}.`;
}

function exportAdvice(file: string): string {
  if (!isTypeScript(file)) return 'Correct the name of the import.';
  return 'Correct the name; if it is a type, write `import type` ("isolatedModules": true makes the compiler tell).';
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
