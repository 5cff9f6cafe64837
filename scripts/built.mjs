// Builds unless dist/ is newer than everything in lib/, so that a program can be run right after `npm ci`.
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const time = (path) => statSync(new URL(`../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const built = time('dist/worker/main.js');
const sources = readdirSync(fileURLToPath(new URL('../lib', import.meta.url)), { recursive: true, encoding: 'utf8' });
if (sources.some((file) => time(`lib/${file}`) > built)) await import('./build.mjs');
