/** The command line of `mode-worker`. The only file that knows commander. */

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { toMs } from '../base/duration.js';
import { describeError } from '../base/errors.js';
import { explain } from './explain.js';
import type { Host } from './host.js';
import { parseLevel, type WorkerLogLevel } from './levels.js';
import { workerOf } from './local.js';

/** How long the streams may take to be written after bad usage, in milliseconds. */
const FLUSH_MS = 2000;

interface RunOptions {
  export: string;
  loglevel: WorkerLogLevel;
  logfile?: string;
  stopTimeout?: string;
}

/** Runs the command that the arguments ask for, and ends the process with its exit code. */
export async function main(args: readonly string[], host: Host): Promise<void> {
  try {
    await commandLine(host).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said everything itself; `--help` and `--version` come here as well, with 0.
    if (error instanceof CommanderError) return host.exit(error.exitCode === 0 ? 0 : 2, FLUSH_MS);
    host.stderr.write(`mode-worker: ${explain(error)}\n`);
    return host.exit(2, FLUSH_MS);
  }
}

function commandLine(host: Host): Command {
  const program = new Command('mode-worker')
    .description('Runs services in the order of their graph, until it is told to stop.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .showSuggestionAfterError()
    .showHelpAfterError('Ask mode-worker --help for what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'mode-worker: '));
      },
    });

  program
    .command('run', { isDefault: true })
    .summary('run a program (the word run may be left out)')
    .description(
      'Runs what a module exports: a Container, a service class, a service, a list of them, or a function that returns one.\n' +
        'TypeScript runs as it is. SIGINT and SIGTERM stop everything in order; a second one does not wait.',
    )
    .argument('<module>', 'path of the module')
    .option('-e, --export <name>', 'the export to run', 'default')
    .option('-l, --loglevel <level>', 'debug, info, warn, error or crit', level, 'info')
    .option('-f, --logfile <path>', 'append the log to a file (default: the standard output)')
    .option(
      '--stop-timeout <duration>',
      "how long a shutdown may take in all, such as '30s' (default: no limit)",
      duration,
    )
    .action((path: string, options: RunOptions) => run(path, options, host));

  return program;
}

async function run(path: string, options: RunOptions, host: Host): Promise<void> {
  const { export: exportName, loglevel, logfile, stopTimeout } = options;
  // Nothing has started while the module loads, so there is nothing to stop.
  const ignoreSignals = host.onSignal(() => {
    host.terminate(0);
  });
  const { Worker, loadTarget } = await workerOf(resolve(host.cwd, path));
  const target = await loadTarget(path, { cwd: host.cwd, exportName }).finally(ignoreSignals);
  await new Worker(target, {
    loglevel,
    ...(logfile === undefined ? {} : { logfile }),
    ...(stopTimeout === undefined ? {} : { stopTimeout }),
  }).executeFromCommandLine(host);
}

function level(text: string): WorkerLogLevel {
  return argument(() => parseLevel(text));
}

function duration(text: string): string {
  return argument(() => {
    toMs(text, '--stop-timeout');
    return text;
  });
}

/** What is wrong with an argument belongs to commander, which adds which argument it is. */
function argument<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(describeError(error));
  }
}

function version(): string {
  const { version: number } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return number;
}
