import { Alarm } from '../base/clock.js';
import { deferred, handled, type Deferred } from '../base/async.js';
import { ModeError, RestartLimitError } from '../base/errors.js';
import type { RestartScope } from '../declare/definition.js';
import {
  decide,
  describePolicy,
  noRestarts,
  restartBegan,
  restartEnded,
  retryDelay,
  type RestartHistory,
} from '../supervise/budget.js';
import type { Engine } from './engine.js';
import { Latch } from './latch.js';
import type { Unit } from './unit.js';

/** Some units that go down together and come back in order. */
interface Restart {
  /** Whose restart it is. */
  readonly unit: Unit;
  /** Everything that goes down, in an order in which it can. */
  readonly units: readonly Unit[];
  /** For whoever asked for it, and what they wait for. A crash asks for nothing: nobody waits for what follows from it. */
  readonly done: Deferred<void> | undefined;
  readonly awaited: readonly Unit[];
  /** Whether it keeps them down: until all of them are down and its delay is over. */
  holding: boolean;
  /** Whether all of them are down. */
  down: boolean;
  alarm: Pick<Alarm, 'cancel'> | undefined;
  /** Whether the rest goes on while they are down. */
  readonly without: boolean;
  /** Waits until all are down, and then, if somebody asked for it, until all are up. */
  latch: Latch | undefined;
}

const NEW = {
  holding: true,
  down: false,
  alarm: undefined,
  without: false,
  latch: undefined,
  done: undefined,
  awaited: [],
} as const;

/** The alarm of what does not come back by itself. */
const NEVER_RINGS = { cancel: () => undefined };

/** So many restarts without a delay may follow each other before the event loop gets its turn. */
const IN_ONE_GO = 10;

/**
 * The restarts of an engine, asked for or caused by crashes (OTP's rest-for-one, taken from the graph instead of a list).
 *
 * A restart holds its units down, and lets them go when all are down and its delay is over. A unit that several restarts
 * hold comes back when the last one lets it go. Crashes, then:
 *
 * - of what runs, also while other restarts are under way: its policy decides, and its restart is added to the others;
 * - of what a restart has brought down or is about to: nothing is decided and nothing counted, since it comes back anyway.
 *   That is how a dependent mostly meets the crash of what it depends on, and it must not end the program for that;
 * - of what cannot start again: as if it had crashed.
 */
export class Restarts {
  readonly #current = new Set<Restart>();
  readonly #histories = new Map<Unit, RestartHistory>();
  /** What has crashed before and is down, until it is up. */
  readonly #returning = new Map<Unit, Latch>();
  /** What failed to start and is tried again, until it is up: how often, so far. */
  readonly #retries = new Map<Unit, { attempts: number; readonly latch: Latch }>();
  /** How many restarts went without a delay since the event loop had its turn. */
  #atOnce = 0;

  constructor(private readonly engine: Engine) {}

  /**
   * Restarts a unit because somebody asked for it. Settles when everything that went down for it is up again, as far as it
   * is ours: what a child container makes of it is its own business.
   */
  ask(unit: Unit, units: readonly Unit[]): Promise<void> {
    const done = deferred();
    const awaited = units.filter((one) => (one.active || one === unit) && one.engine === this.engine);
    this.#begin({ ...NEW, unit, units, done, awaited });
    return handled(done.promise);
  }

  /** Answers a crash, if its service is to be restarted. Returns the error that nobody answers, if there is one. */
  supervise(unit: Unit, error: unknown): { error: unknown } | undefined {
    const policy = unit.definition?.restart;
    if (policy === undefined) return { error };
    const { env } = this.engine.host;
    const verdict = decide(policy, this.#histories.get(unit) ?? noRestarts, env.clock.now());
    this.#histories.set(unit, verdict.history);
    if (!verdict.restart) {
      const restarts = verdict.history.restarts.length;
      return {
        error: new RestartLimitError(unit.name, restarts, error, describePolicy(policy), this.engine.tree.pathTo(unit)),
      };
    }
    const { scope } = policy;
    const { attempt, delayMs } = verdict;
    if (env.listening) {
      const { id, name, depth } = unit;
      env.emit({ type: 'restart', service: name, id, depth, attempt, delayMs, scope, error });
    }
    // a listener may have stopped it
    if (!unit.due) return undefined;
    // what the program can do without goes down and comes back alone; then the others are told
    const units = unit.optional ? [unit] : this.#scope(unit, scope);
    this.#begin({ ...NEW, unit, units, without: unit.optional }, delayMs);
    return undefined;
  }

  /** Nobody brings a unit back by itself, and the program goes on without it. */
  giveUp(unit: Unit, error: unknown): void {
    const { env } = this.engine.host;
    if (env.listening) env.emit({ type: 'degraded', service: unit.name, id: unit.id, depth: unit.depth, error });
    // a listener may have stopped it
    if (unit.due) this.#begin({ ...NEW, unit, units: [unit], without: true }, Infinity);
  }

  /** What the program went on without is up: who was to restart with it does so now. */
  cameBack(unit: Unit): void {
    const scope = unit.definition?.restart?.scope ?? 'self';
    const units = this.#scope(unit, scope).filter((one) => one.active && (scope === 'all' || one !== unit));
    if (units.some((one) => one !== unit)) this.#begin({ ...NEW, unit, units });
  }

  /** Whether a boot goes on although a unit did not start. */
  tolerates(unit: Unit): boolean {
    return unit.optional || this.#hasRetries(unit);
  }

  #hasRetries(unit: Unit): boolean {
    const policy = unit.definition?.startRetry;
    return policy !== undefined && (this.#retries.get(unit)?.attempts ?? 0) < policy.attempts;
  }

  /** A start has failed. Returns whether it is tried again. */
  retry(unit: Unit, error: unknown): boolean {
    const policy = unit.definition?.startRetry;
    if (policy === undefined || !this.#hasRetries(unit)) {
      this.#endRetries(unit);
      return false;
    }
    const { env } = this.engine.host;
    let retries = this.#retries.get(unit);
    if (retries === undefined) {
      const latch = new Latch([unit], 'run', () => void this.#retries.delete(unit));
      retries = { attempts: 0, latch };
      this.#retries.set(unit, retries);
    }
    const attempt = (retries.attempts += 1);
    const delayMs = retryDelay(policy, attempt);
    if (env.listening) {
      env.emit({ type: 'retry', service: unit.name, id: unit.id, depth: unit.depth, attempt, delayMs, error });
    }
    // a listener may have stopped it
    if (unit.due) this.#begin({ ...NEW, unit, units: [unit], without: unit.absent }, delayMs);
    return true;
  }

  #endRetries(unit: Unit): void {
    this.#retries.get(unit)?.latch.cancel();
    this.#retries.delete(unit);
  }

  /** What waits for its delay waits no longer, as far as it keeps a unit down. */
  hasten(unit: Unit): void {
    for (const restart of [...this.#current]) {
      if (restart.alarm === undefined || !restart.units.includes(unit)) continue;
      restart.alarm.cancel();
      restart.alarm = undefined;
      this.#proceed(restart);
    }
  }

  /** A unit goes down: until it is up again, the clock of its budget stands still. */
  pause(unit: Unit): void {
    const policy = unit.definition?.restart;
    const history = this.#histories.get(unit);
    if (policy === undefined || history === undefined) return;
    const { clock } = this.engine.host.env;
    this.#histories.set(unit, restartBegan(policy, history, clock.now()));
    if (this.#returning.has(unit)) return;
    const up = new Latch([unit], 'run', () => {
      this.#returning.delete(unit);
      this.#histories.set(unit, restartEnded(this.#histories.get(unit) ?? noRestarts, clock.now()));
    });
    this.#returning.set(unit, up);
  }

  /** Some units are not wanted any more: they do not come back, and nobody waits for them. */
  drop(): void {
    for (const restart of this.#current) {
      const wanted = restart.units.filter((unit) => unit.wanted);
      if (wanted.length === 0) this.#abort(restart, 'it was stopped');
      else if (!restart.holding) this.#awaitUp(restart);
    }
    for (const unit of this.#histories.keys()) if (!unit.wanted) this.#forget(unit);
    for (const unit of this.#retries.keys()) if (!unit.wanted) this.#endRetries(unit);
  }

  /** Everything goes down: nothing comes back any more. */
  cancel(cause: { readonly error: unknown } | undefined): void {
    for (const restart of this.#current) this.#abort(restart, 'the container is stopping', cause);
    for (const unit of this.#histories.keys()) this.#forget(unit);
    for (const unit of this.#retries.keys()) this.#endRetries(unit);
  }

  #begin(restart: Restart, delayMs?: number): void {
    const { units, unit } = restart;
    const { clock } = this.engine.host.env;
    this.#current.add(restart);
    this.engine.hold(units);
    if (delayMs === Infinity) restart.alarm = NEVER_RINGS;
    else if (delayMs !== undefined && (delayMs > 0 || ++this.#atOnce > IN_ONE_GO)) {
      restart.alarm = new Alarm(clock, clock.now() + delayMs, () => {
        this.#atOnce = 0;
        restart.alarm = undefined;
        this.#proceed(restart);
      });
    }
    const latch = new Latch(units, 'down', () => {
      restart.down = true;
      restart.latch = undefined;
      if (restart.without && unit.wanted) this.engine.goOnWithout(unit);
      this.#proceed(restart);
    });
    if (!restart.down) restart.latch = latch;
    // one that restarts by itself does not wait for its dependents
    if (units.length === 1) unit.lifecycle?.descend();
    this.engine.settle(units);
  }

  /** Lets the units go, unless they still have to wait. */
  #proceed(restart: Restart): void {
    if (!restart.holding || !restart.down || restart.alarm !== undefined) return;
    restart.holding = false;
    if (restart.done === undefined) this.#current.delete(restart);
    else this.#awaitUp(restart);
    this.engine.letGo(restart.units);
  }

  #awaitUp(restart: Restart): void {
    restart.latch?.cancel();
    const awaited = restart.awaited.filter(({ wanted }) => wanted);
    restart.latch = new Latch(awaited, 'up', () => {
      this.#current.delete(restart);
      restart.done?.resolve();
    });
  }

  #abort(restart: Restart, why: string, cause?: { readonly error: unknown }): void {
    const { alarm, latch, holding, units, unit, done } = restart;
    this.#current.delete(restart);
    alarm?.cancel();
    latch?.cancel();
    restart.holding = false;
    for (const one of units) {
      if (holding) one.held -= 1;
      if (restart.without) this.engine.lower(one);
    }
    done?.reject(
      new ModeError('ERR_MODE_RESTART_ABORTED', {
        message: `${unit.name} did not come back: ${why}`,
        remedy:
          cause === undefined
            ? 'Boot it again when it is needed.'
            : 'See the cause for why it stops, and boot it again.',
        path: this.engine.tree.pathTo(unit),
        ...(cause !== undefined && { cause: cause.error }),
      }),
    );
  }

  #forget(unit: Unit): void {
    this.#histories.delete(unit);
    this.#returning.get(unit)?.cancel();
    this.#returning.delete(unit);
  }

  #scope(unit: Unit, scope: RestartScope): Unit[] {
    switch (scope) {
      case 'self':
        return [unit];
      case 'dependents':
        return aliveOf(dependentsOf(unit));
      case 'all':
        return aliveOf(withDependents(this.engine.units));
    }
  }
}

/** A unit and everything that depends on it, what depends on most first: an order in which they can stop. */
export function dependentsOf(unit: Unit): Unit[] {
  return withDependents([unit]);
}

/** Without what nobody wants and is down. */
export function aliveOf(units: readonly Unit[]): Unit[] {
  return units.filter(({ wanted, active }) => wanted || active);
}

/** Some units and everything that depends on them, also in child containers, in an order in which they can stop. */
export function withDependents(units: readonly Unit[]): Unit[] {
  const found = new Set(units);
  // a set that grows while it is walked
  for (const one of found) for (const dependent of one.dependents) found.add(dependent);
  return [...found].reverse();
}
