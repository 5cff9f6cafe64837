import { Container, service, type LifecycleEvent, type Logger, type LogLevel } from 'mode-ts';
import { QueueServiceThread, type QueueServiceThreadOptions } from 'mode-ts/threads';
import { vi } from 'vitest';
import type { Desk } from './fixtures/tools.js';

export { rejection } from '../support.js';

// a real thread takes the time that a busy machine gives it
vi.setConfig({ testTimeout: 20_000 });

export const TOOLS = new URL('./fixtures/tools.js', import.meta.url);

/** A service in a thread, by its name in the fixtures. */
export function threadOf<S = Desk>(
  name: string,
  options: Partial<QueueServiceThreadOptions<S>> = {},
): QueueServiceThread<S> {
  return new QueueServiceThread<S>({ module: TOOLS, export: name, ...options });
}

/** A container with one service in a thread, and all that it says. */
export function inContainer<S = Desk>(
  name: string,
  options: Partial<QueueServiceThreadOptions<S>> = {},
  timeouts: { stopTimeout?: string; startTimeout?: string } = {},
) {
  @service({ name: 'Outside', ...timeouts })
  class Outside extends QueueServiceThread<S> {
    constructor() {
      super({ module: TOOLS, export: name, ...options });
    }
  }
  const log = new Log();
  const container = new Container({ logger: log });
  const events: LifecycleEvent[] = [];
  container.on((event) => {
    events.push(event);
  });
  return { container, Outside, log, events };
}

/** A logger whose lines can be waited for. */
export class Log implements Logger {
  readonly lines: string[] = [];
  readonly metas: unknown[] = [];
  readonly #arrived: (() => void)[] = [];

  readonly debug = this.#say('debug');
  readonly info = this.#say('info');
  readonly warn = this.#say('warn');
  readonly error = this.#say('error');

  /** Waits for a line that contains the text. */
  async says(text: string): Promise<void> {
    while (!this.lines.some((line) => line.includes(text))) {
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }

  #say(level: LogLevel) {
    return (message: string, meta?: unknown): void => {
      this.lines.push(level === 'info' ? message : `${level} ${message}`);
      this.metas.push(meta);
      for (const tell of this.#arrived.splice(0)) tell();
    };
  }
}

/** Waits until the service has come to the bottom of its way down. */
export async function atBottom(thread: { state: string }): Promise<void> {
  while (thread.state !== 'stopped' && thread.state !== 'crashed') await turn();
}

/** Waits until nothing holds the event loop on behalf of threads; vitest's patience is its limit. */
export async function noThreadIsLeft(): Promise<void> {
  while (process.getActiveResourcesInfo().some((kind) => /Worker|MessagePort/.test(kind))) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 2);
  });
}
