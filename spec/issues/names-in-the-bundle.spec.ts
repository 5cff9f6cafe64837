/** What is exported is called in the bundle what it is called in the sources: `Container` was `Container$1` there. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, unknown>;
};

it.each(Object.keys(exports).filter((entry) => !entry.endsWith('.json')))('%s', async (entry) => {
  const all = (await import(entry.replace('.', 'mode-ts'))) as Record<string, unknown>;
  const named = Object.entries(all).filter(([, value]) => typeof value === 'function') as [string, { name: string }][];
  expect(named.length).toBeGreaterThan(0);
  expect(named.map(([, { name }]) => name)).toEqual(named.map(([key]) => key));
});
