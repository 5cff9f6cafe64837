/** Runs services as a program: boots them, keeps them up until it is told to stop, stops them, and says how it went. */

import { deferred, isAbort, isOvertaken } from '../base/async.js';
import { Alarm, systemClock, type Clock } from '../base/clock.js';
import { toMs } from '../base/duration.js';
import { ModeError, type BootError } from '../base/errors.js';
import type { LifecycleEvent } from '../base/events.js';
import { peek } from '../base/words.js';
import { serviceOfRejection } from '../run/rejection.js';
import { Explainer, UsageError, explain, isError, split, uncaught, type ExplainOptions } from './explain.js';
import { Failures } from './failures.js';
import { processHost, signalNumber, standardStreams, type Host, type StopSignal } from './host.js';
import { EventLog, prefix, printable, type WorkerLog } from './logging.js';
import { checkStop, checkOptions, optionsIn, type WorkerOptions, type WorkerStopOptions } from './options.js';
import { Assembly, unitsOf, type WorkerTarget, type WorkerUnit } from './target.js';
import { exitCode, leadsTo, transitions, type WorkerEvent, type WorkerMove, type WorkerState } from './transitions.js';
import { hasLogFile, isLogSeen, openLog } from './winston.js';

/** After how long a boot or a stop says whom it waits for, in milliseconds. */
const SLOW_MS = 5000;

/** How long what was abandoned may still take to be told and named, in milliseconds. */
const FORCED_MS = 500;

/** How long each of the log and the streams may take to be written at the end, in milliseconds. */
const FLUSH_MS = { clean: 2000, forced: 200 };

const NAME = 'Worker';
const ME = prefix(NAME, 0);

const NOTHING =
  'No service is bound in the container, so nothing runs\n  → Bind the program: container.bind(App).toSelf(), or export its class.';

/**
 * Runs services as a program (mode's `Worker`): logging, signals, exit codes.
 *
 * ```ts
 * await new Worker(App, { loglevel: 'info' }).executeFromCommandLine();
 * ```
 */
export class Worker {
  readonly #units: readonly WorkerUnit[];
  readonly #clock: Clock;
  readonly #done = deferred<number>();
  readonly #interrupt = new AbortController();
  readonly #explainer = new Explainer();
  readonly #failures = new Failures((error, how) => this.#tell(error, how));
  /** What the command line says. */
  #lastWord: WorkerOptions = {};
  #options: WorkerOptions;
  #state: WorkerState = 'idle';
  #forcedBy: StopSignal | undefined;
  #cutOffBy: StopSignal | undefined;
  #code: number | undefined;
  #host: Host | undefined;
  /** Open from the beginning of the boot to the end. */
  #log: WorkerLog | undefined;
  #assembly: Assembly | undefined;
  /** What an interrupted boot met on the way back. */
  #booting: Promise<unknown[]> | undefined;
  #alarm: Alarm | undefined;
  #awake: NodeJS.Timeout | undefined;
  #begunAt = 0;
  #wasUp = false;
  #isLooking = false;
  #program: Promise<void> | undefined;

  /**
   * @param target a container, a service class, a service, or a list of them. A container starts everything that is bound
   * in it; classes and services in a list with a container run in the (first) container.
   * @throws UsageError when the target is nothing to run; TypeError for a bad duration or level
   */
  constructor(target: WorkerTarget, options: WorkerOptions = {}) {
    this.#units = unitsOf(target);
    this.#clock = options.clock ?? systemClock;
    checkOptions(options);
    this.#options = options;
  }

  /**
   * Options that go before those that it was made with; too late once it runs.
   *
   * @internal how the command line has the last word about a worker that a module exports
   */
  adjust(options: WorkerOptions): void {
    checkOptions(options);
    this.#lastWord = options;
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
   * Runs as a program (mode's `execute_from_commandline`): SIGINT, SIGTERM and SIGHUP stop it, an error that nobody caught crashes
   * it, and the process ends with the exit code of `run()` once the logs are written. A second call joins the first.
   *
   * @param host the process to run in; a test can play it. Default: the real one.
   * @throws UsageError when another worker runs as the program already
   */
  executeFromCommandLine(host: Host = processHost()): Promise<void> {
    return (this.#program ??= this.#execute(host));
  }

  async #execute(host: Host): Promise<void> {
    if (host.isTaken()) {
      throw new UsageError(
        'Another worker runs as this program already, and a process has one.',
        'Give everything to one worker: new Worker([A, B]); or await run(), which leaves the process alone.',
      );
    }
    this.#host = host;
    const detach = [
      host.onSignal((signal) => {
        this.signal(signal);
      }),
      host.onFault((error) => {
        this.crash(error);
      }),
      host.onExit((code) => {
        this.#isCutOff(code);
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
  async stop(options: WorkerStopOptions = {}): Promise<void> {
    const { code, reason } = checkStop(options);
    if (this.#state === 'idle') return;
    this.#code ??= code;
    if (reason !== undefined) this.#log?.info(`${ME}Stopping because ${reason}`);
    this.#happens('stop');
    await this.#done.promise;
  }

  /**
   * What a signal does: the first stops everything in order, the second takes away all grace, the third ends the process
   * at once. SIGHUP opens the log file again, where there is one.
   */
  signal(signal: StopSignal): void {
    const received = `${ME}Signal received: ${signal} (${String(signalNumber[signal])})`;
    if (signal === 'SIGHUP' && hasLogFile(this.#options)) {
      this.#log?.reopen?.();
      this.#log?.info(`${received}, the log file is opened again`);
      return;
    }
    const move = transitions[this.#state].signal;
    if (move !== 'ignore') this.#log?.info(received);
    if (move === 'drain' && this.#options.daemon === false) this.#cutOffBy = signal;
    if (move === 'force' || move === 'hurry') this.#forcedBy ??= signal;
    this.#happens('signal', signal);
  }

  /** Ends the run because of an error that nobody caught: everything stops in order, and the exit code is 1. */
  crash(error: unknown): void {
    const isStopping = transitions[this.#state].stop === 'ignore';
    // what a stop cuts short may say so to nobody
    if (isStopping && (isOvertaken(error) || isAbort(error))) return;
    this.#failures.add(error, uncaught(error, serviceOfRejection(error, this.#assembly?.namesByClass())));
    this.#happens('stop', 'an error that nobody caught');
  }

  #happens(event: WorkerEvent, by = 'worker.stop()'): void {
    const move = transitions[this.#state][event];
    if (move === 'ignore') return;
    this.#state = leadsTo[move];
    this.#moves[move](by);
  }

  readonly #moves: Readonly<Record<Exclude<WorkerMove, 'ignore'>, (by: string) => void>> = {
    boot: () => void (this.#booting = this.#boot()),
    announce: () => {
      this.#wasUp = true;
      this.#alarm?.cancel();
      this.#log?.debug(`${ME}Started.`);
      if (this.#assembly?.isEmpty === true) this.#log?.warn(ME + NOTHING);
      else this.#log?.info(ME + ready(this.#assembly?.running, this.#clock.now() - this.#begunAt));
      this.#lookForWork();
    },
    stop: (by) => void this.#bringDown(by),
    drain: (by) => void this.#bringDown(by),
    heed: () => undefined,
    force: () => {
      this.#log?.warn(`${ME}Giving up on everything that has not stopped yet`);
      this.#after(FORCED_MS, () => this.#happens('overdue'));
      this.#assembly?.force();
    },
    leave: () => void this.#leave(),
    hurry: () => {
      setTimeout(() => this.#host?.terminate(this.#exitCode), FLUSH_MS.forced).unref();
    },
    terminate: () => {
      this.#done.resolve(this.#exitCode);
      this.#host?.terminate(this.#exitCode);
    },
  };

  async #boot(): Promise<unknown[]> {
    // A service that waits for nothing but a signal would let the process end.
    this.#awake = setInterval(() => undefined, 2 ** 30);
    try {
      this.#begunAt = this.#clock.now();
      this.#options = { ...this.#options, ...optionsIn(this.#host?.env), ...this.#lastWord };
      const log = openLog(this.#options, this.#clock, this.#streams.stdout, (trouble) => {
        this.#streams.stderr.write(`${printable(ME + trouble)}\n`);
      });
      this.#log = log;
      log.info(`${ME}Starting...`);
      // a stop in the turn of the loop in which it was run is before anything has begun
      await Promise.resolve();
      const root = { name: NAME, target: this };
      this.#assembly = new Assembly(this.#units, { clock: this.#clock, logger: log, root });
      this.#assembly.on(() => {
        const events = new EventLog(log, this.#explainer);
        return (event, isUp) => {
          events.write(event);
          this.#heed(event, isUp);
        };
      });
      this.#interrupt.signal.throwIfAborted();
      this.#nameTheSlow('starting');
      await this.#assembly.boot(this.#interrupt.signal);
      this.#happens('booted');
    } catch (error) {
      if (this.#isInterruption(error)) {
        if (this.#state === 'booting') this.#log?.warn(ME + split(causeOf(error)).message);
        this.#happens('stop', 'what it runs');
        return errorsOf(error);
      }
      this.#failures.add(error);
      // otherwise somebody brings everything down already, and waits for us
      if (this.#state === 'booting') for (const one of await this.#stopAssembly()) this.#failures.add(one);
      if (this.#state === 'booting') this.#happens('down');
    }
    return [];
  }

  /**
   * A container may go down without us: somebody stopped it from inside, or a service crashed and nobody supervised it. What goes
   * wrong while it boots, its boot tells.
   */
  #heed(event: LifecycleEvent, isUp: boolean): void {
    this.#failures.notice(event);
    // the program goes on, but does not end as if nothing had happened
    if (event.type === 'degraded') this.#failures.add(event.error);
    if (endsSomething(event)) this.#lookForWork();
    if (event.type !== 'container') return;
    if (event.to !== 'stopping' && event.to !== 'stopped' && event.to !== 'failed') return;
    if ('error' in event) {
      if (!isUp) return;
      if (!this.#isInterruption(event.error)) this.#failures.add(event.error);
    }
    this.#happens('stop', 'its container');
  }

  /** Ends the program when there is nothing left that it runs for; once everything is done that this turn of the loop brings. */
  #lookForWork(): void {
    if (this.#state !== 'up' || this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      if (this.#state !== 'up') return;
      if (this.#assembly?.isAlive !== true) this.#end('nothing runs any more');
      else if (this.#options.daemon === false && !this.#assembly.isWorking) this.#end('every task has returned');
    });
  }

  #end(reason: string): void {
    this.#log?.info(`${ME}Stopping because ${reason}`);
    this.#happens('stop', 'itself');
  }

  async #bringDown(by: string): Promise<void> {
    // a crash that nobody answers has ended the program, and is known
    const lost = this.#wasUp && this.#failures.all.length === 0 ? this.#assembly?.losses : undefined;
    for (const { error } of lost ?? []) this.#failures.add(error);
    this.#log?.info(`${ME}Stopping...`);
    this.#nameTheSlow('stopping');
    this.#interrupt.abort(new ModeError('ERR_MODE_INTERRUPTED', { message: `The worker was told to stop by ${by}.` }));
    const stopped = this.#stopAssembly();
    // A boot that fails by itself tells why, before the stop tells what else went wrong.
    const onTheWayBack = (await this.#booting) ?? [];
    for (const error of await stopped) this.#failures.add(error);
    // The stop reports these, unless the boot went back by itself.
    if (this.#failures.all.length === 0) for (const error of onTheWayBack) this.#failures.add(error);
    this.#happens('down');
  }

  /** Gives back what went wrong. */
  async #stopAssembly(): Promise<unknown[]> {
    const { stopTimeout } = this.#options;
    return (await this.#assembly?.stop(stopTimeout === undefined ? undefined : toMs(stopTimeout))) ?? [];
  }

  /** Whoever waits at the terminal, or reads the log at night, wants to know what for. */
  #nameTheSlow(what: 'starting' | 'stopping'): void {
    this.#after(SLOW_MS, () => {
      const names = this.#assembly?.namesIn(what) ?? '';
      const way = this.#state === 'draining' ? '; a second signal does not wait' : '';
      if (names !== '') this.#log?.info(`${ME}Still ${what}: ${names}${way}`);
    });
  }

  /** There is never more than one thing to wait for. */
  #after(ms: number, callback: () => void): void {
    this.#alarm?.cancel();
    this.#alarm = new Alarm(this.#clock, this.#clock.now() + ms, callback);
  }

  async #leave(): Promise<void> {
    this.#alarm?.cancel();
    clearInterval(this.#awake);
    const held = this.#host?.heldBy() ?? [];
    if (held.length > 0) this.#log?.debug(`${ME}Still open, and closed by the exit: ${held.join(', ')}`);
    this.#log?.info(`${ME}-Stopped!`);
    this.#assembly?.release();
    await this.#log?.close(this.#patience);
    this.#log = undefined;
    this.#done.resolve(this.#exitCode);
  }

  /** The process ends although we have not: only what is said at once is still heard. */
  #isCutOff(code: number): void {
    if (this.#state === 'idle' || this.#state === 'exited') return;
    const names = this.#assembly?.namesIn('starting', 'running', 'stopping') ?? '';
    this.#streams.stderr.write(
      `${ME}process.exit(${String(code)}) ended the program${names === '' ? '' : `, and nobody stopped ${names}`}\n` +
        '  → Stop the container or the worker instead, without awaiting it, or let a service crash.\n',
    );
  }

  #tell(error: unknown, how: ExplainOptions): void {
    this.#log?.crit(`${ME}${this.#explainer.explain(error, how)}`);
    // Who sits at the terminal does not see what goes to a file, nor to a log that could not be opened.
    const seen = this.#log !== undefined && isLogSeen(this.#options);
    if (!seen) this.#streams.stderr.write(`${printable(explain(error, how))}\n`);
  }

  /**
   * Whether this is only how an interruption of the boot comes back to us: our own, or a task that stopped its container or its
   * service before the boot was over.
   */
  #isInterruption(error: unknown): boolean {
    const { aborted, reason } = this.#interrupt.signal as { aborted: boolean; reason: unknown };
    const cause = causeOf(error);
    return isError(cause, 'ERR_MODE_BOOT_ABORTED') || (aborted && (error === reason || cause === reason));
  }

  get #streams(): Pick<Host, 'stdout' | 'stderr'> {
    return this.#host ?? standardStreams();
  }

  get #exitCode(): number {
    return exitCode({
      failures: this.#failures.all,
      forcedBy: this.#forcedBy,
      cutOffBy: this.#cutOffBy,
      code: this.#code,
      programCode: this.#host?.exitCode,
    });
  }

  get #patience(): number {
    return this.#forcedBy === undefined ? FLUSH_MS.clean : FLUSH_MS.forced;
  }
}

/** One line that says that the boot is over. */
function ready(services = 0, ms: number): string {
  return `Ready: ${String(services)} service${services === 1 ? '' : 's'} in ${String(Math.round(ms))} ms`;
}

/** Whether after this there may be nothing left to do. */
function endsSomething(event: LifecycleEvent): boolean {
  if (event.type === 'service') return event.to === 'stopped' || event.to === 'crashed';
  return event.type === 'task' && event.what !== 'begin';
}

function causeOf(error: unknown): unknown {
  return ModeError.is(error) ? peek(error, 'cause') : undefined;
}

/** What went wrong when a boot was rolled back. */
function errorsOf(error: unknown): unknown[] {
  return ModeError.is(error) && error.code === 'ERR_MODE_BOOT' ? (error as BootError).errors : [];
}
