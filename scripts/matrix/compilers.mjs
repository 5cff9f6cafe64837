/** What compiles TypeScript, or runs tests: each with the flags that the README names. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, project, right, run, tool } from './harness.mjs';

const OPTIONS = { target: 'ES2022', module: 'nodenext', experimentalDecorators: true, emitDecoratorMetadata: true };
const TEST = `
test('boots and stops', async () => {
  const { Container, Service, defineService } = await import('mode-ts');
  class App extends Service {}
  defineService(App, { name: 'App' });
  const app = await new Container().boot(App);
  expect(app.state).toBe('running');
  await app.stop();
});
`;

export async function rows(tarball) {
  const { from, path, version } = await tool('compilers', 'esbuild', 'tsx', '@swc/core', 'typescript@7');
  const tests = await project('tests', [tarball, 'jest@30', 'vitest@4'], {
    'any.test.mjs': TEST,
    'vitest.config.mjs': 'export default { test: { globals: true } };',
    'jest.config.mjs': "export default { transform: {}, testMatch: ['**/*.test.mjs'] };",
  });
  const cwd = await project('compilers', [tarball], { 'tsconfig.json': { compilerOptions: OPTIONS } });
  const worker = join(cwd, 'node_modules/mode-ts/dist/worker/main.js');
  const runs = (file, ...flags) => right(process.execPath, [...flags, worker, file], { cwd });
  const esbuild = async (outfile, options) => {
    const { build } = await from('esbuild');
    await build({ entryPoints: [join(cwd, 'stripped.ts')], outfile: join(cwd, outfile), format: 'esm', ...options });
    await runs(outfile);
  };
  const one = (title, body) => check(title, { runs: body });
  return [
    await one(`tsx ${version('tsx')}`, () => runs('stripped.ts', '--import', path('tsx/dist/loader.mjs'))),
    await one(`esbuild ${version('esbuild')}`, () => esbuild('esbuild.mjs', {})),
    await one(`esbuild ${version('esbuild')}, --keep-names`, () => esbuild('kept.mjs', { keepNames: true })),
    await one(`esbuild ${version('esbuild')}, --minify`, () => esbuild('small.mjs', { minify: true })),
    await one(`SWC ${version('@swc/core')}, decoratorMetadata`, async () => {
      const { default: swc } = await from('@swc/core');
      const { code } = await swc.transformFile(join(cwd, 'entry.ts'), {
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2022',
        },
      });
      await writeFile(join(cwd, 'swc.mjs'), code);
      await runs('swc.mjs');
    }),
    await one('vitest 4', () => run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], { cwd: tests })),
    await one('jest 30, --experimental-vm-modules', () =>
      run(process.execPath, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'], { cwd: tests }),
    ),
  ];
}
