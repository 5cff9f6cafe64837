/** The file behind `logfile`: what a full disk or a pipe without a reader cannot take is kept, and written once it can be. */

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describeError } from '../base/errors.js';
import { UsageError } from './explain.js';

// Not blocking: the opening of a FIFO would wait for its reader, and neither a signal nor `process.exit()` could end that.
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** How much is kept of what cannot be written, in bytes. What comes after that is lost, and counted. */
const MOST_KEPT = 8 * 1024 * 1024;

/** After how long it is tried again, in milliseconds. */
const RETRY_MS = 50;

const NEWLINE = 10;

/**
 * Lines are written at once and not in the background: what was logged is in the file however the process ends, and in the order in
 * which it was logged.
 */
export class LogFile extends Writable {
  readonly #path: string;
  readonly #tell: (message: string) => void;
  /** Not there for a FIFO that nobody reads. */
  #fd: number | undefined;
  #kept: Buffer[] = [];
  #bytes = 0;
  #lost = 0;
  #isTold = false;
  #retry: NodeJS.Timeout | undefined;
  #emptied: (() => void) | undefined;

  /**
   * @param tell is called when lines cannot be written, and when they can be again
   * @throws UsageError when the file cannot be opened
   */
  constructor(path: string, tell: (message: string) => void) {
    super({ decodeStrings: true });
    this.#path = path;
    this.#tell = tell;
    try {
      this.#fd = open(path);
    } catch (error) {
      throw new UsageError(
        `The log file ${path} cannot be written: ${describeError(error)}`,
        'Name a file in a directory that exists and that this user may write to.',
        error,
      );
    }
  }

  /** Opens the path again, once another program (logrotate) has moved the file away. */
  reopen(): void {
    try {
      const fd = open(this.#path);
      this.#close();
      this.#fd = fd;
    } catch (error) {
      this.#tell(`The log file ${this.#path} cannot be opened again, so the old one is used: ${describeError(error)}`);
    }
    this.#flush();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#bytes + chunk.length > MOST_KEPT) {
      this.#lost += linesIn(chunk);
    } else {
      this.#kept.push(chunk);
      this.#bytes += chunk.length;
      if (this.#retry === undefined) this.#flush();
    }
    done();
  }

  /** Settles when everything is written, or after so many milliseconds; tells how much was lost. */
  async finish(ms: number): Promise<void> {
    this.#flush();
    if (this.#bytes > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#emptied = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    clearTimeout(this.#retry);
    const lost = this.#kept.reduce((sum, chunk) => sum + linesIn(chunk), this.#lost);
    if (lost > 0) this.#tell(`${String(lost)} lines could not be written to the log file ${this.#path}`);
    this.#close();
  }

  #flush(): void {
    try {
      this.#fd ??= open(this.#path);
      if (this.#fd === undefined) {
        this.#tryLater('nobody reads it');
        return;
      }
      this.#writeTo(this.#fd);
      this.#recovered();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // the reader of a FIFO has left, and the next one opens it anew
      if (code === 'EPIPE') this.#close();
      this.#tryLater(code === 'EAGAIN' ? undefined : describeError(error));
    }
  }

  #writeTo(fd: number): void {
    let rest = Buffer.concat(this.#kept);
    this.#kept = [];
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    } finally {
      if (rest.length > 0) this.#kept = [rest];
      this.#bytes = rest.length;
    }
  }

  /** Without a reason it is only slow. */
  #tryLater(why: string | undefined): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, RETRY_MS).unref();
    if (why === undefined || this.#isTold) return;
    this.#isTold = true;
    this.#tell(`The log file ${this.#path} cannot be written: ${why}; what is logged is kept until it can be`);
  }

  #recovered(): void {
    this.#emptied?.();
    if (!this.#isTold) return;
    this.#isTold = false;
    const lost = this.#lost === 0 ? '' : `; ${String(this.#lost)} lines were lost`;
    this.#lost = 0;
    this.#tell(`The log file ${this.#path} can be written again${lost}`);
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** `undefined` for a FIFO that nobody reads. */
function open(path: string): number | undefined {
  try {
    return openSync(path, FLAGS, 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return undefined;
    throw error;
  }
}

function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (const byte of chunk) if (byte === NEWLINE) lines += 1;
  return lines;
}
