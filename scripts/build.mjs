// lib/ -> dist/. The core becomes a single file, since a program pays for every file that it loads when it starts; what is
// only loaded when it is asked for (worker, testing, threads, graph) stays file by file. Made beside the old dist/ and put in
// its place at the end, so that a program that starts meanwhile finds a whole one.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  for (const file of readdirSync(made, { recursive: true })) {
    if (file.endsWith('.d.ts')) completeTypes(join(made, file));
  }
  // so that what a program infers from one of these can be named from `mode-ts`, whether it imports that or not
  for (const entry of ['graph-export', 'testing', 'threads', 'worker']) {
    appendFileSync(join(made, entry, 'index.d.ts'), "import type {} from '../index.js';\n");
  }
  await bundle();
  chmodSync(join(made, 'worker/main.js'), 0o755);
  rmSync('dist', { recursive: true, force: true });
  renameSync(made, 'dist');
} finally {
  rmSync(made, { recursive: true, force: true });
}

/**
 * Says in a file of types which other types it needs, since whoever uses it may compile for ES2022, which knows nothing of
 * `AsyncDisposable`, and TypeScript 7 takes no types along unless it is told to. In the sources tsc would drop these lines.
 */
function completeTypes(file) {
  const text = readFileSync(file, 'utf8');
  const needs = [
    /\bDisposable\b|\bAsyncDisposable\b|\basyncDispose\b/.test(text) && 'lib="esnext.disposable"',
    /\bNodeJS\.|'node:/.test(text) && 'types="node"',
  ].filter(Boolean);
  if (needs.length === 0) return;
  writeFileSync(file, needs.map((need) => `/// <reference ${need} />\n`).join('') + text);
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  // a semicolon is a line without anything in it
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: ';'.repeat(needs.length) + map.mappings }));
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
    optimization: { inlineConst: { mode: 'all', pass: 2 } },
  });
  await build.write({
    dir: made,
    format: 'esm',
    sourcemap: true,
    // lib/ is part of the package
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'core/[name].js',
    // what stands in a function is read when that is first called; the types have it all
    comments: { annotation: true, jsdoc: false, legal: false },
    codeSplitting: { groups: [{ name: 'core', test: CORE }] },
  });
  await build.close();
}
