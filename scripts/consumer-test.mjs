// What a stranger gets: packs the built package, installs the tarball into an empty folder and uses it from there.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundlers, FORMATS, outfile } from './matrix/bundlers.mjs';
import { pack } from './pack.mjs';

const run = promisify(execFile);
const repo = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(repo, 'node_modules/.bin', name);
const home = await mkdtemp(join(tmpdir(), 'mode-ts-consumer-'));
const node = (...args) => run(process.execPath, args, { cwd: home, timeout: 30_000 });

async function step(name, body) {
  const begun = performance.now();
  try {
    await body();
    console.log(`  ✓ ${name} (${Math.round(performance.now() - begun)} ms)`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`  ✗ ${name}\n${error.stderr === undefined ? error.message : error.stdout + error.stderr}`);
  }
}

/** Runs `mode-worker` until it has written `ready`, interrupts it and gives back all that it wrote. */
async function interrupted(entry, ready) {
  const worker = spawn(join(home, 'node_modules/.bin/mode-worker'), [entry, '--loglevel', 'info'], { cwd: home });
  const overdue = setTimeout(() => worker.kill('SIGKILL'), 30_000);
  let output = '';
  let asked = false;
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (asked || !output.includes(ready)) return;
      asked = true;
      worker.kill('SIGINT');
    });
  }
  const [code, signal] = await new Promise((resolve) => {
    worker.on('close', (...how) => resolve(how));
  });
  clearTimeout(overdue);
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, `mode-worker ${entry} wrote:\n${output}`);
  return output;
}

function assertInOrder(output, ...parts) {
  let at = 0;
  for (const part of parts) {
    const found = output.indexOf(part, at);
    assert(found >= 0, `"${part}" is missing, or comes too early, in:\n${output}`);
    at = found + part.length;
  }
}

try {
  await cp(join(repo, 'scripts/consumer'), home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "private": true, "type": "module" }');
  let tarball;

  await step('packs, without anything but the package', async () => {
    const packed = await pack(home);
    tarball = packed.tarball;
    const strays = packed.paths.filter((path) => !/^(dist|lib)\/|^[A-Z]+(\.md)?$|^package\.json$/.test(path));
    assert.deepEqual(strays, []);
  });
  await step('publint has nothing to say', () => run(bin('publint'), [tarball, '--strict']));
  await step('installs', () =>
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: home }),
  );

  const modules = join(home, 'node_modules');
  const lines = ['db up', 'app up', 'app on db, running', 'app down', 'db down', 'stopped', ''].join('\n');
  await step('import, require: boots, stops and exits, with neither winston nor commander at hand', async () => {
    const absent = ['winston', 'commander'];
    for (const name of absent) await rename(join(modules, name), join(modules, `.${name}`));
    try {
      assert.equal((await node('program.mjs')).stdout, lines);
      assert.equal((await node('program.cjs')).stdout, lines);
    } finally {
      for (const name of absent) await rename(join(modules, `.${name}`), join(modules, name));
    }
  });
  await step('import and require share one copy; every entry point loads', () => node('entries.cjs'));
  await step('types check with the tsconfig.json of the README as it is, as a module and as CommonJS', async () => {
    const [, tsconfig] = /^```json\n(\{\n {2}"compilerOptions"[^]*?)^```$/m.exec(
      await readFile(join(repo, 'README.md'), 'utf8'),
    );
    assert(!tsconfig.includes('skipLibCheck'));
    await writeFile(join(home, 'tsconfig.json'), tsconfig);
    // what `npm install --save-dev @types/node` brings
    await mkdir(join(modules, '@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      await symlink(join(repo, 'node_modules', name), join(modules, name));
    }
    await run(bin('tsc'), ['--noEmit', '--preserveSymlinks'], { cwd: home });
  });

  const order = [
    '[^Worker]: Starting',
    '[^--Db]: Starting',
    '[^-App]: Starting',
    'app is up',
    'app is down',
    'db is down',
  ];
  await step('mode-worker runs a JavaScript entry; SIGINT ends it with 0', async () => {
    assertInOrder(await interrupted('worker.mjs', 'app is up'), ...order);
  });
  await step('mode-worker runs a TypeScript entry; SIGINT ends it with 0', async () => {
    assertInOrder(await interrupted('worker.ts', 'app is up'), ...order);
  });
  await step('mode-worker refuses a module that is not there with 2', () =>
    assert.rejects(run(join(modules, '.bin/mode-worker'), ['nowhere.mjs'], { cwd: home }), { code: 2 }),
  );
  await step('in one file, ESM and CommonJS: core, crontab, graph and worker, with nothing beside it', async () => {
    await cp(join(repo, 'scripts/matrix/programs'), home, { recursive: true });
    const files = [];
    for (const program of ['core', 'crontab', 'graph', 'worker', 'no-threads']) {
      for (const format of FORMATS) {
        const entry = join(home, `${program}.mjs`);
        const file = outfile(join(home, 'bundles'), entry, format);
        await bundlers.rolldown({ from: (name) => import(name), entry, format, file });
        files.push(file);
      }
    }
    await rename(modules, join(home, 'away'));
    for (const file of files) assert.match((await node(file)).stdout, /\bright\b/, file);
  });
} finally {
  await rm(home, { recursive: true, force: true });
}
