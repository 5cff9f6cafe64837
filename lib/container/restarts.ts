import { Alarm } from '../base/clock.js';
import { deferred, handled, type Deferred } from '../base/async.js';
import { ModeError, RestartLimitError } from '../base/errors.js';
import type { RestartScope } from '../declare/definition.js';
import { decide, describePolicy, noRestarts, restartEnded, type RestartHistory } from '../supervise/budget.js';
import type { Engine } from './engine.js';
import { Latch } from './latch.js';
import type { Unit } from './unit.js';

/** Some units that go down together and come back in order. */
interface Restart {
  readonly units: readonly Unit[];
  readonly done: Deferred<void>;
  /** What still keeps them down, and then what they wait for. */
  alarm: Alarm | undefined;
  latches: Latch[];
}

/**
 * The restarts of an engine, asked for or caused by crashes (OTP's rest-for-one, taken from the graph instead of a list).
 *
 * A restart holds its units down, and lets them go when all are down and its delay is over. A unit that several restarts
 * hold comes back when the last one lets it go: so a crash in the middle of a restart, or two at once, need no rules of
 * their own.
 */
export class Restarts {
  readonly #current = new Set<Restart>();
  readonly #histories = new Map<Unit, RestartHistory>();

  constructor(private readonly engine: Engine) {}

  /** Restarts units. `alone` is one that does not wait for its dependents. Settles when all are up again. */
  begin(units: readonly Unit[], delayMs = 0, alone?: Unit): Promise<void> {
    const { clock } = this.engine.host.env;
    const restart: Restart = { units, done: deferred(), alarm: undefined, latches: [] };
    this.#current.add(restart);
    this.engine.hold(units);
    const ready = (): void => {
      if (restart.alarm !== undefined || !down || !this.#current.has(restart)) return;
      restart.latches = [new Latch(units.filter(({ wanted }) => wanted), 'up', () => { this.#finish(restart); })];
      this.engine.letGo(units);
    };
    let down = false;
    if (delayMs > 0) {
      restart.alarm = new Alarm(clock, clock.now() + delayMs, () => {
        restart.alarm = undefined;
        ready();
      });
    }
    restart.latches = [
      new Latch(units, 'down', () => {
        down = true;
        ready();
      }),
    ];
    alone?.lifecycle?.descend();
    this.engine.bringDown(units);
    return handled(restart.done.promise);
  }

  /** Answers a crash, if its service is to be restarted. Returns the error that nobody answers, if there is one. */
  supervise(unit: Unit, error: unknown): { error: unknown } | undefined {
    const policy = unit.definition?.restart;
    if (policy === undefined) return { error };
    const { clock } = this.engine.host.env;
    let history = this.#histories.get(unit) ?? noRestarts;
    // a restart that failed was no time in which it was up
    if (!unit.reached) history = restartEnded(history, clock.now());
    const verdict = decide(policy, history, clock.now());
    this.#histories.set(unit, verdict.history);
    if (!verdict.restart) {
      return { error: new RestartLimitError(unit.name, verdict.history.restarts.length, error, describePolicy(policy)) };
    }
    const { attempt, delayMs } = verdict;
    this.engine.host.env.emit({ type: 'restart', service: unit.name, attempt, delayMs, scope: policy.scope, error });
    const units = this.#scope(unit, policy.scope);
    void this.begin(units, delayMs, policy.scope === 'self' ? unit : undefined);
    if (unit.up) return undefined;
    new Latch([unit], 'up', () => {
      this.#histories.set(unit, restartEnded(this.#histories.get(unit) ?? noRestarts, clock.now()));
    });
    return undefined;
  }

  /** Everything goes down: nothing comes back any more. */
  cancel(cause: unknown): void {
    for (const restart of this.#current) {
      restart.alarm?.cancel();
      for (const latch of restart.latches) latch.cancel();
      for (const unit of restart.units) unit.held = 0;
      restart.done.reject(
        new ModeError('ERR_MODE_RESTART_ABORTED', {
          message: `${restart.units.at(-1)?.name ?? 'A service'} did not come back: the container is stopping`,
          remedy: 'See the cause for why it stops, and boot it again.',
          cause,
        }),
      );
    }
    this.#current.clear();
    this.#histories.clear();
  }

  #scope(unit: Unit, scope: RestartScope): Unit[] {
    switch (scope) {
      case 'self':
        return [unit];
      case 'dependents':
        return dependentsOf(unit).filter(({ wanted }) => wanted);
      case 'all':
        return this.engine.units.filter(({ wanted }) => wanted).reverse();
    }
  }

  #finish(restart: Restart): void {
    this.#current.delete(restart);
    restart.done.resolve();
  }
}

/** A unit and everything that depends on it, what depends on most first: an order in which they can stop. */
export function dependentsOf(unit: Unit): Unit[] {
  const found = new Set([unit]);
  for (const one of found) for (const dependent of one.dependents) found.add(dependent);
  return [...found].reverse();
}
