/** TypeScript from 5.2 on: the declarations of the package, as modules and as CommonJS. */
import { check, project, run, tool } from './harness.mjs';

const VERSIONS = ['5.2', '5.4', '5.6', '5.8', '5.9', '6', '7'];
const COMMON =
  '--ignoreConfig --noEmit --strict --target es2022 --types node --experimentalDecorators --emitDecoratorMetadata';

export async function rows(tarball) {
  const cwd = await project('types', [tarball, '@types/node@20']);
  const found = [];
  for (const wanted of VERSIONS) {
    const { path, version } = await tool(`typescript-${wanted}`, `typescript@${wanted}`);
    // before 6 there is no tsconfig.json to ignore when files are named
    const common = Number.parseInt(wanted, 10) < 6 ? COMMON.replace('--ignoreConfig ', '') : COMMON;
    const tsc = (...args) =>
      run(process.execPath, [path('typescript/bin/tsc'), ...common.split(' '), ...args], { cwd, timeout: 120_000 });
    // the types of inversify need 5.8 to be checked themselves
    const isOld = ['5.2', '5.4', '5.6'].includes(wanted);
    found.push(
      await check(`TypeScript ${version('typescript')}`, {
        nodenext: () => tsc('--module', 'nodenext', ...(isOld ? ['--skipLibCheck'] : []), 'entry.ts'),
        bundler: () => tsc('--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck', 'entry.ts'),
        // node10 went with TypeScript 7
        ...(Number.parseInt(wanted, 10) < 6 && {
          'commonjs, node10': () =>
            tsc('--module', 'commonjs', '--moduleResolution', 'node10', '--skipLibCheck', 'entry.ts'),
        }),
      }),
    );
  }
  return found;
}
