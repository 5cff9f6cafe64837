/** What the README and the pages in docs/ show is true: the code compiles, runs and prints what it says, the links lead somewhere. */

import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Container } from 'mode-ts';
import { toMermaid } from 'mode-ts/graph';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { killWorkers, modeWorker } from '../worker/run-worker.js';
import { ROOT, anchorsOf, asFile, blocksOf, linksOf, readPage, type Block } from './markdown.js';

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
// ignored by everything, and inside, so that `mode-ts` is found
const HOME = join(ROOT, 'coverage/docs');

// compilers and programs that are started, on a machine that may have other things to do
const SLOW = { timeout: 60_000 };

const blocks = PAGES.flatMap(blocksOf);
const programs = blocks.filter(({ language }) => language === 'ts');

describe('the code of the pages', SLOW, () => {
  beforeAll(() => {
    rmSync(HOME, { recursive: true, force: true });
    mkdirSync(HOME, { recursive: true });
    const tsconfig = {
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, moduleDetection: 'force' },
      include: ['*.ts'],
    };
    writeFileSync(join(HOME, 'tsconfig.json'), JSON.stringify(tsconfig));
    for (const block of programs) writeFileSync(join(HOME, fileOf(block)), asFile(block));
  });

  it('type-checks', async () => {
    const { output } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', HOME, '--pretty', 'false']);
    expect(output).toBe('');
  });

  it.each(programs.filter(({ flags }) => flags.includes('run')).map((block) => [where(block), block] as const))(
    '%s runs, and prints what follows',
    async (_, block) => {
      const { output, code } = await run(process.execPath, ['--import', '@oxc-node/core/register', fileOf(block)]);
      const next = blocks[blocks.indexOf(block) + 1];
      const shown = next?.flags.includes('prints') === true ? next.code : output;
      expect([code, output.trimEnd()]).toEqual([0, shown.trimEnd()]);
    },
  );

  it.each(programs.filter(({ flags }) => flags.includes('worker')).map((block) => [where(block), block] as const))(
    '%s is run by mode-worker, and ends by itself',
    async (_, block) => {
      const worker = modeWorker([fileOf(block)], { cwd: HOME });
      expect(await worker.exit(), worker.out + worker.err).toBe(0);
    },
  );

  it.each(
    blocks
      .filter(({ note }) => note?.kind === 'is')
      .map((block) => [where(block), block.note?.text.trim() ?? '', block] as const),
  )('%s is %s', (_, file, { code }) => {
    expect(condensed(code)).toBe(condensed(readFileSync(join(ROOT, file), 'utf8')));
  });
});

describe('the first command', SLOW, () => {
  afterEach(killWorkers);

  it('prints what the README says', async () => {
    const shown = blocks.find(({ language }) => language === 'console')?.code ?? '';
    const worker = modeWorker(['samples/tutorial.ts', '--loglevel', 'info'], {
      env: { WEB_PORT: '0', WEBSOCKET_PORT: '0' },
    });
    await worker.says(/APP STARTED/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    // what goes on at the same time may come in another order
    expect(timeless(worker.out)).toEqual(timeless(shown.replace('^C\n', '').replace('REMOVING EXPIRED USERS\n', '')));
  });

  it('stands at the top, with the second, each on one line', () => {
    const commands = readPage('README.md').match(/^ {4}npm .*$/gm);
    expect(commands?.slice(0, 2)).toEqual([
      '    npm ci && npm run mode-worker -- samples/tutorial.ts --loglevel info',
      '    npm ci && npm test',
    ]);
  });
});

describe('what can be asked of the tutorial', SLOW, () => {
  afterEach(killWorkers);

  it('is answered', async () => {
    const [get, send] = readPage('README.md').match(/^ {4}(?:curl|node -e) .*$/gm) ?? [];
    const worker = modeWorker(['samples/tutorial.ts'], { env: { WEB_PORT: '0', WEBSOCKET_PORT: '0' } });
    const ports = [await worker.says(/Serving on port (\d+)/), await worker.says(/Listening on port (\d+)/)];
    await worker.says(/APP STARTED/);
    const url =
      get
        ?.trim()
        .replace('curl ', '')
        .replace('8000', ports[0] ?? '') ?? '';
    expect(await (await fetch(url)).text()).toContain('"name":"Alice"');
    const [, code = ''] = /-e "(.*)"$/.exec(send ?? '') ?? [];
    const { output } = await run(process.execPath, ['-e', code.replace('8765', ports[1] ?? '')]);
    expect(output).toBe('HELLO\n');
  });
});

describe('the picture of the tutorial', () => {
  it('is the one that toMermaid() draws', async () => {
    const { default: App } = await import('../../samples/tutorial.js');
    const shown = blocks.find(({ note }) => note?.kind === 'draws')?.code;
    expect(shown).toBe(toMermaid(new Container().graph(App), { states: false }));
  });
});

describe('the links', () => {
  const links = PAGES.flatMap((page) =>
    linksOf(page).map((link) => {
      const [path = '', anchor] = link.split('#');
      return { page, link, target: path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path), anchor };
    }),
  );

  it.each(links)('of $page to $link', ({ target }) => {
    expect(existsSync(target)).toBe(true);
  });

  it.each(links.filter(({ anchor }) => anchor !== undefined))(
    'of $page to the heading of $link',
    ({ target, anchor }) => {
      expect(anchorsOf(relative(ROOT, target))).toContain(anchor);
    },
  );
});

function where({ page, line }: Block): string {
  return `${page}:${String(line)}`;
}

function fileOf({ page, line, note }: Block): string {
  if (note?.kind === 'file') return note.text.trim();
  return `${page.replace('docs/', '').replace('.md', '')}-${String(line)}.ts`;
}

/** Without comments and white space. */
function condensed(code: string): string {
  return code.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '').replaceAll(/\s+/g, '');
}

/** The lines without times and ports, in alphabetical order. */
function timeless(output: string): string[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}:/, '[')
        .replace(/port \d+/, 'port N')
        .replace(/in \d+ ms$/, 'in N ms'),
    )
    .sort();
}

function run(command: string, args: readonly string[]): Promise<{ output: string; code: number | string }> {
  return new Promise((done) => {
    execFile(command, args, { cwd: HOME, timeout: 30_000 }, (error: ExecFileException | null, stdout, stderr) => {
      done({ output: stdout + stderr, code: error === null ? 0 : (error.code ?? error.signal ?? 1) });
    });
  });
}
