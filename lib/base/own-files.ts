/**
 * What the files of this package begin with in a stack: `dist/`, and `lib/`, where source maps lead. When a bundler has put
 * this package into the program's own file, there is nothing to tell them apart by but the sources that its map names.
 */
export const OWN_FILES: readonly string[] = ['/node_modules/mode-ts/', ...around(import.meta.url)];

/** Where this copy of the package is, for people. In a bundle that is CommonJS there may be no URL at all. */
export const PLACE: string = placeOf(import.meta.url);

function placeOf(url: string | undefined): string {
  return url ?? 'a bundle';
}

/** @internal exported for its spec */
export function around(url: string | undefined): string[] {
  const root = /^(.*\/)(?:lib\/base\/own-files\.ts|dist\/core\/core\.js)(?:\?.*)?$/.exec(url ?? '')?.[1];
  if (root === undefined) return [];
  return ['lib/', 'dist/'].flatMap((folder) => [root + folder, decodeURIComponent(new URL(root + folder).pathname)]);
}
