/**
 * The life of one service: the only writer of its state. It works the same for a class of its own, a subclass of
 * `Service`, and inside and outside a container.
 *
 * A run walks the phases of `run.ts` one after another, without promises where nothing is asynchronous. There is a
 * single way down, which a stop, a crash and a failed start all take.
 */
import { deferred, isThenable, type Deferred } from '../base/async.js';
import { describeError } from '../base/errors.js';
import type { LogLevel, Logger, ServiceState } from '../base/events.js';
import { definitionOf, Hook, hooksAmong, type Class, type Definition } from '../declare/definition.js';
import { Answer } from './answer.js';
import type { TreeNode } from './beacon.js';
import { Children } from './children.js';
import { DEFAULT_TIMEOUT, standalone, type Environment } from './environment.js';
import type { Hooks, Owner } from './hooks.js';
import { prefixed } from './log.js';
import {
  abandoned,
  impossible,
  isEcho,
  notRunning,
  startTimedOut,
  stillStopping,
  stopErrorOf,
  stopTimedOut,
} from './mishaps.js';
import { CHILDREN, Phase, Run } from './run.js';
import { performStep } from './steps.js';
import { transitions, type Happening } from './transitions.js';
import { hookAt, waitingOn } from './waiting-on.js';
import { Waits, type Wait } from './waiting.js';

/** After a start timed out, its hook has this long to notice the aborted signal. Milliseconds. */
const ABORT_GRACE = 1_000;

/** Where an instance of `Service` keeps its lifecycle. */
export const LIFECYCLE = Symbol('mode-ts.lifecycle');

interface Target extends Hooks {
  readonly [LIFECYCLE]?: Lifecycle;
  readonly mundaneLevel?: LogLevel;
}

/** When a state began that nobody listened to. */
const UNKNOWN = -1;

const NO_CHILDREN: readonly Lifecycle[] = Object.freeze([]);

const lifecycles = new WeakMap<object, Lifecycle>();

// What a container is about to make, and has made: a look-up in an instance or a class that is seen for the first time is expensive.
let expected: Definition | undefined;
let made: Lifecycle | undefined;

/** Says what is about to be made; `undefined`, that what was made is not to be found by {@link lifecycleMade}. */
export function expectInstance(definition: Definition | undefined): void {
  expected = definition;
  made = undefined;
}

/** A lifecycle for an instance that is being made by its base class. */
export function makeLifecycle(target: object, cls: Class): Lifecycle {
  if (expected?.cls !== cls) return new Lifecycle(target, definitionOf(cls));
  return (made = new Lifecycle(target, expected));
}

/** The lifecycle of the instance that was expected. */
export function lifecycleMade(instance: object): Lifecycle {
  const lifecycle = made;
  expectInstance(undefined);
  return lifecycle?.target === instance ? lifecycle : lifecycleOf(instance);
}

/** In whole milliseconds: a number with a fraction takes an object of its own in each run. */
function deadline(since: number, timeout = DEFAULT_TIMEOUT): number {
  return Math.ceil(since + timeout);
}

/** What few services in a container need, and there are many of those. */
class Extras {
  name: string | undefined;
  id: string | undefined;
  log: Logger | undefined;
  /** For who asked for the signal before the first start. */
  early: AbortController | undefined;
  waits: Waits | undefined;
  /** For who calls `start()` and `stop()` on the service itself. */
  starting: Deferred<void> | undefined;
  stopping: Deferred<void> | undefined;
}

/** The lifecycle of an instance; made on first demand. */
export function lifecycleOf(target: object): Lifecycle {
  let lifecycle = (target as Target)[LIFECYCLE] ?? lifecycles.get(target);
  if (lifecycle === undefined) {
    lifecycle = new Lifecycle(target);
    lifecycles.set(target, lifecycle);
  }
  return lifecycle;
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Lifecycle implements TreeNode {
  #state: ServiceState = 'idle';
  #since: number = UNKNOWN;
  /** How often it was started. */
  runs = 0;
  #extras: Extras | undefined;
  /** The current run, or the last one. */
  run: Run | undefined;
  owner: Owner | undefined;
  parent: Lifecycle | undefined;
  env: Environment = standalone;
  /** Its children, once it had any. */
  family: Children | undefined;
  /** Which hooks it has, as bits of `Hook`. */
  hooks: number;

  constructor(
    readonly target: Target,
    readonly definition: Definition = definitionOf(target.constructor as Class),
  ) {
    this.hooks = definition.hooks;
  }

  get #rare(): Extras {
    return (this.#extras ??= new Extras());
  }

  /** What people read. */
  get name(): string {
    return this.#extras?.name ?? this.definition.name;
  }

  set name(name: string) {
    this.#rare.name = name;
  }

  /** Whether it stands for a value that is no service class. */
  get isResource(): boolean {
    return this.definition.cls === undefined;
  }

  /** Whether it is on its way up or down. */
  get isBusy(): boolean {
    return this.run !== undefined && this.run.phase !== Phase.Up && this.run.phase !== Phase.Down;
  }

  /** Unique in its container. */
  get id(): string {
    return this.owner?.id ?? this.#extras?.id ?? this.name;
  }

  set id(id: string) {
    this.#rare.id = id;
  }

  /** Whether it has any hook or background work: whether it is more than a value. */
  get alive(): boolean {
    return this.definition.hasLife || hooksAmong(Object.keys(this.target)) !== 0;
  }

  get children(): readonly Lifecycle[] {
    return this.family?.list ?? NO_CHILDREN;
  }

  get treeParent(): TreeNode | undefined {
    return this.parent?.treeNode;
  }

  get treeChildren(): TreeNode[] {
    return this.children.map(({ treeNode }) => treeNode);
  }

  /** What stands for it in the tree. */
  get treeNode(): TreeNode {
    return this.owner?.treeNode ?? this;
  }

  get log(): Logger {
    return (this.#rare.log ??= prefixed(this));
  }

  /** Has something released at the end of the run; at once where it is too late for that. */
  release(what: string, release: () => unknown): void {
    if (this.run !== undefined && this.run.phase < Phase.Release) {
      this.run.scope.add(release);
      return;
    }
    Promise.resolve()
      .then(release)
      .catch((error: unknown) => {
        this.warn(`could not release what it gave to ${what}`, error);
      });
    this.activeRun(what);
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** What `console.log(service)` shows instead of everything that hangs on it. */
  [INSPECT](): string {
    return `[${this.#state}]`;
  }

  get crashReason(): unknown {
    return this.run?.failure?.error;
  }

  /** How often it was started again. */
  get restartCount(): number {
    return Math.max(0, this.runs - 1);
  }

  /** Whether its work should come to an end. */
  get shouldStop(): boolean {
    return this.#state === 'stopping' || this.#state === 'stopped' || this.#state === 'crashed';
  }

  /** Aborts when the run ends. */
  get signal(): AbortSignal {
    // before the first start it is the signal of the run to come
    return this.run?.signal ?? (this.#rare.early ??= new AbortController()).signal;
  }

  get waits(): Waits {
    return (this.#rare.waits ??= new Waits(this.env.clock, () => this.shouldStop));
  }

  /** The run, while it can still take something on. */
  activeRun(what: string): Run {
    if (this.run === undefined || this.#state === 'idle' || this.#state === 'stopped' || this.#state === 'crashed') {
      throw notRunning(this, what);
    }
    return this.run;
  }

  /** Gives a run the signal that somebody has asked for already. */
  #handOver(run: Run): void {
    const extras = this.#extras;
    if (extras?.early === undefined) return;
    run.inherit(extras.early);
    extras.early = undefined;
  }

  /** Starts it. Its owner hears how that went. `since` is when its time began, on the clock's `now()`. */
  begin(since = this.env.clock.now()): void {
    if (transitions[this.#state].start !== 'starting') {
      this.#happens('start');
      return;
    }
    const run = new Run(this);
    this.#handOver(run);
    this.run = run;
    this.runs += 1;
    run.deadline = deadline(since, this.definition.startTimeout);
    // whoever hears of it finds the new run, and may have ended it
    this.#become('starting', undefined);
    if (!run.ending) this.#proceed(run);
  }

  /** Starts it (mode's `start`). Rejects with what its own hook threw, after the way down. */
  start(): Promise<void> {
    if (this.#state === 'running' && this.#extras?.starting === undefined && this.run?.phase === Phase.Up) {
      return Promise.resolve();
    }
    const rare = this.#rare;
    const before = rare.starting;
    const { promise } = (rare.starting ??= deferred());
    try {
      this.begin();
    } catch (error) {
      // a start that was ended by a stop has still to be answered
      rare.starting = before;
      // oxlint-disable-next-line prefer-promise-reject-errors -- it is what was thrown
      return Promise.reject(error);
    }
    return promise;
  }

  /** Stops it, if it was started. Rejects with what went wrong on the way down, after everything was tried. */
  stop(): Promise<void> {
    if (this.#state === 'idle' || this.#state === 'stopped' || this.#state === 'crashed') return Promise.resolve();
    const { promise } = (this.#rare.stopping ??= deferred());
    this.end();
    return promise;
  }

  /** Ends its run in peace. */
  end(): void {
    if (this.#state === 'stopping') {
      this.descend();
    } else if (this.#happens('stop')) {
      const run = this.run as Run;
      this.#finish(run);
      this.descend();
    }
  }

  /** Ends its run because of an error (mode's `crash`). */
  crash(error: unknown): void {
    const wasUp = this.run?.phase === Phase.Up;
    if (!this.#happens('crash', error)) return;
    const run = (this.run ??= new Run(this));
    run.failure = { error, fell: wasUp };
    if (this.#state === 'crashed') {
      // it had never started, so there is no way down to take
      this.#handOver(run);
      run.phase = Phase.Down;
      run.end();
      this.#extras?.waits?.wakeAll();
      return;
    }
    this.#finish(run);
    if (!wasUp) {
      this.descend();
      this.owner?.failing?.(this, error);
    } else if (this.owner === undefined) this.descend();
    else this.owner.crashed(this, error);
  }

  /** Goes down with its parent, for the same reason. Settles like a stop. */
  fall(error: unknown): Promise<void> {
    if (this.#state !== 'running' && this.#state !== 'starting') return this.stop();
    const { promise } = (this.#rare.stopping ??= deferred());
    this.crash(error);
    return promise;
  }

  /** Goes down, after the run has ended. Only a crash waits for this call; see {@link Owner.crashed}. */
  descend(): void {
    const { run } = this;
    if (this.#state !== 'stopping' || run === undefined || !run.ending || run.busy || run.phase > Phase.Up) return;
    // a crash may have waited for its turn, which was none of its own time
    if (run.crashed) run.deadline = deadline(this.env.clock.now(), this.definition.stopTimeout);
    run.phase = run.after(Phase.Up);
    this.#proceed(run);
  }

  /** Gives up waiting: what is left of the way down is done, but not waited for. */
  abandon(timedOut = false): void {
    const { run } = this;
    if (this.#state !== 'stopping' || run === undefined || run.forced) return;
    const waiting = waitingOn(this, run);
    const error = timedOut ? stopTimedOut(this, waiting) : abandoned(this, waiting);
    run.forced = true;
    run.abandoned = waiting;
    this.env.deadlines.forget(run);
    run.grace?.abort(error);
    if (this.env.listening) this.env.emit({ type: 'abandoned', service: this.name, waitingOn: waiting });
    run.failure ??= { error };
    if (run.phase === Phase.ChildrenDown) this.family?.abandon();
    else if (run.phase === Phase.Release) void run.closeScope();
    if (run.busy) this.#giveUp(run);
    else this.descend();
  }

  /** The step that is under way, if it is code of the service's own. */
  get step(): string | undefined {
    return this.run?.busy === true ? hookAt(this, this.run) : undefined;
  }

  /** What waits for something in this service now. */
  get pendingWaits(): Iterable<Wait> {
    return this.#extras?.waits ?? [];
  }

  /** Takes a service on as a child: it starts and stops with this one, in its place among the others. */
  adopt(child: Lifecycle, owner?: Owner, index?: number): void {
    if (child.parent === this) return;
    (this.family ??= new Children(this)).adopt(child, owner, index);
    if (this.run !== undefined) this.run.needs |= CHILDREN;
  }

  adoptService(child: object): void {
    this.adopt(lifecycleOf(child));
  }

  /** Lets a child go. It goes on as it is. */
  disown(child: Lifecycle): void {
    this.family?.disown(child);
  }

  inherit(env: Environment): void {
    if (this.env === env) return;
    this.env = env;
    if (this.#extras?.waits !== undefined) this.#extras.waits.clock = env.clock;
    if (this.family !== undefined) for (const child of this.family.list) child.inherit(env);
  }

  /** Its deadline has come. */
  expired(run: Run): void {
    if (run !== this.run) return;
    if (!run.ending) {
      this.crash(startTimedOut(this, waitingOn(this, run)));
      run.deadline = Math.min(run.deadline, deadline(this.env.clock.now(), ABORT_GRACE));
      this.#watch(run);
    } else if (run.phase < Phase.Stop) {
      // the hook of the start did not notice in time that nobody waits for it any more
      const waiting = waitingOn(this, run);
      if (this.env.listening) this.env.emit({ type: 'abandoned', service: this.name, waitingOn: waiting });
      run.abandoned = waiting;
      run.failure ??= { error: stopTimedOut(this, waiting) };
      run.deadline = deadline(this.env.clock.now(), this.definition.stopTimeout);
      this.#giveUp(run);
    } else {
      this.abandon(true);
    }
  }

  warn(message: string, error?: unknown): void {
    if (this.env.listening) {
      this.env.emit({ type: 'warning', service: this.name, message: `${this.name} ${message}`, error });
    }
  }

  /** Leaves the step that is under way to itself and goes on with the next one. */
  #giveUp(run: Run): void {
    if (run.answer !== undefined) run.answer.givenUp = run.phase;
    run.answer = undefined;
    run.busy = false;
    run.phase = run.after(run.phase < Phase.Stop ? Phase.Up : run.phase);
    this.#proceed(run);
  }

  /** Walks on until a step is asynchronous, or the run rests. */
  #proceed(run: Run): void {
    while (run.phase !== Phase.Up && run.phase !== Phase.Down) {
      let pending: unknown;
      run.busy = true;
      try {
        pending = performStep(this, run);
      } catch (error) {
        run.busy = false;
        this.#failed(run, error);
        continue;
      }
      if (isThenable(pending)) {
        if (!run.forced) {
          this.#await(run, pending);
          return;
        }
        this.#disregard(pending);
      }
      run.busy = false;
      this.#passed(run);
    }
    if (run.phase === Phase.Up) this.#up(run);
    else this.#bottom(run);
  }

  #await(run: Run, pending: PromiseLike<unknown>): void {
    this.#watch(run);
    const answer = (run.answer ??= new Answer(run));
    // what only looks like a promise may call back more than once
    void Promise.resolve(pending).then(answer.passed, answer.failed);
  }

  /** The step that was waited for went well. */
  passed(run: Run): void {
    run.busy = false;
    this.#passed(run);
    this.#proceed(run);
  }

  /** The step that was waited for threw. */
  failed(run: Run, error: unknown): void {
    run.busy = false;
    this.#failed(run, error);
    this.#proceed(run);
  }

  /** A step that was given up went well after all. */
  passedLate(run: Run, phase: Phase): void {
    if (phase === Phase.Start) this.#late(run);
  }

  failedLate(error: unknown): void {
    this.warn('failed after it was abandoned', error);
  }

  /** Nobody waits for what is left of the way down. */
  #disregard(pending: PromiseLike<unknown>): void {
    pending.then(undefined, (error: unknown) => {
      this.failedLate(error);
    });
  }

  /** A step went well. */
  #passed(run: Run): void {
    // without an `onStart` there is nothing that could fail to succeed
    if (run.phase === Phase.Start || (run.phase === Phase.First && !run.ending && (this.hooks & Hook.onStart) === 0)) {
      run.started = true;
    }
    run.phase = run.after(run.ending && run.phase < Phase.Stop ? Phase.Up : run.phase);
  }

  /** A step threw. */
  #failed(run: Run, error: unknown): void {
    if (run.phase >= Phase.Stop) {
      run.addError(error);
      run.phase = run.after(run.phase);
      return;
    }
    if (!run.ending) {
      this.#happens('crash', error);
      run.failure = { error };
      this.#finish(run);
      run.phase = run.after(Phase.Up);
      this.owner?.failing?.(this, error);
      return;
    }
    if (!isEcho(error, run.reason)) run.addError(error);
    run.phase = run.after(Phase.Up);
  }

  /** An `onStart` that was given up has succeeded after all: what it acquired must not be lost. */
  #late(run: Run): void {
    if (!run.owesStop()) return;
    const stop = async (): Promise<void> => {
      try {
        await this.target.onStop?.(AbortSignal.abort(run.reason));
      } catch (error) {
        this.warn('failed to stop after a start that came too late', error);
      }
    };
    // where it runs again, that must not be stopped under those who use it
    if (this.run !== run && this.run !== undefined && this.run.phase < Phase.Release) this.run.scope.add(stop);
    else void stop();
  }

  /** Its work begins. */
  rise(): void {
    this.#happens('up');
  }

  #up(run: Run): void {
    if (run.ending) return;
    run.grace = undefined;
    run.answer = undefined;
    this.env.deadlines.forget(run);
    const extras = this.#extras;
    extras?.starting?.resolve();
    if (extras !== undefined) extras.starting = undefined;
    this.owner?.cameUp?.(this);
  }

  /** The bottom of the way down. */
  #bottom(run: Run): void {
    run.grace = undefined;
    run.answer = undefined;
    this.env.deadlines.forget(run);
    if (run.errors !== undefined) run.failure ??= { error: run.errors[0] };
    const extras = this.#extras;
    const starting = extras?.starting;
    const stopping = extras?.stopping;
    if (extras !== undefined) extras.starting = extras.stopping = undefined;
    this.#happens(run.failure === undefined ? 'down' : 'fail', run.failure?.error);
    // whoever hears of it first may start it again at once
    this.owner?.down?.(this);
    starting?.reject(run.failure === undefined ? run.reason : run.failure.error);
    if (stopping === undefined) return;
    const error = stopErrorOf(this, run);
    if (error === undefined) stopping.resolve();
    else stopping.reject(error);
  }

  /** A run ends: everything that waits on it hears so. */
  #finish(run: Run): void {
    run.crashed = run.failure !== undefined;
    run.deadline = deadline(this.env.clock.now(), this.definition.stopTimeout);
    if (run.busy) this.#watch(run);
    run.end();
    this.#extras?.waits?.wakeAll();
    if (run.phase === Phase.Children) for (const child of this.children) if (child.isBusy) child.end();
  }

  #watch(run: Run): void {
    if (Number.isFinite(run.deadline)) this.env.deadlines.watch(run);
  }

  /** Whether the table lets it happen now; moves to the state that follows. */
  #happens(happening: Happening, error?: unknown): boolean {
    const verdict = transitions[this.#state][happening];
    switch (verdict) {
      case 'join':
        return false;
      case 'record':
        this.#record(error);
        return false;
      case 'refuse':
        throw stillStopping(this);
      case 'bug':
        throw impossible(this, happening);
      default:
        this.#become(verdict, error);
        return true;
    }
  }

  #become(to: ServiceState, error: unknown): void {
    const from = this.#state;
    this.#state = to;
    const { env } = this;
    if (!env.listening) {
      this.#since = UNKNOWN;
      return;
    }
    const now = env.clock.now();
    const ms = this.#since === UNKNOWN ? undefined : now - this.#since;
    this.#since = now;
    env.emit({
      type: 'service',
      id: this.id,
      name: this.name,
      from,
      to,
      ...(ms === undefined ? undefined : { ms }),
      ...(error === undefined ? undefined : { error }),
      depth: this.depth,
      level: this.target.mundaneLevel ?? 'info',
    });
  }

  /** Its distance from the root. */
  get depth(): number {
    let depth = 0;
    let top: Lifecycle | undefined;
    for (let above = this.parent; above !== undefined; above = above.parent) {
      top = above;
      depth += 1;
    }
    return depth + ((top ?? this).owner?.depth ?? 0);
  }

  /** An error that comes too late to change the course. */
  #record(error: unknown): void {
    const { run } = this;
    if (run !== undefined && isEcho(error, run.reason)) return;
    if (this.#state === 'stopping' && run !== undefined && error !== run.failure?.error) {
      run.addError(error);
    } else this.warn(`failed while it was ${this.#state}: ${describeError(error)}`, error);
  }
}
