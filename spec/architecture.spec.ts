/**
 * The layers of `lib/`: who may import whom, whichever way it is written. What the globals of the outside world are for, and
 * who may use them, is checked by `.eslintrc.json`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';

const LIB = fileURLToPath(new URL('../lib/', import.meta.url));

/**
 * What a folder may import besides itself, of ours and of others; a file's own row comes on top. Lowest first: a row
 * names only rows above it. A folder without a row must not be.
 */
const MAY_IMPORT: Readonly<Record<string, string>> = {
  // what everything stands on
  base: 'ms node:util',
  graph: 'base',
  supervise: 'base node:util',
  tools: 'base node:util',
  // what a class says about itself, and the graph that follows from it
  declare: 'base supervise inversify @inversifyjs/core node:util',
  plan: 'base graph declare inversify @inversifyjs/core node:util',
  // one service: what runs in it, its life, what users extend, those who own others. It knows no container, and no inversify
  run: 'base tools declare node:util',
  'run/cron.ts': 'croner',
  'run/tracing.ts': 'node:async_hooks',
  lifecycle: 'base graph tools declare run node:util @dagrejs/graphlib',
  'service.ts': 'base tools declare run lifecycle node:util',
  services: 'base supervise tools declare run lifecycle service.ts node:util',
  // all services together. What they extend is none of its business
  container:
    'base graph supervise declare plan run lifecycle inversify @inversifyjs/core @inversifyjs/plugin @dagrejs/graphlib node:util',
  'container/slots.ts': 'node:async_hooks',
  'index.ts':
    'base supervise tools declare plan run lifecycle service.ts services container inversify reflect-metadata @dagrejs/graphlib',
  // the edge: each of these by itself, around the core
  'graph-export': 'base container @dagrejs/graphlib',
  testing: 'base declare plan lifecycle container inversify',
  modules: 'base node:fs node:module node:path node:url',
  'modules/import-module.ts': '(computed)',
  threads: 'base lifecycle service.ts node:fs node:inspector node:path node:url node:util node:worker_threads',
  'threads/inside':
    'base declare plan run lifecycle service.ts container modules threads inversify reflect-metadata node:fs node:path node:url node:worker_threads',
  worker: 'base declare run lifecycle service.ts container modules inversify node:fs node:path node:url node:util',
  'worker/host.ts': 'node:net',
  'worker/logfile.ts': 'node:stream',
  'worker/program.ts': 'commander node:module (computed)',
  'worker/winston.ts': 'winston node:tty',
};

/** Upwards all the same, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'declare/decorators.ts imports run/cron.ts': 'a crontab that nobody can read is refused where it is declared',
};

function wordsOf(row: string): string[] {
  return MAY_IMPORT[row]?.split(' ') ?? [];
}

/** What is wrong with a file, in its own words. */
function flaws(file: string, code: string): string[] {
  const found: string[] = [];
  const folder = posix.dirname(file);
  const owner = folder === '.' ? file : folder;
  if (!(owner in MAY_IMPORT)) found.push(`${file} belongs to no layer`);
  const may = new Set([owner, ...wordsOf(owner), ...wordsOf(file)]);

  const check = (source: { type: string; value?: unknown } | null): void => {
    if (source === null) return;
    const name = typeof source.value === 'string' ? source.value : '(computed)';
    const isOurs = name.startsWith('.');
    const target = isOurs ? posix.join(folder, name).replace(/\.js$/, '.ts') : name;
    const isAllowed = may.has(target) || (isOurs && may.has(posix.dirname(target)));
    if (!isAllowed) found.push(`${file} imports ${target}`);
  };

  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) found.push(`${file} cannot be parsed`);
  new Visitor({
    ImportDeclaration: ({ source }) => check(source),
    ExportNamedDeclaration: ({ source }) => check(source),
    ExportAllDeclaration: ({ source }) => found.push(`${file} exports all of ${source.value}`),
    ImportExpression: ({ source }) => check(source),
    TSImportType: ({ source }) => check(source),
    TSImportEqualsDeclaration: () => found.push(`${file} has an import that is none of ESM`),
    NewExpression: ({ callee, arguments: args }) => {
      const isNow = callee.type === 'Identifier' && callee.name === 'Date' && args.length === 0;
      if (isNow) found.push(`${file} asks the wall clock: new Date()`);
    },
  }).visit(program);
  return found;
}

describe('lib/', () => {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'));
  const found = files.flatMap((file) => flaws(file, readFileSync(LIB + file, 'utf8')));

  it('keeps its layers apart, with the exceptions that have a reason', () => {
    expect(found).toEqual(Object.keys(EXCEPTIONS));
  });

  it('has a table that can be read downwards: each row names only rows above it', () => {
    const rows = Object.keys(MAY_IMPORT);
    const upward = rows.flatMap((row, at) =>
      wordsOf(row)
        .filter((word) => rows.indexOf(word) > at)
        .map((word) => [row, word]),
    );
    expect(upward).toEqual([]);
  });
});

describe('the check', () => {
  it.each([
    ['newdir/any.ts', '', 'newdir/any.ts belongs to no layer'],
    ['other.ts', '', 'other.ts belongs to no layer'],
    ['supervise/any.ts', `import { call } from './../run/calls.js'`, 'supervise/any.ts imports run/calls.ts'],
    ['run/any.ts', `type Unit = import('../container/unit.js').Unit`, 'run/any.ts imports container/unit.ts'],
    ['run/any.ts', `const unit = await import('../container/unit.js')`, 'run/any.ts imports container/unit.ts'],
    ['plan/any.ts', `export type { Service } from '../service.js'`, 'plan/any.ts imports service.ts'],
    ['plan/any.ts', `import type { Run } from '../lifecycle/run.js'`, 'plan/any.ts imports lifecycle/run.ts'],
    ['container/any.ts', `import { Service } from '../service.js'`, 'container/any.ts imports service.ts'],
    ['container/any.ts', `import '../services/proxy.js'`, 'container/any.ts imports services/proxy.ts'],
    ['services/any.ts', `import { Container } from '../index.js'`, 'services/any.ts imports index.ts'],
    ['base/any.ts', `import { inject } from 'inversify'`, 'base/any.ts imports inversify'],
    ['lifecycle/any.ts', `import type { Container } from 'inversify'`, 'lifecycle/any.ts imports inversify'],
    ['tools/any.ts', `import { Graph } from '@dagrejs/graphlib'`, 'tools/any.ts imports @dagrejs/graphlib'],
    ['tools/any.ts', `import { readFileSync } from 'node:fs'`, 'tools/any.ts imports node:fs'],
    ['tools/any.ts', `import { setTimeout } from 'node:timers/promises'`, 'tools/any.ts imports node:timers/promises'],
    ['run/any.ts', `import { env } from 'process'`, 'run/any.ts imports process'],
    ['run/any.ts', 'const module = await import(name)', 'run/any.ts imports (computed)'],
    ['testing/any.ts', `import { Command } from 'commander'`, 'testing/any.ts imports commander'],
    ['threads/any.ts', `import winston from 'winston'`, 'threads/any.ts imports winston'],
    ['worker/load.ts', `import { Command } from 'commander'`, 'worker/load.ts imports commander'],
    ['base/any.ts', `export * from './clock.js'`, 'base/any.ts exports all of ./clock.js'],
    ['base/any.ts', `import fs = require('node:fs')`, 'base/any.ts has an import that is none of ESM'],
    ['base/any.ts', 'const at = new Date()', 'base/any.ts asks the wall clock: new Date()'],
  ])('finds in %s: %s', (file, code, flaw) => {
    expect(flaws(file, code)).toContain(flaw);
  });
});
