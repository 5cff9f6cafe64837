/** Each bundler puts a program and this package into one file, the way its manual says. `from(name)` loads a package. */
import { execFile } from 'node:child_process';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';

export const FORMATS = ['esm', 'cjs'];
export const outfile = (directory, entry, format) =>
  join(directory, basename(entry, extname(entry)) + (format === 'esm' ? '.mjs' : '.cjs'));

// nothing but what node has stays outside
const isBuiltin = (id) => id.startsWith('node:');

export const bundlers = {
  rolldown: async ({ from, entry, format, file }) => {
    const { rolldown } = await from('rolldown');
    const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'silent' });
    await bundle.write({ file, format, codeSplitting: false });
    await bundle.close();
  },
  esbuild: ({ from, entry, format, file }) => esbuild(from, { entry, format, file }),
  'esbuild --minify': ({ from, entry, format, file }) => esbuild(from, { entry, format, file, minify: true }),
  rollup: async ({ from, entry, format, file }) => {
    const { rollup } = await from('rollup');
    const plugins = [
      (await from('@rollup/plugin-node-resolve')).default({ exportConditions: ['node'], preferBuiltins: true }),
      (await from('@rollup/plugin-commonjs')).default(),
      (await from('@rollup/plugin-json')).default(),
    ];
    const bundle = await rollup({ input: entry, plugins, onLog: () => {} });
    await bundle.write({ file, format, inlineDynamicImports: true });
    await bundle.close();
  },
  webpack: async ({ from, entry, format, file }) => {
    const { default: webpack } = await from('webpack');
    const stats = await promisify(webpack)({
      mode: 'production',
      target: 'node20',
      entry,
      experiments: { outputModule: format === 'esm' },
      output: {
        path: dirname(file),
        filename: basename(file),
        ...(format === 'esm' ? { module: true, library: { type: 'module' } } : {}),
      },
    });
    if (stats.hasErrors() || stats.hasWarnings()) {
      throw new Error(stats.toString({ all: false, errors: true, warnings: true }));
    }
  },
  'vite SSR': async ({ from, entry, format, file }) => {
    const { build } = await from('vite');
    await build({
      configFile: false,
      logLevel: 'silent',
      root: dirname(entry),
      ssr: { noExternal: true },
      build: {
        ssr: entry,
        outDir: dirname(file),
        emptyOutDir: false,
        rollupOptions: { external: isBuiltin, output: { format, entryFileNames: basename(file) } },
      },
    });
  },
  'bun build': async ({ bun, entry, format, file }) => {
    await promisify(execFile)(bun, ['build', entry, '--target=node', `--format=${format}`, `--outfile=${file}`]);
  },
};

/** A dependency of winston is CommonJS and asks for modules of node by `require`, which an ES module has to be given. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function esbuild(from, { entry, format, file, minify = false }) {
  const { build } = await from('esbuild');
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format,
    outfile: file,
    logLevel: 'silent',
    minify,
    keepNames: minify,
    banner: format === 'esm' ? { js: REQUIRE } : {},
  });
}
