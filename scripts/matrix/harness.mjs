/** What the matrix stands on: tools that are installed once, programs that are run, and a table of how it went. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export const PROGRAMS = fileURLToPath(new URL('./programs', import.meta.url));
/** Delete it to have everything installed anew. */
export const CACHE = join(tmpdir(), 'matrix-of-mode-ts');

/** Packages of the registry, in a folder of their own, which is kept from one run to the next. */
export async function tool(name, ...packages) {
  const directory = join(CACHE, name.replaceAll(/[^\w.-]+/g, '-'));
  const wanted = JSON.stringify(packages);
  const note = join(directory, 'installed.json');
  if (!existsSync(note) || (await readFile(note, 'utf8')) !== wanted) {
    await rm(directory, { recursive: true, force: true });
    await install(directory, packages, { ignoreScripts: true });
    await writeFile(note, wanted);
  }
  return {
    directory,
    path: (...parts) => join(directory, 'node_modules', ...parts),
    version: (one) =>
      createRequire(join(directory, 'any.js'))(join(directory, 'node_modules', one, 'package.json')).version,
    from: (one) => import(pathToFileURL(createRequire(join(directory, 'any.js')).resolve(one)).href),
  };
}

/** A folder with packages and the programs of the matrix. */
export async function project(name, packages, files = {}) {
  const directory = join(CACHE, 'projects', name);
  await rm(directory, { recursive: true, force: true });
  await install(directory, packages);
  await cp(PROGRAMS, directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(directory, file), typeof text === 'string' ? text : JSON.stringify(text));
  }
  return directory;
}

async function install(directory, packages, { ignoreScripts = false } = {}) {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', ...(ignoreScripts ? ['--ignore-scripts'] : [])];
  await run('npm', ['install', ...flags, ...packages], { cwd: directory, timeout: 300_000 });
}

/** What a command prints; an error that shows it when the command fails. */
export async function run(command, args, { cwd, env = {}, timeout = 60_000 } = {}) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, {
      cwd,
      timeout,
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 26,
    });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${error.code ?? error.signal}: ${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  }
}

/** The same of one that is right when it says so. */
export async function right(command, args, options) {
  const output = await run(command, args, options);
  if (!/\bright\b/.test(output)) throw new Error(`It does not say that it is right: ${output}`);
}

/** Runs checks one after another, and tells how each went: `{ name: how }`. */
export async function check(title, checks) {
  const results = {};
  for (const [name, body] of Object.entries(checks)) {
    try {
      await body();
      results[name] = 'ok';
    } catch (error) {
      results[name] = 'FAILS';
      process.exitCode = 1;
      console.error(`✗ ${title}, ${name}\n${String(error.message).slice(0, 2000).replaceAll(/^/gm, '    ')}`);
    }
  }
  console.log(
    `${title}: ${Object.entries(results)
      .map((pair) => pair.join(' '))
      .join(', ')}`,
  );
  return { title, results };
}

/** As Markdown, one row for each of what was checked. */
export function table(rows) {
  const names = [...new Set(rows.flatMap(({ results }) => Object.keys(results)))];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...names]),
    line(['', ...names].map(() => '---')),
    ...rows.map(({ title, results }) => line([title, ...names.map((name) => results[name] ?? '')])),
  ].join('\n');
}
