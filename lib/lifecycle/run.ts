import type { LifecycleEventBody } from '../base/events.js';
import type { Coordinator, TaskHost } from '../run/host.js';
import type { Clock } from '../base/clock.js';
import { ModeError } from '../base/errors.js';
import { deferred, type Deferred } from '../base/async.js';
import type { Background } from '../run/background.js';
import type { Deadlines, Timed } from './deadlines.js';
import { DEFAULT_TIMEOUT } from './environment.js';
import type { Lifecycle } from './lifecycle.js';
import * as Phase from './phase.js';
import { Scope } from './scope.js';
import { warn } from './telling.js';
import { depthOf, keyOf } from './tree.js';

/** The bit of a phase in `Run.needs`. */
export function bit(phase: Phase.Any): number {
  return 1 << phase;
}

/** What every run goes through: the first step and the two places where it rests or ends, and the begin of its work. */
export const ALWAYS = bit(Phase.First) | bit(Phase.Begin) | bit(Phase.Up) | bit(Phase.Down);

/** Both phases of children: whoever has some needs both. */
export const CHILDREN = bit(Phase.Children) | bit(Phase.ChildrenDown);

/** Both phases in which what was acquired is released. */
const RELEASES = bit(Phase.Release) | bit(Phase.LastRelease);

/** The steps that end when nothing is left to wait for, and not with what they waited for. */
export const TAKEN_AGAIN = bit(Phase.Children) | bit(Phase.Holds) | bit(Phase.Tasks) | RELEASES;

/** The hooks that are steps of their own: a mask for the bits of `Hook`. */
export const STEPS =
  bit(Phase.Start) | bit(Phase.Children) | bit(Phase.Started) | bit(Phase.Stop) | bit(Phase.Shutdown);

/** Why the signal of a run aborts that ended in peace. Named as the platform does, so that code that asks knows it. */
export class StoppedError extends ModeError {
  override readonly name = 'AbortError';

  constructor(service: string) {
    super('ERR_MODE_STOPPED', {
      message: `${service} was stopped`,
      remedy: 'Start it again when it is needed.',
      path: [service],
    });
  }
}

/** What went wrong on the way down, and whose hook, task or release it was. In a box, because `undefined` can be thrown. */
export interface Mishap {
  readonly service: string;
  readonly error: unknown;
}

/** What a run has taken on, and what became of it. Most have nothing, so it has a place of its own. */
class Load {
  controller: AbortController | undefined;
  /** Why the signal aborts, of a run that ended in peace. */
  reason: unknown;
  background: Set<Background> | undefined;
  scope: Scope | undefined;
  holds = 0;
  released: Deferred<void> | undefined;
  mishaps: Mishap[] | undefined;
  abandoned: string[] | undefined;
  lateStop = false;
  left: Map<object, string> | undefined;
  hearer: Hearer | undefined;
}

/**
 * Who hears how the steps of a run went: the run itself, until one is given up. Then the next one has a hearer of its own, so
 * that what comes from the one before is known to be late.
 */
export interface Hearer {
  readonly run: Run;
  /** Nobody waits any longer for the step of this phase. */
  givenUp: Phase.Any | undefined;
  /** What is called when a step is over. Bound, since that takes less room than closures do, and once for all steps. */
  passed: (() => void) | undefined;
  failed: ((error: unknown) => void) | undefined;
}

/** One life of a service, from a start to the bottom of the way down. A restart makes a new one: nothing is reset. */
export class Run implements Timed, TaskHost, Hearer {
  phase: Phase.Any = Phase.First;
  /** Which phases have something to do, as bits. Most services skip most of them. */
  needs: number = ALWAYS;
  /** Whether the step of this phase is under way. */
  busy = false;
  /** Whether somebody or something has ended it. */
  ending = false;
  /** Whether it was an error that ended it, and not a stop. */
  crashed = false;
  /** Whether its time is over: what is left of the way down is done, but not waited for. */
  forced = false;
  /** Whether `onStart` has succeeded. */
  started = false;
  deadline = 0;
  watcher: Deadlines | undefined = undefined;
  passed: (() => void) | undefined = undefined;
  failed: ((error: unknown) => void) | undefined = undefined;
  /**
   * Why it crashed or could not start. It `spreads` when it crashed: then its children go down for the same reason. It `fell`
   * when it had been up. It is `reported` when the boot that waits for the start has failed of it, and `false` when that goes on.
   */
  failure: { error: unknown; spreads?: boolean; fell?: boolean; reported?: boolean } | undefined;
  /** Nobody waits any longer for the step of this phase. */
  givenUp: Phase.Any | undefined;
  /** Tells the hook that is under way that its time is over. */
  grace: AbortController | undefined;

  private load: Load | undefined;

  constructor(readonly lifecycle: Lifecycle) {}

  get run(): this {
    return this;
  }

  /** Who hears of the step that is under way. */
  get hearer(): Hearer {
    if (this.givenUp === undefined) return this;
    const load = this.taken;
    if (load.hearer === undefined || load.hearer.givenUp !== undefined) {
      load.hearer = { run: this, givenUp: undefined, passed: undefined, failed: undefined };
    }
    return load.hearer;
  }

  get service(): string {
    return this.lifecycle.name;
  }

  get key(): string {
    return keyOf(this.lifecycle);
  }

  get target(): unknown {
    return this.lifecycle.target;
  }

  get clock(): Clock {
    return this.lifecycle.env.clock;
  }

  get coordinator(): Coordinator {
    return this.lifecycle.env.coordinator;
  }

  private get taken(): Load {
    return (this.load ??= new Load());
  }

  /** Aborts when the run ends. Made on first demand: most services never ask. */
  get signal(): AbortSignal {
    const load = this.taken;
    if (load.controller === undefined) {
      load.controller = new AbortController();
      if (this.ending) load.controller.abort(this.reason);
    }
    return load.controller.signal;
  }

  /** Takes over a signal that was asked for before the run began. */
  inherit(controller: AbortController): void {
    this.taken.controller = controller;
  }

  /** What went wrong on the way down, its children's included. */
  get mishaps(): readonly Mishap[] | undefined {
    return this.load?.mishaps;
  }

  /** The same without the names. */
  get errors(): readonly unknown[] | undefined {
    return this.mishaps?.map(({ error }) => error);
  }

  addError(error: unknown, service = this.service): void {
    (this.taken.mishaps ??= []).push({ service, error });
  }

  /** What it was waiting on when its time was over. */
  get abandoned(): string[] | undefined {
    return this.load?.abandoned;
  }

  set abandoned(waitingOn: string[]) {
    this.taken.abandoned = waitingOn;
  }

  /** Whether an `onStop` has still to be made up for an `onStart` that succeeded after it had been given up. Says so once. */
  owesStop(): boolean {
    if (this.started || this.taken.lateStop) return false;
    return (this.taken.lateStop = true);
  }

  /** Why the signal aborts. */
  get reason(): unknown {
    return this.failure === undefined ? (this.taken.reason ??= new StoppedError(this.service)) : this.failure.error;
  }

  get background(): readonly Background[] {
    return this.load?.background === undefined ? [] : [...this.load.background];
  }

  get holds(): number {
    return this.load?.holds ?? 0;
  }

  /** How many releases of what it has acquired are still to come. */
  get unreleased(): number {
    return this.load?.scope?.size ?? 0;
  }

  /** Hooks that nobody waits for any more, and that have not ended. */
  get unsettled(): string[] {
    return [...(this.load?.left?.values() ?? [])];
  }

  /** Nobody waits for a hook any more; `key` says so again when it has ended. */
  leave(key: object, hook: string | undefined): void {
    if (hook !== undefined) (this.taken.left ??= new Map<object, string>()).set(key, hook);
  }

  settledLate(key: object): void {
    this.load?.left?.delete(key);
  }

  emit(event: LifecycleEventBody): void {
    const { lifecycle } = this;
    const { env, id } = lifecycle;
    if (!env.listening) return;
    const isRun = event.type === 'task' || event.type === 'timer';
    env.emit(isRun ? { ...event, id, depth: depthOf(lifecycle) } : event);
  }

  crash(error: unknown): void {
    // a task that outlives its run must not bring down the next one
    if (this.lifecycle.run === this) this.lifecycle.crash(error);
    else warn(this.lifecycle, 'failed after its run had ended', error);
  }

  /** It has this long for what comes. */
  allow(ms = DEFAULT_TIMEOUT): void {
    this.deadline = -ms;
  }

  expired(): void {
    this.lifecycle.expired(this);
  }

  /** The next phase after one that has something to do. */
  after(phase: Phase.Any): Phase.Any {
    const rest = this.needs & (-2 << phase);
    return (31 - Math.clz32(rest & -rest)) as Phase.Any;
  }

  /** It ends: what belongs to it hears so. */
  end(): void {
    this.ending = true;
    this.load?.controller?.abort(this.reason);
    // of a start; that of a stop is told when grace is over
    this.grace?.abort(this.reason);
    if (this.load?.background !== undefined) for (const work of this.load.background) work.stop();
  }

  add(work: Background): void {
    const background = (this.taken.background ??= new Set());
    background.add(work);
    this.needs |= bit(Phase.Tasks);
    work.start();
    // a service may add a task for every request it gets
    if (work.schedule === undefined) void (work.pending ?? Promise.resolve()).then(() => background.delete(work));
  }

  get scope(): Scope {
    this.needs |= RELEASES;
    return (this.taken.scope ??= new Scope());
  }

  hold(): { release(): void } {
    const load = this.taken;
    load.holds += 1;
    this.needs |= bit(Phase.Holds);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        load.holds -= 1;
        if (load.holds === 0) load.released?.resolve();
      },
    };
  }

  allReleased(): Promise<void> | undefined {
    if (this.load === undefined || this.load.holds === 0) return undefined;
    return (this.load.released = deferred()).promise;
  }

  /** Whether a task is under way, or somebody holds it: settles when that has changed. */
  atRest(): Promise<unknown> | undefined {
    if (this.load?.background === undefined) return undefined;
    const pending = this.background.flatMap((work) => work.pending ?? []);
    return pending.length === 0 ? this.allReleased() : Promise.all(pending);
  }

  closeScope(): Promise<unknown> | undefined {
    return this.load?.scope?.close((error) => {
      if (this.phase === Phase.Down) warn(this.lifecycle, 'failed to release something after it was abandoned', error);
      else this.addError(error);
    }, !this.forced);
  }
}
