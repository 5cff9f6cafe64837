/**
 * The life of one service: the only writer of its state. It works the same for a class of its own, a subclass of
 * `Service`, and inside and outside a container.
 *
 * A run walks the phases of `run.ts` one after another, without promises where nothing is asynchronous. There is a
 * single way down, which a stop, a crash and a failed start all take.
 */
import { deferred } from '../base/async.js';
import type { LogLevel, Logger, ServiceState } from '../base/events.js';
import { definitionOf, type Class, type Definition } from '../declare/definition.js';
import * as Hook from '../declare/hook.js';
import type { TreeNode } from './beacon.js';
import { Children } from './children.js';
import { isInstance, noService } from './declared.js';
import { standalone, type Environment } from './environment.js';
import { Extras } from './extras.js';
import type { Hooks, Owner } from './hooks.js';
import { prefixed } from './log.js';
import { answerStop, impossible, notRunning, parentStopping, stillStopping } from './mishaps.js';
import { abandon, expire, record } from './overdue.js';
import * as Phase from './phase.js';
import { CHILDREN, Run } from './run.js';
import { labelOf, tellState } from './telling.js';
import { transitions, type Happening } from './transitions.js';
import { Waits, type Wait } from './waiting.js';
import { proceed } from './walk.js';

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

/** The lifecycle of an instance; made on first demand. */
export function lifecycleOf(target: object): Lifecycle {
  return (target as Target)[LIFECYCLE] ?? lifecycleIn(target);
}

/** The same for an instance that does not know its own. */
export function lifecycleIn(target: object, definition?: Definition): Lifecycle {
  const lifecycle = lifecycles.get(target) ?? new Lifecycle(target, definition);
  lifecycles.set(target, lifecycle);
  return lifecycle;
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class Lifecycle implements TreeNode {
  private current: ServiceState = 'idle';
  private since: number = UNKNOWN;
  /** How often it was started. */
  runs = 0;
  private extras: Extras | undefined;
  /** The current run, or the last one. */
  run: Run | undefined = undefined;
  owner: Owner | undefined = undefined;
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

  get rare(): Extras {
    return (this.extras ??= new Extras());
  }

  /** What people read. */
  get name(): string {
    return this.definition.extendsBase ? labelOf(this) : this.givenName;
  }

  /** The name that it was given, or that of its class. */
  get givenName(): string {
    return this.extras?.name ?? this.definition.name;
  }

  set name(name: string) {
    this.rare.name = name;
  }

  /** Whether it is on its way up or down. */
  get isBusy(): boolean {
    return this.run !== undefined && this.run.phase !== Phase.Up && this.run.phase !== Phase.Down;
  }

  /** Unique in its container. */
  get id(): string {
    return this.owner?.id ?? this.extras?.id ?? this.name;
  }

  set id(id: string) {
    this.rare.id = id;
  }

  /** Whether it has any hook or background work: whether it is more than a value. */
  get alive(): boolean {
    return this.definition.hasLife || Hook.withFields(0, this.target) !== 0;
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
    return (this.rare.log ??= prefixed(this));
  }

  get state(): ServiceState {
    return this.current;
  }

  /** What `console.log(service)` shows instead of everything that hangs on it. */
  [INSPECT](): string {
    return `[${this.current}]`;
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
    return this.current === 'stopping' || this.current === 'stopped' || this.current === 'crashed';
  }

  /** Aborts when the run ends. */
  get signal(): AbortSignal {
    // before the first start it is the signal of the run to come
    return this.run?.signal ?? (this.rare.early ??= new AbortController()).signal;
  }

  get waits(): Waits {
    return (this.rare.waits ??= new Waits(this.env.clock, () => this.shouldStop));
  }

  /** The run, while it can still take something on: up to a phase. */
  activeRun(what: string, last: Phase.Any): Run {
    const { run } = this;
    if (run === undefined || run.phase > last) throw notRunning(this, what);
    return run;
  }

  /** Gives a run the signal that somebody has asked for already. */
  private handOver(run: Run): void {
    const { extras } = this;
    if (extras?.early === undefined) return;
    run.inherit(extras.early);
    extras.early = undefined;
  }

  /** Starts it. Its owner hears how that went. */
  begin(): void {
    if (transitions[this.current].start !== 'starting') {
      this.happens('start');
      return;
    }
    const run = new Run(this);
    if (this.extras !== undefined) this.handOver(run);
    this.run = run;
    this.runs += 1;
    run.allow(this.definition.startTimeout);
    // whoever hears of it finds the new run, and may have ended it
    this.become('starting', 'start');
    if (!run.ending) proceed(run);
  }

  /** Starts it (mode's `start`). Rejects with what its own hook threw, after the way down. */
  start(): Promise<void> {
    if (this.current === 'running' && this.extras?.starting === undefined && this.run?.phase === Phase.Up) {
      return Promise.resolve();
    }
    if (this.parent?.state === 'stopping') return Promise.reject(parentStopping(this.parent, this));
    const rare = this.rare;
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
    this.callOff();
    return this.goDown();
  }

  /** Whoever restarts it is not to start it any more. */
  callOff(): void {
    if (this.extras !== undefined) this.extras.stops += 1;
  }

  /** The same as a stop, for who will start it again. */
  goDown(): Promise<void> {
    if (this.current === 'idle' || this.current === 'stopped' || this.current === 'crashed') return Promise.resolve();
    const { promise } = (this.rare.stopping ??= deferred());
    this.end();
    return promise;
  }

  /** Ends its run in peace. */
  end(): void {
    if (this.current !== 'stopping' && this.happens('stop')) this.finish(this.run as Run);
    this.descend();
  }

  /** Ends its run because of an error (mode's `crash`). Unless it does not spread, its children go down for the same reason. */
  crash(error: unknown, spreads = true): void {
    const wasUp = this.run?.phase === Phase.Up;
    if (!this.happens('crash', error)) return;
    const run = (this.run ??= new Run(this));
    run.failure = { error, spreads, fell: wasUp };
    if (this.current === 'crashed') {
      // it had never started, so there is no way down to take
      this.handOver(run);
      run.phase = Phase.Down;
      run.end();
      this.extras?.waits?.wakeAll();
      return;
    }
    this.finish(run);
    const { owner } = this;
    if (!wasUp || owner === undefined) this.descend();
    if (wasUp) owner?.crashed(this, error);
    else owner?.failing?.(this, error);
  }

  /** Goes down, after the run has ended. Only a crash waits for this call; see {@link Owner.crashed}. */
  descend(): void {
    const { run } = this;
    if (this.current !== 'stopping' || run === undefined || !run.ending || run.busy || run.phase > Phase.Up) return;
    // a crash may have waited for its turn, which was none of its own time
    if (run.crashed) run.allow(this.definition.stopTimeout);
    run.phase = run.after(Phase.Up);
    proceed(run.hearer);
  }

  /** Gives up waiting: what is left of the way down is done, but not waited for. */
  abandon(): void {
    const { run } = this;
    if (this.current === 'stopping' && run?.forced === false) abandon(this, run, false);
  }

  /** What waits for something in this service now. */
  get pendingWaits(): Iterable<Wait> {
    return this.extras?.waits ?? [];
  }

  /** Takes a service on as a child: it starts and stops with this one, in its place among the others. */
  adopt(child: Lifecycle, owner?: Owner, index?: number): void {
    if (child.parent === this) return;
    (this.family ??= new Children(this)).adopt(child, owner, index);
    if (this.run !== undefined) this.run.needs |= CHILDREN;
  }

  /** The same for what user code gave, where a class of its own will do. */
  adoptService(child: unknown, what: string): void {
    const lifecycle = isInstance(child) ? lifecycleOf(child) : undefined;
    if (lifecycle?.alive !== true) throw noService(child, what);
    this.adopt(lifecycle);
  }

  /** Lets a child go. It goes on as it is. */
  disown(child: Lifecycle): void {
    this.family?.disown(child);
  }

  /** It is in a tree or a container now, with all below it. */
  inherit(env: Environment): void {
    if (this.env === env) return;
    this.take(env);
    this.family?.inherit(env);
  }

  /** The same without what is below it. */
  take(env: Environment): void {
    this.env = env;
    if (this.extras?.waits !== undefined) this.extras.waits.clock = env.clock;
  }

  /** The deadline of a run has come. */
  expired(run: Run): void {
    if (run === this.run) expire(this, run);
  }

  /** A step on the way up threw. */
  startFailed(run: Run, error: unknown): void {
    this.happens('crash', error);
    run.failure = { error };
    this.finish(run);
    run.phase = run.after(Phase.Up);
    this.owner?.failing?.(this, error);
  }

  /** Its work begins. */
  rise(): void {
    this.happens('up');
  }

  /** Everything on the way up is done. */
  up(run: Run): void {
    if (run.ending) return;
    if (run.grace !== undefined) run.grace = undefined;
    this.env.deadlines.forget(run);
    const { extras } = this;
    if (extras !== undefined) {
      extras.starting?.resolve();
      extras.starting = undefined;
    }
    this.owner?.cameUp?.(this);
  }

  /** The bottom of the way down. */
  bottom(run: Run): void {
    if (run.grace !== undefined) run.grace = undefined;
    this.env.deadlines.forget(run);
    if (run.mishaps !== undefined) run.failure ??= { error: run.mishaps[0]?.error };
    this.family?.callOff();
    const { extras } = this;
    const starting = extras?.starting;
    const stopping = extras?.stopping;
    if (extras !== undefined) extras.starting = extras.stopping = undefined;
    this.happens(run.failure === undefined ? 'down' : 'fail', run.failure?.error);
    // whoever hears of it first may start it again at once
    this.owner?.down?.(this);
    starting?.reject(run.failure === undefined ? run.reason : run.failure.error);
    if (stopping !== undefined) answerStop(stopping, this, run);
  }

  /** A run ends: everything that waits on it hears so. */
  private finish(run: Run): void {
    run.crashed = run.failure !== undefined;
    run.allow(this.definition.stopTimeout);
    if (run.busy) this.env.deadlines.watch(run);
    run.end();
    this.extras?.waits?.wakeAll();
    if (run.phase === Phase.Children) this.family?.interrupt(run);
  }

  /** Whether the table lets it happen now; moves to the state that follows. */
  private happens(happening: Happening, error?: unknown): boolean {
    const verdict = transitions[this.current][happening];
    switch (verdict) {
      case 'join':
        return false;
      case 'record':
        record(this, error);
        return false;
      case 'refuse':
      case 'bug':
        throw verdict === 'refuse' ? stillStopping(this) : impossible(this, happening);
      default:
        this.become(verdict, happening, error);
        return true;
    }
  }

  private become(to: ServiceState, happening: Happening, error?: unknown): void {
    const from = this.current;
    this.current = to;
    const { env } = this;
    if (!env.listening) {
      this.since = UNKNOWN;
      return;
    }
    const now = env.clock.now();
    const ms = this.since === UNKNOWN ? undefined : now - this.since;
    this.since = now;
    // an error may be `undefined`
    tellState(this, from, to, ms, happening === 'crash' || happening === 'fail' ? { error } : undefined);
  }
}
