import { PassThrough } from 'node:stream';
import type { Host, StopSignal } from '../../lib/worker/host.js';

/** A process that a test plays. */
export class FakeHost implements Host {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly cwd: string;
  readonly signalListeners = new Set<(signal: StopSignal) => void>();
  readonly faultListeners = new Set<(error: unknown) => void>();
  readonly idleListeners = new Set<() => void>();
  readonly exitListeners = new Set<(code: number) => void>();
  /** How the process ended: `'exit 0'`, `'terminate 130'`. */
  ended: string | undefined;
  exitCode: number | undefined;
  env: Record<string, string> = {};
  held: string[] = [];
  #out = '';
  #err = '';

  constructor(cwd = '/') {
    this.cwd = cwd;
    this.stdout.on('data', (chunk: Buffer) => (this.#out += chunk.toString()));
    this.stderr.on('data', (chunk: Buffer) => (this.#err += chunk.toString()));
  }

  /** Everything on the standard output, without the time and level of each line. */
  get lines(): string[] {
    return this.out.map((line) => line.replace(/^\[[^\]]*\]: /, ''));
  }

  get out(): string[] {
    return lines(this.#out);
  }

  get err(): string {
    return this.#err;
  }

  press(signal: StopSignal): void {
    for (const listener of this.signalListeners) listener(signal);
  }

  fault(error: unknown): void {
    for (const listener of this.faultListeners) listener(error);
  }

  onSignal(listener: (signal: StopSignal) => void): () => void {
    this.signalListeners.add(listener);
    return () => this.signalListeners.delete(listener);
  }

  onFault(listener: (error: unknown) => void): () => void {
    this.faultListeners.add(listener);
    return () => this.faultListeners.delete(listener);
  }

  onIdle(listener: () => void): () => void {
    this.idleListeners.add(listener);
    return () => this.idleListeners.delete(listener);
  }

  onExit(listener: (code: number) => void): () => void {
    this.exitListeners.add(listener);
    return () => this.exitListeners.delete(listener);
  }

  isTaken(): boolean {
    return this.signalListeners.size > 0;
  }

  heldBy(): string[] {
    return this.held;
  }

  exit(code: number): Promise<void> {
    this.ended ??= `exit ${String(code)}`;
    return Promise.resolve();
  }

  terminate(code: number): void {
    this.ended ??= `terminate ${String(code)}`;
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
