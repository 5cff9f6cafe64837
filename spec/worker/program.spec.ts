/** The binary as a user runs it: real processes, TypeScript programs, real signals. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ECHO_MS, fixture, killWorkers, modeWorker, pause } from './run-worker.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

afterEach(killWorkers);

describe('mode-worker', () => {
  it('keeps services up that hold nothing, until a signal', async () => {
    const worker = modeWorker([fixture('idle.ts'), '-l', 'debug']);
    await worker.says(/\[\^Worker\]: Started/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.slice(-2)).toEqual(['[^-Idle]: -Stopped!', '[^Worker]: -Stopped!']);
  });

  it('exits although something leaks, and says what', async () => {
    const worker = modeWorker([fixture('leaky.ts'), '-l', 'debug']);
    await worker.says(/\[\^Worker\]: Started/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.out).toMatch(/Still open, and closed by the exit: TCPServerWrap, Timeout/);
  });

  it('takes a boot back on a signal, and exits 0', async () => {
    const worker = modeWorker([fixture('hanging-start.ts')]);
    await worker.says(/Slow\]: Starting/);
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines).toContain('[^--Database]: -Stopped!');
    expect(worker.out).not.toContain('CRITICAL');
  });

  it('names the service when a port is in use, and what to do', async () => {
    const blocker = createServer().listen(0);
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const worker = modeWorker([fixture('port-in-use.ts')], { env: { WEB_PORT: String(port) } });
    expect(await worker.exit()).toBe(1);
    blocker.close();
    expect(worker.out).toMatch(
      /CRITICAL\]: \[\^Worker\]: Webserver could not be started \(App → Webserver\): listen EADDRINUSE/,
    );
    expect(worker.out).toContain(
      `  → Port ${String(port)} is taken: stop the process that listens there, or choose another port.`,
    );
    expect(worker.lines).toContain('[^---Database]: -Stopped!');
    expectNoStackOfOurs(worker.out);
  });

  it('gives up on the second Ctrl-C, names what hangs, and exits within a second with 130', async () => {
    const worker = modeWorker([fixture('hanging-stop.ts')]);
    await worker.says(/Stubborn\]: Starting/);
    worker.send('SIGINT');
    await worker.says(/Stubborn\]: Stopping/);
    await pause(ECHO_MS);
    const pressed = performance.now();
    worker.send('SIGINT');
    expect(await worker.exit()).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(1000);
    expect(worker.lines).toContain('[^-Stubborn]: Abandoned, waiting on onStop');
    expect(worker.lines).toContain('[^--Database]: -Stopped!');
  });

  it('has a budget for the whole stop', async () => {
    const worker = modeWorker([fixture('hanging-stop.ts'), '--stop-timeout', '100ms']);
    await worker.says(/Stubborn\]: Starting/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(1);
    expect(worker.lines).toContain('[^-Stubborn]: Abandoned, waiting on onStop');
  });

  it('exits 1 when a task crashes that nobody restarts, with its place in the program', async () => {
    const worker = modeWorker([fixture('crashing-task.ts')]);
    expect(await worker.exit()).toBe(1);
    expect(worker.lines).toContain('[^Worker]: Consumer crashed: RangeError: cannot read not a number');
    expect(worker.out).toMatch(/at Consumer\.parse .*crashing-task\.ts:19:/);
    expect(worker.lines).toContain('[^--Database]: -Stopped!');
    expectNoStackOfOurs(worker.out);
  });

  it.each([
    ['start', 'FailingStart', 'FailingStart could not be started (FailingStart): TypeError: no configuration'],
    ['stop', 'FailingStop', '  - FailingStop: TypeError: cannot say goodbye'],
  ])('exits 1 when a hook throws on %s', async (_, name, line) => {
    const worker = modeWorker([fixture('failing-hook.ts'), '--export', name]);
    await worker.says(/Starting/);
    if (name === 'FailingStop') {
      await worker.says(/FailingStop\]: Starting/);
      worker.send('SIGINT');
    }
    expect(await worker.exit()).toBe(1);
    expect(worker.out).toContain(line);
    expect(worker.out).toMatch(/failing-hook\.ts:\d+/);
    expectNoStackOfOurs(worker.out);
  });

  it('exits 1 in order when nobody catches an error', async () => {
    const worker = modeWorker([fixture('unhandled.ts')]);
    expect(await worker.exit()).toBe(1);
    expect(worker.out).toContain('Nobody caught an error: RangeError: nobody waits for me');
    expect(worker.lines).toContain('[^-Careless]: -Stopped!');
    expectNoStackOfOurs(worker.out);
  });

  it('names the service that forgot a promise', async () => {
    const worker = modeWorker([fixture('forgotten.ts')]);
    expect(await worker.exit()).toBe(1);
    expect(worker.lines).toContain('[^Worker]: Nobody caught an error of Forgetful (send): refused');
    expect(worker.out).toMatch(/\n {4}at Forgetful\.send .*forgotten\.ts:13:/);
    expectNoStackOfOurs(worker.out);
  });

  it('exits 2 for a plan that is not sound, with every problem', async () => {
    const worker = modeWorker([fixture('missing-binding.ts')]);
    expect(await worker.exit()).toBe(2);
    expect(worker.out).toMatch(/Nothing is bound to 'Config' \(App → Config\)/);
    expect(worker.out).toMatch(/Nothing is bound to 'Metrics' \(App → Metrics\)/);
    expectNoStackOfOurs(worker.out);
  });

  it('loses no line that was written just before the exit', async () => {
    const worker = modeWorker([fixture('chatty.ts')]);
    await worker.says(/Chatty\]: Starting/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.filter((line) => line.includes(' line '))).toHaveLength(5000);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });

  it('writes its log to a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
    const file = join(directory, 'worker.log');
    const worker = modeWorker([fixture('failing-hook.ts'), '-e', 'FailingStart', '--logfile', file]);
    expect(await worker.exit()).toBe(1);
    expect(readFileSync(file, 'utf8')).toContain('[^Worker]: -Stopped!');
    expect(worker.out).toBe('');
    expect(worker.err).toContain('FailingStart could not be started');
    rmSync(directory, { recursive: true });
  });
});

describe('a worker in a directory that was deleted', () => {
  const started = (module: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
    // the shell is in it when it goes
    const bin = join(ROOT, 'dist', 'worker', 'main.js');
    const script = `rmdir "$PWD" && exec "${process.execPath}" "${bin}" "${module}"`;
    return modeWorker(['-c', script], { cwd: directory, command: '/bin/sh' });
  };

  it('runs a module whose whole path is given', async () => {
    const worker = started(fixture('own-class.mjs'));
    await worker.says(/Ready: 1 service/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
  });

  it('says so where the path is not whole', async () => {
    const worker = started('app.mjs');
    expect(await worker.exit()).toBe(2);
    expect(worker.err).toMatch(
      /^mode-worker: app\.mjs cannot be found: the working directory does not exist any more\.[^]*→ Go to a directory that exists/,
    );
    expectNoStackOfOurs(worker.err);
  });
});

describe('npm run mode-worker', () => {
  /** As in a terminal: npm and what it runs are one group of processes, and a key press reaches all of them. */
  async function underNpm(program: string, ready: RegExp, presses: number) {
    const npm = spawn('npm', ['run', '--silent', 'mode-worker', '--', program], {
      cwd: ROOT,
      env: { ...process.env, WEB_PORT: '0', WEBSOCKET_PORT: '0' },
      detached: true,
    });
    const group = -(npm.pid ?? NaN);
    let out = '';
    const pressOnceReady = async (): Promise<void> => {
      while (!ready.test(out)) await once(npm.stdout, 'data');
      for (let n = 0; n < presses; n += 1) {
        if (n > 0) await pause(ECHO_MS);
        process.kill(group, 'SIGINT');
      }
    };
    npm.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    void pressOnceReady();
    const overdue = setTimeout(() => process.kill(group, 'SIGKILL'), 15_000);
    const [code] = (await once(npm, 'close')) as [number | null];
    clearTimeout(overdue);
    return { code, out };
  }

  it('takes one Ctrl-C for one, although npm passes it on as well', async () => {
    const { code, out } = await underNpm('samples/tutorial.ts', /APP STARTED/, 1);
    expect(code).toBe(0);
    expect(out.match(/Signal received/g)).toHaveLength(1);
    expect(out).toMatch(/\[\^Worker\]: -Stopped!\n$/);
  });

  it('takes a later one for impatience', async () => {
    const { code, out } = await underNpm('spec/worker/fixtures/hanging-stop.ts', /Stubborn\]: Starting/, 2);
    expect(code).toBe(130);
    expect(out).toContain('[^-Stubborn]: Abandoned, waiting on onStop');
  });
});

describe('a program with a worker of its own', () => {
  it('needs no mode-worker', async () => {
    const worker = modeWorker([], { bin: fixture('own-main.mjs') });
    await worker.says(/No mode-worker in sight/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(0);
    expect(worker.lines.at(-1)).toBe('[^Worker]: -Stopped!');
  });
});

describe('the command line', () => {
  it.each([
    ['--help', 0, /Usage: mode-worker/],
    ['--help', 0, /Usage: mode-worker \[run\] <module> \[options\][^]*--stop-timeout <duration>[^]*--no-daemon/],
    ['run --help', 0, /--stop-timeout <duration>/],
    ['help run', 0, /Usage: mode-worker run <module>/],
    ['--help', 0, /node_modules\/\.bin\/mode-worker/],
    ['--version', 0, /^\d+\.\d+\.\d+/],
    ['', 2, /Usage|missing required argument 'module'/],
    ['--nonsense app.ts', 2, /unknown option '--nonsense'/],
    ['app.ts --loglevel loud', 2, /'loud' is invalid\.\n {2}→ Use one of debug, info/],
    ['samples/01-minimal.ts --logevel info', 2, /unknown option '--logevel'\n\(Did you mean --loglevel\?\)/],
    ['runn samples/tutorial.ts', 2, /^mode-worker: There is no command runn\.\n {2}→ Did you mean run\?\n$/],
    [
      'samples/tutorial.ts samples/thread.ts',
      2,
      /One module is run at a time, and there are 2: .*\n {2}→ .* export a list/,
    ],
    [
      'graph samples/tutorial.ts',
      2,
      /^mode-worker: graph comes with a later version; .*\n {2}→ .*mode-worker run graph/,
    ],
    ['check', 2, /check comes with a later version/],
    ['analyze --anything', 2, /analyze comes with a later version/],
    ['console', 2, /console comes with a later version/],
    ['app.ts --stop-timeout soon', 2, /'soon' is invalid\.\n {2}→ Give .* '1\.5s'/],
    [
      'samples/tutoral.ts',
      2,
      /^mode-worker: There is no file .*samples\/tutoral\.ts\.\n {2}→ Did you mean samples\/tutorial\.ts\?\n$/,
    ],
    ['spec/worker/fixtures/failing-hook.ts', 2, /has no default export; it exports FailingStart, FailingStop/],
  ])('%s', async (args, code, text) => {
    const worker = modeWorker(args.split(' ').filter((arg) => arg !== ''));
    expect(await worker.exit()).toBe(code);
    expect(code === 0 ? worker.out : worker.err).toMatch(text);
    expectNoStackOfOurs(worker.err);
  });

  it('takes digits alone for milliseconds, as the API does', async () => {
    const worker = modeWorker([fixture('hanging-stop.ts'), '--stop-timeout', '50']);
    await worker.says(/Stubborn\]: Starting/);
    worker.send('SIGTERM');
    expect(await worker.exit()).toBe(1);
    expect(worker.lines).toContain('[^-Stubborn]: Abandoned, waiting on onStop');
  });
});

describe('a program in TypeScript', () => {
  let directory: string;
  const options = { target: 'ES2022', module: 'nodenext', experimentalDecorators: true };
  const decorated = 'function d(_: unknown): void {}\n@d\nexport default class App {}\n';

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'mode-ts-'));
    write('package.json', '{ "type": "module" }');
    mkdirSync(join(directory, 'node_modules'));
    symlinkSync(ROOT, join(directory, 'node_modules', 'mode-ts'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function write(name: string, text: string): void {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), text);
  }

  async function refusal(path: string): Promise<string> {
    const worker = modeWorker([path], { cwd: directory });
    expect(await worker.exit()).toBe(2);
    expectNoStackOfOurs(worker.err);
    return worker.err + worker.out;
  }

  it('needs a tsconfig.json for its decorators', async () => {
    write('bare/app.ts', decorated);
    expect(await refusal('bare/app.ts')).toMatch(
      /^mode-worker: bare\/app\.ts cannot be loaded.*\n.*There is no tsconfig\.json above .*Put one beside it: \{/s,
    );
  });

  it('needs a tsconfig.json that covers it', async () => {
    write('plain/app.ts', decorated);
    write('plain/tsconfig.json', JSON.stringify({ compilerOptions: { target: 'ES2022' } }));
    expect(await refusal('plain/app.ts')).toMatch(
      /→ In .*plain\/tsconfig\.json, set "experimentalDecorators" and "emitDecoratorMetadata" to true/,
    );
  });

  it('needs type metadata, or explicit dependencies', async () => {
    write('untyped/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write(
      'untyped/app.ts',
      "import { service } from 'mode-ts';\n@service() class Cache {}\n@service() export default class App { constructor(readonly cache: Cache) {} }\n",
    );
    const text = await refusal('untyped/app.ts');
    expect(text).toContain('emitDecoratorMetadata');
    expect(text).toContain('inject');
  });

  it('that throws while it is loaded is named, with its own stack', async () => {
    write('throws/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write(
      'throws/app.ts',
      'interface Nothing {}\nfunction inner(_: Nothing): never {\n  throw new TypeError("boom");\n}\ninner({});\n',
    );
    expect(await refusal('throws/app.ts')).toMatch(
      /throws\/app\.ts cannot be loaded: TypeError: boom\n {4}at inner .*app\.ts:3:9/,
    );
  });

  it('that forgets a promise while it is loaded is named as well', async () => {
    write('floating/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write(
      'floating/app.ts',
      'async function warmUp(): Promise<void> {\n  throw new Error("cold");\n}\nvoid warmUp();\n' +
        'await new Promise((resolve) => setTimeout(resolve, 1000));\nexport default class App {}\n',
    );
    expect(await refusal('floating/app.ts')).toMatch(
      /^mode-worker: floating\/app\.ts cannot be loaded, nobody caught an error in it: cold\n {4}at warmUp .*\n(.*\n)? {2}→ /,
    );
  });

  it.each([
    ['top-level', 'await new Promise(() => {});\nexport default class App {}\n'],
    ['function', 'export default () => new Promise(() => {});\n'],
  ])('that never finishes loading does not end in silence (%s)', async (name, text) => {
    write(`never/${name}.js`, text);
    expect(await refusal(`never/${name}.js`)).toMatch(/does not finish loading.*\n {2}→ Look for such a promise/);
  });

  it('that imports a type as a value is told how to', async () => {
    write('types/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write('types/thing.ts', 'export interface Thing {}\n');
    write(
      'types/app.ts',
      "import { Thing } from './thing.js';\nexport default class App { thing?: Thing }\nexport { Thing };\n",
    );
    expect(await refusal('types/app.ts')).toContain('`import type`');
  });

  it('that is no TypeScript is named', async () => {
    write('broken/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write('broken/app.ts', 'export default clas App {}\n');
    expect(await refusal('broken/app.ts')).toMatch(
      /broken\/app\.ts cannot be loaded: .*\n {2}→ Mend .*broken\/app\.ts; npx tsc --noEmit/,
    );
  });

  it('is run by the copy of this package that it uses itself, and not by the one of the binary', async () => {
    const bin = otherCopy();
    // with two copies, the binary would not know of the task that crashes here
    const worker = modeWorker([fixture('crashing-task.ts')], { bin });
    expect(await worker.exit()).toBe(1);
    expect(worker.lines).toContain('[^Worker]: Consumer crashed: RangeError: cannot read not a number');
  });

  it('says what to install where there is no oxc-node', async () => {
    const bin = otherCopy();
    write('bare-install/app.ts', 'export default class App {}\n');
    const worker = modeWorker(['app.ts'], { cwd: join(directory, 'bare-install'), bin });
    expect(await worker.exit()).toBe(2);
    expect(worker.err).toMatch(
      /app\.ts is TypeScript, and @oxc-node\/core, which runs it, is not installed\.\n {2}→ .*npm install --save-dev @oxc-node\/core/,
    );
  });

  it.each(['c#', '100%25', 'what?', 'a b'])(
    'runs below a directory called %s, with what it imports there',
    async (name) => {
      write(`${name}/tsconfig.json`, JSON.stringify({ compilerOptions: { ...options, emitDecoratorMetadata: true } }));
      write(`${name}/node_modules/quiet/package.json`, '{ "type": "module", "exports": "./index.js" }');
      write(`${name}/node_modules/quiet/index.js`, 'export const greeting = "good morning";');
      write(
        `${name}/db.ts`,
        "import { service } from 'mode-ts';\n@service() export class Db { readonly up: boolean = true; }\n",
      );
      write(
        `${name}/app.ts`,
        "import { service } from 'mode-ts';\nimport { greeting } from 'quiet';\nimport { Db } from './db.js';\n" +
          '@service() export default class App {\n  constructor(private readonly db: Db) {}\n' +
          '  onStarted(): void { console.log(greeting, this.db.up); setTimeout(() => process.kill(process.pid, "SIGTERM")); }\n}\n',
      );
      const worker = modeWorker([`${name}/app.ts`], { cwd: directory });
      expect(await worker.exit(), worker.out + worker.err).toBe(0);
      expect(worker.out).toContain('good morning true');
    },
  );

  it('is left to a compiler that node was started with', async () => {
    const bin = otherCopy();
    // what tsx does, as far as this program needs it
    write('bare-install/node_modules/tsx/package.json', '{ "type": "module", "exports": "./index.js" }');
    write(
      'bare-install/node_modules/tsx/index.js',
      "import { register } from 'node:module';\nregister('./hooks.js', import.meta.url);\n",
    );
    write(
      'bare-install/node_modules/tsx/hooks.js',
      "export const load = (url, context, next) => url.endsWith('.ts')\n" +
        "  ? { format: 'module', shortCircuit: true, source: \"import { service } from 'mode-ts'; class App { onStarted() { " +
        "console.log('compiled by tsx'); setTimeout(() => process.kill(process.pid, 'SIGTERM')); } } service()(App); export default App\" }\n" +
        '  : next(url, context);\n',
    );
    write('bare-install/by-tsx.ts', 'not to be compiled by anybody else');
    const cwd = join(directory, 'bare-install');
    const worker = modeWorker(['by-tsx.ts'], { cwd, bin, env: { NODE_OPTIONS: '--import tsx' } });
    expect(await worker.exit(), worker.out + worker.err).toBe(0);
    expect(worker.out).toContain('compiled by tsx');
  });

  it('is compiled by the oxc-node of its own project, where the binary has none', async () => {
    const bin = otherCopy();
    write('project/tsconfig.json', JSON.stringify({ compilerOptions: options }));
    write('project/node_modules/@oxc-node/here', '');
    symlinkSync(join(ROOT, 'node_modules/@oxc-node/core'), join(directory, 'project/node_modules/@oxc-node/core'));
    write(
      'project/app.ts',
      'import { service } from "mode-ts";\nenum Kind { Own = 7 }\n@service() export default class App { onStarted(): void { console.log(Kind.Own); setTimeout(() => process.kill(process.pid, "SIGTERM")); } }\n',
    );
    const worker = modeWorker([join(directory, 'project/app.ts')], { cwd: tmpdir(), bin });
    expect(await worker.exit(), worker.out + worker.err).toBe(0);
    expect(worker.lines).toContain('7');
  });

  /** The binary of another installed copy of this package, one without oxc-node. */
  function otherCopy(): string {
    const modules = join(directory, 'bare-install', 'node_modules');
    const bin = join(modules, 'mode-ts', 'dist', 'worker', 'main.js');
    if (existsSync(bin)) return bin;
    mkdirSync(join(modules, 'mode-ts'), { recursive: true });
    for (const name of ['dist', 'package.json']) {
      cpSync(join(ROOT, name), join(modules, 'mode-ts', name), { recursive: true });
    }
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (name === '@oxc-node' || name.startsWith('.')) continue;
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    return bin;
  }
});

/** Whatever happens, a user sees frames of the program, never of this package. */
function expectNoStackOfOurs(text: string): void {
  expect(text.split('\n').filter((line) => /^ {4}at .*(\/dist\/|node:internal)/.test(line))).toEqual([]);
}
