/** What the compiler says of programs that are wrong, with both kinds of decorators; and that it says nothing of good ones. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const PROGRAMS = path.join(import.meta.dirname, 'programs');
const ROOT = path.resolve(import.meta.dirname, '../..');
// ignored by everything
const CONFIGS = path.join(ROOT, 'coverage/types');

const refused = (await readdir(path.join(PROGRAMS, 'refused'))).map((name) => path.join(PROGRAMS, 'refused', name));

/** What a program is to be refused with: its first line. */
async function expected(file: string): Promise<string> {
  const [first = ''] = (await readFile(file, 'utf8')).split('\n');
  return first.replace(/^\/\/ /, '');
}

/** The errors of each file, each as one line. */
async function compiled(dialect: string, experimentalDecorators: boolean): Promise<Map<string, string[]>> {
  await mkdir(CONFIGS, { recursive: true });
  const config = path.join(CONFIGS, `${dialect}.json`);
  const compilerOptions = {
    experimentalDecorators,
    emitDecoratorMetadata: experimentalDecorators,
    moduleDetection: 'force',
    // a program as a user has it
    paths: { 'mode-ts': [path.join(ROOT, 'lib/index.ts')] },
  };
  const files = [...refused, path.join(PROGRAMS, 'accepted.ts')];
  await writeFile(
    config,
    JSON.stringify({ extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  const output = await new Promise<string>((resolve) => {
    const args = [path.join(ROOT, 'node_modules/typescript/lib/tsc.js'), '-p', config, '--pretty', 'false'];
    execFile(process.execPath, args, { cwd: ROOT }, (_, stdout) => resolve(stdout));
  });
  const errors = new Map<string, string[]>();
  for (const error of output.split(/\n(?! )/)) {
    const [, file, message] = /^(.*?)\(\d+,\d+\): error TS\d+: ([^]*)$/.exec(error.trim()) ?? [];
    if (file === undefined || message === undefined) continue;
    const key = path.resolve(ROOT, file);
    errors.set(key, [...(errors.get(key) ?? []), message.replaceAll(/\n\s*/g, ' ')]);
  }
  return errors;
}

describe.each([
  ['decorators of TypeScript', true],
  ['standard decorators', false],
])('with %s', { timeout: 120_000 }, (dialect, experimentalDecorators) => {
  let errors: Map<string, string[]>;

  beforeAll(async () => {
    errors = await compiled(dialect.replaceAll(' ', '-'), experimentalDecorators);
    return () => rm(CONFIGS, { recursive: true, force: true });
  }, 120_000);

  it.each(refused.map((file) => [path.basename(file, '.ts').replaceAll('-', ' '), file]))(
    '%s is refused',
    async (_, file) => {
      expect(errors.get(file)).toEqual([expect.stringContaining(await expected(file))]);
    },
  );

  it('nothing else is', () => {
    const others = [...errors].filter(([file]) => !refused.includes(file));
    expect(others).toEqual([]);
  });
});
