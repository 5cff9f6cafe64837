/** The tarball that npm would publish, made of what is in dist/. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repo = fileURLToPath(new URL('..', import.meta.url));

/** The path of the tarball, and the paths of what is in it. */
export async function pack(directory) {
  assert(existsSync(join(repo, 'dist/index.js')), 'Nothing to pack: run `npm run build` first.');
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', directory],
    { cwd: repo },
  );
  const [{ filename, files }] = JSON.parse(stdout);
  return { tarball: join(directory, filename), paths: files.map(({ path }) => path) };
}
