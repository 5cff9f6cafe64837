/**
 * Programs that export what they infer from this package, with `declaration: true`, where nothing but this package can be imported,
 * as under pnpm: every type has to be one that can be named from here.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as inversify from 'inversify';
import * as mode from 'mode-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const EXPORTED = path.join(import.meta.dirname, 'programs/exported');
let home: string;

beforeAll(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'mode-ts-types-')));
  await mkdir(path.join(home, 'node_modules/@types'), { recursive: true });
  // what a link leads to finds its own dependencies, and whoever follows the link does not
  await symlink(ROOT, path.join(home, 'node_modules/mode-ts'));
  for (const name of ['@types/node', 'undici-types']) {
    await symlink(path.join(ROOT, 'node_modules', name), path.join(home, 'node_modules', name));
  }
  await cp(EXPORTED, home, { recursive: true });
  await writeFile(path.join(home, 'package.json'), '{ "type": "module" }');
});

afterAll(() => rm(home, { recursive: true, force: true }));

it('declarations are made, and stand by themselves', { timeout: 120_000 }, async () => {
  const compilerOptions = {
    target: 'ES2022',
    module: 'nodenext',
    lib: ['ES2022', 'ESNext.Disposable', 'ESNext.Decorators'],
    types: ['node'],
    strict: true,
    experimentalDecorators: true,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'out',
  };
  const compile = async (options: object): Promise<string> => {
    await writeFile(path.join(home, 'tsconfig.json'), JSON.stringify(options));
    return new Promise((resolve) => {
      const args = [path.join(ROOT, 'node_modules/typescript/lib/tsc.js'), '-p', home, '--pretty', 'false'];
      execFile(process.execPath, args, { cwd: home }, (_, stdout) => resolve(stdout));
    });
  };
  expect(await compile({ compilerOptions, include: ['*.ts'] })).toBe('');
  expect(
    await compile({
      compilerOptions: { ...compilerOptions, declaration: false, emitDeclarationOnly: false, outDir: 'none' },
      include: ['out/*.d.ts'],
    }),
  ).toBe('');
  for (const file of await readdir(path.join(home, 'out'))) {
    const text = await readFile(path.join(home, 'out', file), 'utf8');
    const imported = Array.from(text.matchAll(/(?:from |import\()["']([^."'][^"']*)/g), ([, name]) => name);
    expect(imported.filter((name) => name?.startsWith('mode-ts') !== true)).toEqual([]);
  }
});

it('whatever inversify exports is there as well, or is extended', async () => {
  const typesOf = async (file: string): Promise<string[]> => {
    const text = await readFile(path.join(ROOT, file), 'utf8');
    const lists = Array.from(text.matchAll(/export (?:type )?\{([^}]*)\}/g), ([, list = '']) => list.split(','));
    return lists.flat().map((name) =>
      name
        .replace(/^[^]*\bas /, '')
        .replace(/^\s*type /, '')
        .trim(),
    );
  };
  const ours = new Set(await typesOf('lib/index.ts'));
  const missing = (await typesOf('node_modules/inversify/lib/index.d.ts')).filter(
    (name) => name !== '' && !ours.has(name),
  );
  expect(missing).toEqual(['bindingScopeValues', 'bindingTypeValues']);
  expect(Object.keys(inversify).filter((name) => !(name in mode))).toEqual(missing);
});
