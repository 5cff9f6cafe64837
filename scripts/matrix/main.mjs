// `npm run matrix [part...]`: runs the built package, as others get it, on all runtimes, compilers, bundlers and test runners
// that the README names. They come from the npm registry, and stay in a folder of the system's for temporary files, so that a
// second run takes minutes only. Not part of `npm test`.
import { mkdir } from 'node:fs/promises';
import { pack } from '../pack.mjs';
import { CACHE, table } from './harness.mjs';

const parts = ['runtimes', 'types', 'compilers', 'bundles'];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : parts;
await mkdir(CACHE, { recursive: true });
const { tarball } = await pack(CACHE);

const tables = [];
for (const part of wanted) {
  if (!parts.includes(part)) throw new Error(`There is no part ${part}, only ${parts.join(', ')}.`);
  const { rows } = await import(`./${part}.mjs`);
  tables.push(`\n## ${part}\n\n${table(await rows(tarball))}`);
}
console.log(tables.join('\n'));
