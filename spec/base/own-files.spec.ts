import { expect, it } from 'vitest';
import { around } from '../../lib/base/own-files.js';

it.each([
  ['file:///app/node_modules/mode-ts/dist/core/core.js', '/app/node_modules/mode-ts/'],
  ['file:///home/me/mode-ts/lib/base/own-files.ts', '/home/me/mode-ts/'],
  ['file:///home/me/a%20b/dist/core/core.js?v=1', '/home/me/a b/'],
])('knows the frames of this package by its place: %s', (url, root) => {
  expect(around(url)).toContain(`${root}dist/`);
  expect(around(url)).toContain(`${root}lib/`);
});

// A program that was bundled into dist/app.mjs had no frames left: all of them were taken for ours.
it.each(['file:///app/dist/app.mjs', 'file:///app/main.cjs', undefined])('takes nothing for its own in %s', (url) => {
  expect(around(url)).toEqual([]);
});
