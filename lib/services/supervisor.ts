/** Services that restart other services when those crash: mode's supervisors, and so OTP's. */
import { requireOurService } from '../declare/copies.js';
import { LIFECYCLE, type Lifecycle } from '../lifecycle/lifecycle.js';
import { Service } from '../service.js';
import { describePolicy, POLICY_OPTIONS, restartPolicy, type RestartPolicyOptions } from '../supervise/budget.js';
import type { Strategy } from '../supervise/strategy.js';
import { Supervision } from './supervision.js';
import { requireOptions } from '../base/nearest.js';

/**
 * Gives the service that takes the place of one that is to be restarted, or nothing where that one is to be started again.
 * `index` is its place in the list, from 0.
 */
export type Replacement = (
  service: Service,
  index: number,
) => Service | undefined | void | PromiseLike<Service | undefined | void>;

/** How a supervisor restarts. */
export interface SupervisorOptions extends RestartPolicyOptions {
  /**
   * Called before each start of a restart. The old service is down by then, and is let go when another one takes its place; the
   * place keeps its budget. When it throws, that is a crash too. Default: the same service starts again.
   */
  replacement?: Replacement;
  /** What people read. Default: the name of the class. */
  name?: string;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- there to be declared by subclasses, like hooks
export interface Supervisor {
  /** See `SupervisorOptions.replacement`; a subclass may have it as a method. */
  replacement?(service: Service, index: number): Service | undefined | void | PromiseLike<Service | undefined | void>;
}

/**
 * A service that answers for the crashes of others (mode's `SupervisorStrategy`). It starts them with itself, in order, and
 * stops them in reverse; what it does when one of them crashes is its strategy. The classes below are the strategies.
 *
 * ```ts
 * const pool = new OneForAllSupervisor({ maxRestarts: 3, over: '30s' }, new Reader(), new Writer());
 * await pool.start();
 * ```
 *
 * - A restart first brings everybody down whom it affects, last first, then waits as long as `backoff` says, then starts them
 *   in order. Each restart is a `restart` event.
 * - A start that fails during a restart is a crash like any other. When one fails during the start of the supervisor itself, that
 *   fails too, as with any other parent.
 * - A crash while others go down for a restart, or while its delay runs, joins that restart; two at once are one. A crash while
 *   they come back is the next restart. A crash while the supervisor stops changes nothing.
 * - When the budget is spent the supervisor crashes with a `RestartLimitError`, and whoever answers for it decides: a supervisor
 *   above it, its parent, its container. Started again, it begins with a fresh budget. So budgets multiply from level to level;
 *   `explain()` says to what.
 * - A service that was stopped by hand stays down, until it is started by hand or with its supervisor. One that was started by
 *   hand while a delay runs is not waited for any more.
 *
 * What `addDependency()` adds is a child like any other's: its crash crashes the supervisor.
 *
 * Services of a container's graph are not given to a supervisor: the container restarts them, see `@service({ restart })`.
 */
export abstract class Supervisor extends Service {
  readonly #supervision: Supervision;

  /**
   * @param options or the first of the services
   * @throws TypeError, RangeError when an option is wrong; ModeError ERR_MODE_OWNED when somebody else answers for a service
   */
  constructor(options: SupervisorOptions | undefined, ...services: readonly Service[]);
  constructor(...services: readonly Service[]);
  constructor(...[first, ...rest]: [first?: SupervisorOptions | Service, ...rest: Service[]]) {
    super();
    requireOurService(first);
    const isService = first instanceof Service;
    const lifecycle = this[LIFECYCLE];
    const options: SupervisorOptions = isService || first === undefined ? {} : first;
    requireOptions(options, ['name', 'replacement', ...POLICY_OPTIONS], `new ${new.target.name}()`);
    const { name, replacement, ...budget } = options;
    if (name !== undefined) {
      lifecycle.name = name;
      lifecycle.id = name;
    }
    if (replacement !== undefined) this.replacement = replacement;
    this.#supervision = new Supervision(this, lifecycle, restartPolicy(budget, `restarts of ${lifecycle.name}`));
    this.#supervision.add(isService ? [first, ...rest] : rest);
  }

  /** What it does about a crash. */
  abstract get strategy(): Strategy;

  /** Whom it supervises, in order. */
  get services(): readonly Service[] {
    return this.#supervision.places.map(({ service }) => service);
  }

  /**
   * Supervises more services. Where the supervisor runs, starts them one after another; otherwise they start with it. Rejects
   * with the error of one that cannot start; that one and those after it are not supervised then.
   *
   * @throws ModeError ERR_MODE_OWNED when somebody else answers for one of them, in which case none is taken on
   */
  async add(...services: readonly Service[]): Promise<void> {
    await this.#supervision.start(this.#supervision.add(services));
  }

  /** Supervises services no longer, and leaves them as they are: running, if they run. Ignores those it does not know. */
  discard(...services: readonly Service[]): void {
    for (const service of services) {
      const place = this.#supervision.placeOf(service);
      if (place !== undefined) this.#supervision.letGo(place);
    }
  }

  /**
   * Puts a service in the place of the one there, which is stopped and let go. Where the supervisor runs, starts the new one,
   * unless a restart that is under way will.
   *
   * @throws RangeError when there is no such place; otherwise like `add`, and with what went wrong when the old one stopped
   */
  async insert(index: number, service: Service): Promise<void> {
    const place = this.#supervision.places[index];
    if (place === undefined) {
      const count = this.#supervision.places.length;
      throw new RangeError(`${this.label} has no service at ${String(index)}: it has ${String(count)}, counted from 0`);
    }
    await this.#supervision.insert(place, service);
  }

  /** Stops a service and lets it go, supervised or not. */
  override async removeDependency(child: Service): Promise<void> {
    const place = this.#supervision.placeOf(child);
    if (place !== undefined) await this.#supervision.remove(place);
    else await super.removeDependency(child);
  }

  /** What it does about a crash, and how its restarts are limited, in words. */
  explain(): string {
    const { places, policy } = this.#supervision;
    const who =
      places.length === 0
        ? 'a service'
        : places.length === 1
          ? 'its service'
          : `one of its ${String(places.length)} services`;
    const words = `${this.label}: when ${who} crashes, ${consequences[this.strategy]}`;
    if (!restarts(this.strategy)) return words;
    const crashes = this.#levels.reduce((product, { policy: { maxRestarts } }) => product * (maxRestarts + 1), 1);
    const product =
      this.#levels.length < 2
        ? ''
        : crashes < Infinity
          ? `; with the supervisors above it, a crash loop is given up after ${String(crashes)} crashes`
          : '; with the supervisors above it, a crash loop is never given up';
    return `${words}; ${describePolicy(policy)}${product}`;
  }

  /** This one and those above it, as far as they restart. */
  get #levels(): Supervision[] {
    const levels: Supervision[] = [];
    for (let at: Lifecycle | undefined = this[LIFECYCLE]; at !== undefined; at = at.parent) {
      if (at.target instanceof Supervisor && restarts(at.target.strategy)) levels.push(at.target.#supervision);
    }
    return levels;
  }
}

const consequences: Readonly<Record<Strategy, string>> = {
  'one-for-one': 'that one restarts',
  'one-for-all': 'all of them restart',
  'rest-for-one': 'that one and those after it restart',
  'forfeit-one': 'that one is given up',
  'forfeit-all': 'all of them are given up',
  crash: 'the supervisor crashes',
};

function restarts(strategy: Strategy): boolean {
  return strategy === 'one-for-one' || strategy === 'one-for-all' || strategy === 'rest-for-one';
}

/** Restarts the service that crashed, and no other (mode's, and OTP's `one_for_one`). Each service has a budget of its own. */
export class OneForOneSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'one-for-one';
  }
}

/** Restarts all services when one crashes (mode's, and OTP's `one_for_all`). They have one budget. */
export class OneForAllSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'one-for-all';
  }
}

/** Restarts the service that crashed and those after it in the list (OTP's `rest_for_one`). They have one budget. */
export class RestForOneSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'rest-for-one';
  }
}

/**
 * Gives up on a service that crashed: it goes down and is discarded, with a `warning` event (mode's; OTP's `temporary`
 * children).
 */
export class ForfeitOneForOneSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'forfeit-one';
  }
}

/** Gives up on all services when one crashes (mode's): they stop and are discarded, with a `warning` event. It runs on. */
export class ForfeitOneForAllSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'forfeit-all';
  }
}

/** Crashes with the error of a service that crashed, so that whoever answers for the supervisor decides (mode's). */
export class CrashingSupervisor extends Supervisor {
  get strategy(): Strategy {
    return 'crash';
  }
}
