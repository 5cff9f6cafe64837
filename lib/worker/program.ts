/** The command line of `mode-worker`. The only file that knows commander. */

import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, CommanderError, Help, InvalidArgumentError } from 'commander';
import { deferred } from '../base/async.js';
import { UsageError, explain, split } from './explain.js';
import type { Host } from './host.js';
import * as ours from './index.js';
import { printable } from './logging.js';
import { similar, type Loaded } from './load.js';
import { SETTINGS, type WorkerOptions } from './options.js';

/** How long the streams may take to be written after bad usage, in milliseconds. */
const FLUSH_MS = 2000;

/** What the command line is to have, and does not have yet. */
const LATER = ['graph', 'check', 'analyze', 'console'];

/** Runs the command that the arguments ask for, and ends the process with its exit code. */
export async function main(args: readonly string[], host: Host): Promise<void> {
  try {
    await commandLine(host).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has said everything itself; `--help` and `--version` come here as well, with 0.
    if (error instanceof CommanderError) return host.exit(error.exitCode === 0 ? 0 : 2, FLUSH_MS);
    host.stderr.write(`${printable(`mode-worker: ${explain(error)}`)}\n`);
    return host.exit(2, FLUSH_MS);
  }
}

function commandLine(host: Host): Command {
  const program: Command = new Command('mode-worker')
    .usage('[run] <module> [options]')
    .description(DESCRIPTION)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .showSuggestionAfterError()
    .showHelpAfterError('Ask mode-worker --help for what there is.')
    .addHelpText('after', `\n${HINT}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'mode-worker: ').replaceAll(' \n', '\n'));
      },
    })
    // There is one command to speak of, so whoever asks for help gets all of it at once.
    .configureHelp({
      visibleCommands: () => [],
      visibleArguments: () => runs.registeredArguments.slice(0, 1),
      visibleOptions: (command) => [...new Set([...runs.options, ...new Help().visibleOptions(command)])],
    });

  const runs: Command = program
    .command('run', { isDefault: true })
    .usage('<module> [options]')
    .description(DESCRIPTION)
    .argument('<module>', 'path of the module')
    .argument('[more...]')
    .option('-e, --export <name>', 'the export to run (default: "default")')
    .addHelpText('after', `\n${HINT}`)
    .action((path: string, more: string[], options: { export: string }) => {
      if (more.length > 0) throw tooMany(path, more);
      return run(path, options.export, given(runs), host);
    });
  for (const { flags, help, parse } of SETTINGS) {
    if (flags.includes('<')) runs.option(flags, help, valid(parse));
    else runs.option(flags, help);
  }
  for (const name of LATER) {
    program
      .command(name, { hidden: true })
      .argument('[anything...]')
      .allowUnknownOption()
      .action(() => {
        throw new UsageError(
          `${name} comes with a later version; this one, ${version()}, only runs programs.`,
          `A module of that name runs with mode-worker run ${name}.`,
        );
      });
  }
  return program;
}

const DESCRIPTION =
  'Runs what a module exports: a Container, a service class, a service, a list of them, a Worker, or a function that ' +
  'returns one. TypeScript runs as it is.\nSIGINT and SIGTERM stop everything in order; a second one does not wait.';

const HINT =
  'Containers and unit files call node_modules/.bin/mode-worker itself: npm and npx would stand between it and its signals.\n' +
  'Exit codes: 0 clean; 1 crashed, or failed to start or to stop; 2 bad usage, module or plan; 128+n forced by signal n.';

/** More than one path: the first is a command that there is not, or the others are too many. */
function tooMany(first: string, more: readonly string[]): UsageError {
  const [near] = similar(first, ['run', ...LATER]);
  if (near !== undefined) return new UsageError(`There is no command ${first}.`, `Did you mean ${near}?`);
  return new UsageError(
    `One module is run at a time, and there are ${String(more.length + 1)}: ${[first, ...more].join(', ')}.`,
    'To run them together, export a list of what they export from one module.',
  );
}

/** The options that stand on the command line. */
function given(command: Command): WorkerOptions {
  const names = SETTINGS.map(({ name }) => name).filter((name) => command.getOptionValueSource(name) === 'cli');
  return Object.fromEntries(names.map((name) => [name, command.getOptionValue(name)]));
}

async function run(path: string, exportName: string, options: WorkerOptions, host: Host): Promise<void> {
  const cwd = isAbsolute(path) ? '/' : cwdOf(host, path);
  const { Worker, loadTarget } = await workerOf(resolve(cwd, path));
  const target = await loaded(path, host, () => loadTarget(path, { cwd, exportName, isDone: host.isTaken }));
  if (target === undefined) return;
  const worker = Array.isArray(target) ? new Worker(target) : target;
  worker.adjust(options);
  await worker.executeFromCommandLine(host);
}

function cwdOf(host: Host, path: string): string {
  try {
    return host.cwd;
  } catch (error) {
    const message = `${path} cannot be found: the working directory does not exist any more.`;
    throw new UsageError(message, 'Go to a directory that exists, or give the whole path of the module.', error);
  }
}

/**
 * The `mode-ts/worker` that belongs to a program. A binary that is installed globally would otherwise run a program with
 * another copy of this package than the one that its decorators come from, and know nothing of its tasks and timers.
 */
async function workerOf(file: string): Promise<Pick<typeof ours, 'Worker' | 'loadTarget'>> {
  let theirs: string;
  try {
    theirs = createRequire(file).resolve('mode-ts/worker');
  } catch {
    return ours; // it uses none: a list of plain classes, say
  }
  if (theirs === fileURLToPath(new URL('index.js', import.meta.url))) return ours;
  return (await import(pathToFileURL(theirs).href)) as typeof ours;
}

/**
 * What a module exports, unless it runs a worker of its own: signals and errors are for that one then, and so is the end.
 *
 * A module can fail to load without a rejection of its import, and the process would end on it with a stack or without a word.
 */
async function loaded(path: string, host: Host, load: () => Promise<Loaded>): Promise<Loaded> {
  const failed = deferred<never>();
  const off = [
    host.onFault((error) => {
      if (host.isTaken()) return;
      const { message, remedy = 'Catch it where it comes from.' } = split(error);
      failed.reject(
        new UsageError(`${path} cannot be loaded, nobody caught an error in it: ${message}`, remedy, error),
      );
    }),
    host.onIdle(() => {
      const message = `${path} does not finish loading: it awaits what nothing is left to settle.`;
      const remedy = 'Look for such a promise at its top level, and in the function that makes the program.';
      failed.reject(new UsageError(message, remedy));
    }),
  ];
  try {
    return await Promise.race([load(), failed.promise]);
  } catch (error) {
    if (!host.isTaken()) throw error;
    // what runs already is stopped in order
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  } finally {
    for (const end of off) end();
  }
}

/** Commander says which argument of which option is invalid; what to give instead is all that it needs to be told. */
function valid<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      const { message, remedy } = split(error);
      throw new InvalidArgumentError(remedy === undefined ? message : `\n  → ${remedy}`);
    }
  };
}

function version(): string {
  const { version: number } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return number;
}
