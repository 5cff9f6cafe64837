// lib/ -> dist/. The core becomes a single file, since a program pays for every file that it loads when it starts; what is
// only loaded when it is asked for (worker, testing, threads, graph) stays file by file. Made beside the old dist/ and put in
// its place at the end, so that a program that starts meanwhile finds a whole one.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const made = `dist.${String(process.pid)}`;
const CORE =
  /\/lib\/(?:(?:base|declare|graph|plan|lifecycle|run|supervise|tools|services|container)\/|(?:service|index)\.ts)/;

try {
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', made], {
    stdio: 'inherit',
  });
  await bundle();
  chmodSync(join(made, 'worker/main.js'), 0o755);
  rmSync('dist', { recursive: true, force: true });
  renameSync(made, 'dist');
} finally {
  rmSync(made, { recursive: true, force: true });
}

async function bundle() {
  const files = readdirSync('lib', { recursive: true }).filter((file) => file.endsWith('.ts'));
  const entries = files.filter((file) => file === 'index.ts' || !CORE.test(join('/lib', file)));
  const build = await rolldown({
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.ts$/, ''), join('lib', file)])),
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    tsconfig: 'tsconfig.build.json',
  });
  await build.write({
    dir: made,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'core/[name].js',
    codeSplitting: { groups: [{ name: 'core', test: CORE }] },
  });
  await build.close();
}
