import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = fileURLToPath(new URL('../../dist/worker/main.js', import.meta.url));

// a program takes the time that a busy machine gives it; longer than PATIENCE, which says what was waited for
vi.setConfig({ testTimeout: 30_000 });

/** How long a test waits for a line or an exit before it says what there is instead, in milliseconds. */
const PATIENCE = 15_000;

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Another installed copy of the binary. */
  bin?: string;
  /** Another program, which is given the arguments alone. */
  command?: string;
  nodeOptions?: readonly string[];
  /** Nobody reads its standard output. */
  unread?: boolean;
}

/** A real worker, run by the built binary as a user would run it. */
export class RunningWorker {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | string>;
  #out = '';
  #err = '';
  #arrived: () => void = () => undefined;

  constructor(args: readonly string[], options: RunOptions = {}) {
    const { cwd = ROOT, env = {}, bin = BIN, command, nodeOptions = [], unread = false } = options;
    if (!existsSync(bin)) throw new Error('There is no dist/worker/main.js\n  → Run npm run build first.');
    // Whether the tests themselves run under npm is of no interest to it.
    const { npm_lifecycle_event: _, ...inherited } = process.env;
    this.#child = spawn(command ?? process.execPath, command === undefined ? [...nodeOptions, bin, ...args] : args, {
      cwd,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (!unread) {
      this.#child.stdout?.on('data', (chunk: Buffer) => {
        this.#out += chunk.toString();
        this.#arrived();
      });
    }
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString();
      this.#arrived();
    });
    this.#exit = new Promise((resolve) => {
      this.#child.once(unread ? 'exit' : 'close', (code: number | null, signal: string | null) => {
        resolve(code ?? signal ?? -1);
        this.#arrived();
      });
    });
  }

  /** The lines of the standard output, without time and level, and without how long the boot took. */
  get lines(): string[] {
    const lines = this.out.split('\n').filter((line) => line !== '');
    return lines.map((line) => line.replace(/^\[\d{4}-[^\]]*\]: /, '').replace(/(Ready: .* in) \d+ ms$/, '$1 N ms'));
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Waits until the output matches, and gives what the first group of the pattern matched. */
  async says(pattern: RegExp): Promise<string> {
    let ended = false;
    void this.#exit.then(() => (ended = true));
    const impatience = setTimeout(() => {
      ended = true;
      this.#arrived();
    }, PATIENCE);
    try {
      for (;;) {
        const match = pattern.exec(this.#out) ?? pattern.exec(this.#err);
        if (match !== null) return match[1] ?? match[0];
        if (ended) throw new Error(`Nothing matches ${String(pattern)} in\n${this.#out}${this.#err}`);
        await new Promise<void>((resolve) => (this.#arrived = resolve));
      }
    } finally {
      clearTimeout(impatience);
    }
  }

  /** The reader of its standard output leaves. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  send(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the name of the signal that killed it. */
  async exit(): Promise<number | string> {
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    const code = await this.#exit;
    clearTimeout(impatience);
    return code;
  }

  /** For the end of a test, however that went. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

const running = new Set<RunningWorker>();

/** Runs `mode-worker` with these arguments. */
export function modeWorker(args: readonly string[], options?: RunOptions): RunningWorker {
  const worker = new RunningWorker(args, options);
  running.add(worker);
  return worker;
}

/** Ends every worker that a failed test has left behind. */
export function killWorkers(): void {
  for (const worker of running) worker.kill();
  running.clear();
}

/** For so long the same signal again is the same press, in milliseconds. */
export const ECHO_MS = 600;

/** Real time: what is tested runs in a process of its own. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The path of a program in `fixtures/`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}
