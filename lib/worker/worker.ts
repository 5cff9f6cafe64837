/** Runs services as a program: boots them, keeps them up until it is told to stop, stops them, and says how it went. */

import { deferred } from '../base/async.js';
import { Alarm, systemClock, type Clock } from '../base/clock.js';
import { toMs } from '../base/duration.js';
import { ModeError } from '../base/errors.js';
import type { LifecycleEvent } from '../base/events.js';
import { Assembly } from './assembly.js';
import { InterruptedError } from './errors.js';
import { EventLog } from './event-log.js';
import { Explainer } from './explain.js';
import { Failures } from './failures.js';
import { signalNumber, type Host, type StopSignal } from './host.js';
import { prefix, type WorkerLog } from './logging.js';
import { isLogSeen, openLog } from './open-log.js';
import type { WorkerOptions } from './options.js';
import { exitCode } from './outcome.js';
import { processHost, standardStreams } from './process-host.js';
import { transitions, type WorkerAction, type WorkerEvent, type WorkerState } from './states.js';
import { unitsOf, type WorkerTarget, type WorkerUnit } from './target.js';

/** How long what was abandoned may still take to be told and named, in milliseconds. */
const FORCED_MS = 500;

/** How long each of the log and the streams may take to be written at the end, in milliseconds. */
const FLUSH_MS = { clean: 2000, forced: 200 };

const NAME = 'Worker';
const ME = prefix(NAME, 0);

/** The options of `worker.stop()`. */
export interface WorkerStopOptions {
  /** The exit code, unless something goes wrong. Default: 0. */
  code?: number;
  /** Why, for the log. */
  reason?: string;
}

/**
 * Runs services as a program (mode's `Worker`): logging, signals, exit codes.
 *
 * ```ts
 * await new Worker(App, { loglevel: 'info' }).executeFromCommandLine();
 * ```
 */
export class Worker {
  readonly #units: readonly WorkerUnit[];
  readonly #options: WorkerOptions;
  readonly #clock: Clock;
  readonly #stopTimeout: number | undefined;
  readonly #done = deferred<number>();
  readonly #interrupt = new AbortController();
  readonly #explainer = new Explainer();
  readonly #failures = new Failures(this.#explainer, (text) => {
    this.#tell(text);
  });
  #state: WorkerState = 'idle';
  #forcedBy: StopSignal | undefined;
  #code: number | undefined;
  #host: Host | undefined;
  /** Open from the beginning of the boot to the end. */
  #log: WorkerLog | undefined;
  #assembly: Assembly | undefined;
  #booting: Promise<void> | undefined;
  #overdue: Alarm | undefined;
  #awake: NodeJS.Timeout | undefined;
  /** What an interrupted boot came to. */
  #takenBack: unknown;

  /**
   * @param target a container, a service class, a service, or a list of them. A container starts everything that is bound
   * in it; classes and services in a list with a container run in the (first) container.
   * @throws UsageError when the target is nothing to run; TypeError for a bad duration
   */
  constructor(target: WorkerTarget, options: WorkerOptions = {}) {
    this.#units = unitsOf(target);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#stopTimeout =
      options.stopTimeout === undefined ? undefined : toMs(options.stopTimeout, 'The stopTimeout of a worker');
  }

  get state(): WorkerState {
    return this.#state;
  }

  /**
   * Starts everything, and resolves to the exit code once everything has stopped again: 0 clean, 1 crashed or failed to
   * start or to stop, 2 bad plan, 128+n forced by signal n. Never rejects, and installs no handlers: `stop()` and `signal()`
   * end it, and so do a crash and a container that is stopped from inside. A worker runs once; a second call joins the first.
   */
  run(): Promise<number> {
    this.#happens('run');
    return this.#done.promise;
  }

  /**
   * Runs as a program (mode's `execute_from_commandline`): SIGINT and SIGTERM stop it, an error that nobody caught crashes
   * it, and the process ends with the exit code of `run()` once the logs are written.
   *
   * @param host the process to run in; a test can play it. Default: the real one.
   */
  async executeFromCommandLine(host: Host = processHost()): Promise<void> {
    this.#host = host;
    const detach = [
      host.onSignal((signal) => {
        this.signal(signal);
      }),
      host.onFault((error) => {
        this.crash(error);
      }),
    ];
    try {
      const code = await this.run();
      // The handlers stay until the very end: without them a further signal would end the process with a code of its own.
      await host.exit(code, this.#patience);
    } finally {
      for (const off of detach) off();
    }
  }

  /** Stops everything in order (mode's `stop`); during the boot, takes it back. Resolves once everything has stopped. */
  async stop({ code, reason }: WorkerStopOptions = {}): Promise<void> {
    if (code !== undefined && !(Number.isInteger(code) && code >= 0 && code <= 255)) {
      throw new TypeError(
        `The exit code of a worker cannot be ${String(code)}\n  → Give a whole number from 0 to 255.`,
      );
    }
    if (this.#state === 'idle') return;
    this.#code ??= code;
    if (reason !== undefined) this.#log?.info(`${ME}Stopping because ${reason}`);
    this.#happens('stop');
    await this.#done.promise;
  }

  /**
   * What a signal does: the first stops everything in order, the second takes away all grace, the third ends the process
   * at once.
   */
  signal(signal: StopSignal): void {
    const [, action] = transitions[this.#state].signal;
    if (action !== 'nothing') this.#log?.info(`${ME}Signal received: ${signal} (${String(signalNumber[signal])})`);
    if (action === 'force') this.#forcedBy = signal;
    this.#happens('signal', signal);
  }

  /** Ends the run because of an error that no service answers for: everything stops in order, and the exit code is 1. */
  crash(error: unknown): void {
    this.#failures.add(error, {
      what: 'Nobody caught an error',
      advice: 'Await the promise where it is made, or hand it to addTask() so that its service answers for it.',
    });
    this.#happens('stop', 'an error that nobody caught');
  }

  #happens(event: WorkerEvent, by = 'worker.stop()'): void {
    const [state, action] = transitions[this.#state][event];
    this.#state = state;
    this.#actions[action](by);
  }

  readonly #actions: Readonly<Record<WorkerAction, (by: string) => void>> = {
    boot: () => {
      // A service that waits for nothing but a signal would let the process end.
      this.#awake = setInterval(() => undefined, 2 ** 30);
      this.#booting = this.#boot();
    },
    announce: () => {
      this.#log?.debug(`${ME}Started.`);
    },
    stop: (by) => {
      void this.#bringDown(by);
    },
    force: () => {
      this.#force();
    },
    leave: () => {
      void this.#leave();
    },
    terminate: () => {
      this.#done.resolve(this.#exitCode);
      this.#host?.terminate(this.#exitCode);
    },
    join: () => {
      // it is under way
    },
    nothing: () => {
      // too early, or too late
    },
  };

  async #boot(): Promise<void> {
    try {
      this.#log = await openLog(this.#options, this.#clock, this.#streams.stdout);
      this.#log.info(`${ME}Starting...`);
      this.#assembly = this.#assemble(this.#log);
      this.#interrupt.signal.throwIfAborted();
      await this.#assembly.boot(this.#interrupt.signal);
      this.#happens('booted');
    } catch (error) {
      if (this.#isInterruption(error)) this.#takenBack = error;
      else this.#failures.add(error);
      // otherwise somebody brings everything down already, and waits for us
      if (this.#state === 'booting') await this.#stopAssembly();
      if (this.#state === 'booting') this.#happens('down');
    }
  }

  #assemble(log: WorkerLog): Assembly {
    const root = { name: NAME, treeParent: undefined, treeChildren: [], target: this };
    const assembly = new Assembly(this.#units, { clock: this.#clock, logger: log, root });
    const events = new EventLog(log, this.#explainer);
    assembly.on((event) => {
      events.write(event);
      this.#follow(event);
    });
    return assembly;
  }

  /** A container may go down without us: somebody stopped it from inside, or a service crashed and nobody supervised it. */
  #follow(event: LifecycleEvent): void {
    this.#failures.notice(event);
    if (event.type !== 'container' || this.#state === 'booting') return;
    if (event.to !== 'stopping' && event.to !== 'stopped' && event.to !== 'failed') return;
    if (event.error !== undefined && !this.#isInterruption(event.error)) this.#failures.add(event.error);
    this.#happens('stop', 'its container');
  }

  async #bringDown(by: string): Promise<void> {
    this.#log?.info(`${ME}Stopping...`);
    this.#interrupt.abort(new InterruptedError(by));
    await this.#stopAssembly();
    await this.#booting;
    // The stop reports what went wrong on the way back, unless the boot did that by itself.
    if (this.#failures.all.length === 0 && hasErrors(this.#takenBack)) this.#failures.add(this.#takenBack);
    this.#happens('down');
  }

  async #stopAssembly(): Promise<void> {
    for (const error of (await this.#assembly?.stop(this.#stopTimeout)) ?? []) this.#failures.add(error);
  }

  #force(): void {
    this.#log?.warn(`${ME}Giving up on everything that has not stopped yet`);
    this.#overdue = new Alarm(this.#clock, this.#clock.now() + FORCED_MS, () => {
      this.#happens('overdue');
    });
    this.#assembly?.force();
  }

  async #leave(): Promise<void> {
    this.#overdue?.cancel();
    clearInterval(this.#awake);
    const held = this.#host?.heldBy() ?? [];
    if (held.length > 0) this.#log?.debug(`${ME}Still open, and closed by the exit: ${held.join(', ')}`);
    this.#log?.info(`${ME}-Stopped!`);
    await this.#log?.close(this.#patience);
    this.#log = undefined;
    this.#done.resolve(this.#exitCode);
  }

  #tell(text: string): void {
    this.#log?.crit(`${ME}${text}`);
    // Who sits at the terminal does not see what goes to a file, nor to a log that could not be opened.
    if (this.#log === undefined || !isLogSeen(this.#options)) this.#streams.stderr.write(`${text}\n`);
  }

  /** Whether this is only how our own interruption of the boot comes back to us. */
  #isInterruption(error: unknown): boolean {
    const { aborted, reason } = this.#interrupt.signal as { aborted: boolean; reason: unknown };
    return aborted && (error === reason || (ModeError.is(error) && error.cause === reason));
  }

  get #streams(): Pick<Host, 'stdout' | 'stderr'> {
    return this.#host ?? standardStreams();
  }

  get #exitCode(): number {
    return exitCode({ failures: this.#failures.all, forcedBy: this.#forcedBy, code: this.#code });
  }

  get #patience(): number {
    return this.#forcedBy === undefined ? FLUSH_MS.clean : FLUSH_MS.forced;
  }
}

function hasErrors(error: unknown): boolean {
  return ModeError.is(error) && 'errors' in error && (error.errors as unknown[]).length > 0;
}
