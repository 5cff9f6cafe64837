import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inWords } from '../base/words.js';

/**
 * The URL of a module for a thread to load. A thread has no place of its own that a relative path could start from.
 *
 * @throws TypeError for anything but a URL or an absolute path
 */
export function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href;
  if (typeof module === 'string') {
    if (isAbsolute(module)) return pathToFileURL(module).href;
    if (URL.canParse(module)) return new URL(module).href;
  }
  throw new TypeError(
    `The module of a thread cannot be ${inWords(module)}\n  → Give a URL: new URL('./cruncher.js', import.meta.url), or import.meta.url for the file itself.`,
  );
}
