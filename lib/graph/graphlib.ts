import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

let loaded: typeof import('@dagrejs/graphlib') | undefined;

/**
 * Graphlib, loaded on first demand: most programs never ask for a graph. The very one that `import` gives a program, so
 * that `instanceof Graph` holds there.
 */
export function graphlib(): typeof import('@dagrejs/graphlib') {
  loaded ??= createRequire(import.meta.url)(
    fileURLToPath(import.meta.resolve('@dagrejs/graphlib')),
  ) as typeof import('@dagrejs/graphlib');
  return loaded;
}
