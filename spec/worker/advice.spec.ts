/** What the binary says about a module that cannot be loaded: the right file, and what to do there. */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { killWorkers, modeWorker } from './run-worker.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OPTIONS = { target: 'ES2022', module: 'nodenext', experimentalDecorators: true, emitDecoratorMetadata: true };
const HEAD = "import { Service, service } from 'mode-ts';\n";

vi.setConfig({ testTimeout: 20_000 });

let home: string;

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'mode-ts-')));
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(ROOT, join(home, 'node_modules/mode-ts'));
  write({ 'package.json': '{ "type": "module" }', 'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS }) });
});
afterEach(killWorkers);
afterAll(() => {
  rmSync(home, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
}

/** The last line of what is said, without the place of the test. */
async function advice(files: Record<string, string>): Promise<string> {
  write(files);
  const worker = modeWorker([Object.keys(files)[0] ?? ''], { cwd: home });
  expect(await worker.exit()).toBe(2);
  return worker.err.trimEnd().split('\n').at(-1)?.replaceAll(`${home}/`, '') ?? '';
}

describe('a class that is not there yet', () => {
  it('is to be moved up, where it stands in the same file', async () => {
    const app = `${HEAD}@service() export default class App { constructor(readonly dep: Dep) {} }\n@service() class Dep extends Service {}\n`;
    expect(await advice({ 'order.ts': app })).toBe(
      '  → In order.ts, move Dep above what uses it: a class has to be declared before another one takes it.',
    );
  });

  it('means a circle of imports, where it comes from another file', async () => {
    const one = `${HEAD}import { B } from './two.js';\n@service() export class A extends Service { constructor(readonly b: B) { super(); } }\nexport default A;\n`;
    const two = `${HEAD}import { A } from './one.js';\n@service() export class B extends Service { constructor(readonly a: A) { super(); } }\n`;
    expect(await advice({ 'one.ts': one, 'two.ts': two })).toBe(
      '  → two.ts needs A before the module of A is done: they import each other in a circle. Move what both need into a ' +
        'third module, or let two.ts take it by a token: @inject(TOKEN), with `import type` for A.',
    );
  });
});

describe('a tsconfig.json', () => {
  it('that is no JSON is said to be none', async () => {
    const files = {
      'broken/app.ts': `${HEAD}@service() export default class App {}\n`,
      'broken/tsconfig.json': '{ "a": ',
    };
    expect(await advice(files)).toMatch(/→ Mend broken\/tsconfig\.json, which cannot be read: .*JSON/);
  });

  it('may have comments, and a comma too many', async () => {
    const tsconfig = '{ // "a": {\n "compilerOptions": { "target": "ES2022", /* { */ "outDir": "http://x,}" , }, }';
    const files = {
      'jsonc/app.ts': `${HEAD}@service() export default class App {}\n`,
      'jsonc/tsconfig.json': tsconfig,
    };
    expect(await advice(files)).toMatch(/→ In jsonc\/tsconfig\.json, set "experimentalDecorators" and/);
  });

  it('is proposed as the README shows it', async () => {
    const readme = /^```json\n(\{\n {2}"compilerOptions"[^]*?)^```$/m.exec(
      readFileSync(join(ROOT, 'README.md'), 'utf8'),
    )?.[1];
    const bare = mkdtempSync(join(tmpdir(), 'mode-ts-'));
    symlinkSync(join(home, 'node_modules'), join(bare, 'node_modules'));
    writeFileSync(join(bare, 'app.ts'), `${HEAD}@service() export default class App {}\n`);
    const worker = modeWorker(['app.ts'], { cwd: bare });
    expect(await worker.exit()).toBe(2);
    rmSync(bare, { recursive: true });
    const proposed = /Put one beside it: (\{.*\})/.exec(worker.err)?.[1] ?? '';
    expect(JSON.parse(proposed)).toEqual(JSON.parse(readme ?? ''));
  });
});

describe('syntax', () => {
  it('that oxc cannot take is said to be that', async () => {
    const app = `import { Container, Service, service } from 'mode-ts';\n@service() class A extends Service {}\nawait using c = new Container();\nexport default A;\n`;
    expect(await advice({ 'using.ts': app })).toMatch(/→ oxc, .*`await using` at the top level.* In using\.ts, .*tsc/);
  });

  it('that is wrong in a file that is imported is looked for there', async () => {
    const files = {
      'good.ts': "import { x } from './wrong.js';\nexport default x;\n",
      'wrong.ts': 'export const x = {{;',
    };
    expect(await advice(files)).toBe('  → Mend wrong.ts; npx tsc --noEmit shows the line.');
  });

  it('of an ES module in a .cts file is told what to rename it to', async () => {
    expect(await advice({ 'old.cts': `${HEAD}export default class App extends Service {}\n` })).toBe(
      '  → Rename old.cts to .mts, or to .ts beside a package.json with "type": "module".',
    );
  });
});

it('what is no module is told what one is', async () => {
  expect(await advice({ 'data.json': '{}' })).toMatch(/→ Name a module: a file that ends in \.ts, /);
});

it('a class that was imported as a type is told apart from a type', async () => {
  const files = { 'name.ts': "import { Servce } from 'mode-ts';\nexport default Servce;\n" };
  expect(await advice(files)).toMatch(
    /Correct the name\. If it is a type, .* a class that is injected needs `import`\./,
  );
});

it('the frames of the cron library are not those of the program', async () => {
  const app =
    "import { Service, service, crontab } from 'mode-ts';\n@service() export default class App extends Service { @crontab('99 * * * *') x() {} }\n";
  write({ 'cron.ts': app });
  const worker = modeWorker(['cron.ts'], { cwd: home });
  expect(await worker.exit()).toBe(2);
  expect(worker.err).not.toContain('croner');
  expect(worker.err).toMatch(/→ Give five fields/);
});
