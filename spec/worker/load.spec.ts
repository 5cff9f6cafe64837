import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError, explain } from '../../lib/worker/explain.js';
import { loadTarget } from '../../lib/worker/load.js';

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mode-ts-'));
  mkdirSync(join(cwd, 'services'));
  const files = {
    'package.json': '{ "type": "module" }',
    'app.js': 'export class App {}\nexport class Other {}\nexport default App;',
    'named.js': 'export class WebApp {}\nexport const port = 8000;',
    'make.js': 'class App {}\nexport default async function make() { return [App]; }\nexport const build = () => App;',
    'broken-make.js': 'export default async () => { throw new TypeError("no configuration"); };',
    'wrong-make.js': 'export default () => 42;',
    'nothing.js': 'console.log;',
    'number.js': 'export default 42;',
    'empty.js': 'export default [];',
    'plain.js': 'class Thing {}\nexport default new Thing();',
    'throws.js': 'function inner() { throw new RangeError("too much"); }\ninner();',
    'syntax.js': 'export default clas App {}',
    'imports-file.js': 'import "./not-there.js";',
    'imports-package.js': 'import "a-package-that-is-not-there";',
    'imports-name.js': 'import { Missing } from "./app.js";\nexport default Missing;',
    'old.cjs': 'module.exports = class App {};',
    'compiled.cjs': 'exports.__esModule = true;\nexports.default = class App {};\nexports.Other = class Other {};',
    'services/users.js': 'export default class Users {}',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
});

afterAll(() => {
  rmSync(cwd, { recursive: true });
});

/** The names of what was loaded. */
async function load(path: string, exportName?: string): Promise<string[]> {
  const units = (await loadTarget(path, { cwd, exportName })) as { name: string }[];
  return units.map(({ name }) => name);
}

async function refusal(path: string, exportName?: string): Promise<string> {
  const error: unknown = await loadTarget(path, { cwd, exportName }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return explain(error).replaceAll(cwd, '<cwd>');
}

describe('loadTarget', () => {
  it.each([
    ['the default export', 'app.js', undefined, ['App']],
    ['another export', 'app.js', 'Other', ['Other']],
    ['what an async function returns', 'make.js', undefined, ['App']],
    ['what another function returns', 'make.js', 'build', ['App']],
    ['a file without its extension', 'app', undefined, ['App']],
    ['a CommonJS module', 'old.cjs', undefined, ['App']],
    ['an ES module that was compiled to CommonJS', 'compiled.cjs', undefined, ['App']],
    ['another export of such a module', 'compiled.cjs', 'Other', ['Other']],
  ])('takes %s', async (_, path, exportName, names) => {
    expect(await load(path, exportName)).toEqual(names);
  });

  it.each([
    ['a file that is not there', 'app.jss', undefined, 'There is no file <cwd>/app.jss.', 'Did you mean app.js'],
    ['one in a directory', 'services/user.js', undefined, 'There is no file', 'Did you mean services/users.js?'],
    [
      'a directory that is not there',
      'servces/users.js',
      undefined,
      'There is no file',
      'Did you mean services/users.js?',
    ],
    ['a directory that is this one', '../{cwd}x/app.js', undefined, 'There is no file', 'Did you mean app.js?'],
    ['a short name', 'nn', undefined, 'There is no file', 'Correct the path'],
    ['a path like no other', 'xxxxxxxxxxxxxx', undefined, 'There is no file', 'Correct the path'],
    [
      'a directory',
      'services',
      undefined,
      'services is a directory',
      'Name the file in it that exports the program: users.js',
    ],
    [
      'a missing default export',
      'named.js',
      undefined,
      'named.js has no default export; it exports WebApp, port',
      '--export WebApp',
    ],
    [
      'a missing export',
      'named.js',
      'WebAp',
      'named.js has no export WebAp; it exports WebApp, port',
      '--export WebApp',
    ],
    ['a module without exports', 'nothing.js', undefined, 'nothing.js exports nothing', 'export default App;'],
    [
      'a number',
      'number.js',
      undefined,
      'The default export of number.js is the number 42',
      'Give a Container, a service class',
    ],
    ['an empty list', 'empty.js', undefined, 'is an empty list', 'Give a Container, a service class'],
    ['an instance of something else', 'plain.js', undefined, 'is an instance of Thing', 'Give a Container'],
    [
      'what is no target after all',
      'wrong-make.js',
      undefined,
      'What the default export of wrong-make.js returns is the number 42',
      'Give',
    ],
    [
      'a function that throws',
      'broken-make.js',
      undefined,
      'broken-make.js threw: TypeError: no configuration',
      'Mend the function',
    ],
    [
      'a module that throws',
      'throws.js',
      undefined,
      'throws.js cannot be loaded: RangeError: too much',
      'Mend throws.js',
    ],
    [
      'a missing import',
      'imports-file.js',
      undefined,
      'imports-file.js cannot be loaded',
      'Correct the path of the import',
    ],
    [
      'a missing package',
      'imports-package.js',
      undefined,
      'cannot be loaded',
      'npm install a-package-that-is-not-there',
    ],
  ])('refuses %s, with what to do', async (_, path, exportName, what, advice) => {
    const text = await refusal(path.replace('{cwd}', basename(cwd)), exportName);
    expect(text).toContain(what);
    expect(text.split('\n').at(-1)).toMatch(/^ {2}→ /);
    expect(text.split('\n').at(-1)).toContain(advice);
  });

  it('shows where in the program a module threw, and nothing of ours', async () => {
    const frames = (await refusal('throws.js')).split('\n').filter((line) => line.startsWith('    at '));
    expect(frames[0]).toMatch(/inner.*throws\.js:1:/);
    expect(frames.filter((frame) => frame.includes('/lib/'))).toEqual([]);
  });
});
