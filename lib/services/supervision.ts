import { ModeError, StopError } from '../base/errors.js';
import { valueOf } from '../base/settling.js';
import { requireOurService } from '../declare/copies.js';
import type { TreeNode } from '../lifecycle/beacon.js';
import type { Owner } from '../lifecycle/hooks.js';
import { LIFECYCLE, type Lifecycle } from '../lifecycle/lifecycle.js';
import * as Phase from '../lifecycle/phase.js';
import type { Run } from '../lifecycle/run.js';
import { DEFAULT_TIMEOUT } from '../lifecycle/environment.js';
import { warn } from '../lifecycle/telling.js';
import { toPromise } from '../lifecycle/waiting.js';
import { Service } from '../service.js';
import type { RestartPolicy } from '../supervise/budget.js';
import { affected, type Strategy } from '../supervise/strategy.js';
import { Circle } from './circle.js';
import { Place } from './place.js';
import { stopping } from './stopping.js';
import { inWords } from '../base/words.js';

/** What the list asks its supervisor. */
export interface Head {
  readonly strategy: Strategy;
  replacement?(service: Service, index: number): unknown;
}

/** How a supervisor answers for what it has given up, or replaced, until that is down. */
const leaving: Owner = {
  crashed() {
    // it is stopped when its turn has come
  },
};

/** The list of a supervisor, and what becomes of crashes of those in it. */
export class Supervision {
  readonly places: Place[] = [];
  /** Of those that restart together. */
  shared: Circle | undefined;
  /** Crashes that came before the supervisor itself was up. */
  #early: { place: Place; run: Run | undefined; error: unknown }[] = [];

  constructor(
    private readonly head: Head,
    /** That of the supervisor. */
    readonly lifecycle: Lifecycle,
    readonly policy: RestartPolicy,
  ) {}

  get strategy(): Strategy {
    return this.head.strategy;
  }

  /** The names from the root to the supervisor. */
  get path(): string[] {
    const path: string[] = [];
    for (let node: TreeNode | undefined = this.lifecycle.treeNode; node !== undefined; node = node.treeParent) {
      path.unshift(node.name);
    }
    return path;
  }

  get #isAtWork(): boolean {
    const { state } = this.lifecycle;
    return state === 'starting' || state === 'running';
  }

  /** Whether everybody in the list is still to be started with the supervisor. */
  get #isToStartAll(): boolean {
    const { state, run } = this.lifecycle;
    return state === 'starting' && run !== undefined && run.phase < Phase.Children;
  }

  placeOf(service: Service): Place | undefined {
    const lifecycle = service[LIFECYCLE];
    return this.places.find((place) => place.lifecycle === lifecycle);
  }

  /** Takes services on, all of them or (when one of them cannot be) none. */
  add(services: readonly Service[]): Place[] {
    const added = [...new Set(services)].filter((service) => this.#check(service));
    return added.map((service) => {
      const place = new Place(this, service);
      this.places.push(place);
      this.lifecycle.adopt(place.lifecycle, place);
      return place;
    });
  }

  /** Starts what was added, unless the supervisor will. What cannot start is let go again, and so is what comes after it. */
  async start(added: readonly Place[]): Promise<void> {
    for (const [index, place] of added.entries()) {
      if (!this.#isAtWork || this.#isToStartAll) return;
      if (place.gone) continue;
      try {
        await place.lifecycle.start();
      } catch (error) {
        // stopped by hand, or by a restart that will start it
        if (place.gone || place.resting || place.circle?.brings(place) === true) continue;
        if (this.#isAtWork) for (const one of added.slice(index)) this.letGo(one);
        throw error;
      }
    }
  }

  /** Takes a place away. Who stood there goes on as it is. */
  letGo(place: Place): void {
    const { lifecycle } = place;
    this.#vacate(place);
    this.lifecycle.disown(lifecycle);
    // a crash that waited for its turn
    lifecycle.descend();
  }

  /** Puts another service in a place. Who stood there before stops first. */
  async insert(place: Place, service: Service): Promise<void> {
    if (this.placeOf(service) === place) return;
    this.#checkNew(service);
    const errors: unknown[] = [];
    this.#put(place, service, errors);
    place.forget();
    place.resting = false;
    await place.leaving;
    if (place.circle?.brings(place) !== true) await this.start([place]);
    if (errors.length > 0) throw errors[0];
  }

  /** Asks for a replacement of who is to be started again, as long as it is `due`. */
  async renew(place: Place, isDue: () => boolean): Promise<void> {
    const { head, lifecycle } = this;
    if (head.replacement === undefined) return;
    const what = `a replacement of ${place.name}`;
    const timeout = place.lifecycle.definition.startTimeout ?? DEFAULT_TIMEOUT;
    const answer = toPromise(() => head.replacement?.(place.service, this.places.indexOf(place)));
    const outcome = await lifecycle.waits.event(valueOf(answer), what, timeout);
    if (outcome === 'timeout') {
      throw new ModeError('ERR_MODE_START_TIMEOUT', {
        message: `${lifecycle.name} had no replacement of ${place.name} in time`,
        remedy: 'Let replacement() settle: what takes long belongs into the onStart of what it returns.',
        path: [...this.path, place.name],
      });
    }
    if (outcome === 'stopped' || outcome.value === undefined || outcome.value === place.service || !isDue()) return;
    const service = outcome.value as Service;
    this.#checkNew(service);
    this.#put(place, service, []);
  }

  /** Stops one of them. What goes wrong on its way is told, unless the event of its end tells it. */
  async bringDown(lifecycle: Lifecycle): Promise<void> {
    try {
      await lifecycle.stop();
    } catch (error) {
      const isTold = error === lifecycle.crashReason || (error instanceof StopError && error.errors.length === 0);
      if (!isTold) warn(lifecycle, 'met an error on its way down', error);
    }
  }

  /** Who stands in a place crashed. It goes down when its turn has come. */
  crashed(place: Place, error: unknown): void {
    const { lifecycle, strategy } = this;
    if (!this.#isAtWork) {
      // where the supervisor is on its way down, it will come to it in its turn
      if (lifecycle.state !== 'stopping') place.lifecycle.descend();
      return;
    }
    if (strategy === 'crash') {
      lifecycle.crash(error);
    } else if (lifecycle.state === 'starting') {
      this.#remember(place, error);
    } else if (strategy === 'forfeit-one' || strategy === 'forfeit-all') {
      this.#forfeit(place, error);
    } else {
      place.restartAfter(error);
    }
  }

  #forfeit(place: Place, error: unknown): void {
    const { lifecycle, strategy } = this;
    const { discard } = affected(strategy, this.places, [place]);
    warn(lifecycle, `gives up on ${discard.map(({ name }) => name).join(', ')}`, error);
    const given = discard.map((one) => one.lifecycle);
    for (const one of discard) this.#vacate(one);
    // they stay children until they are down: a stop of the supervisor waits for them
    for (const one of given) one.owner = leaving;
    void (async () => {
      for (const one of given.reverse()) {
        await this.bringDown(one);
        lifecycle.disown(one);
      }
    })();
  }

  /** Decided once the supervisor is up: until then it is busy with the starts of the others. */
  #remember(place: Place, error: unknown): void {
    const { lifecycle } = this;
    place.lifecycle.descend();
    this.#early.push({ place, run: place.lifecycle.run, error });
    if (this.#early.length > 1) return;
    lifecycle.start().then(
      () => {
        for (const one of this.#early.splice(0)) {
          const isDown = !one.place.gone && !one.place.resting && one.place.lifecycle.run === one.run;
          if (isDown) this.crashed(one.place, one.error);
        }
      },
      () => {
        this.#early = [];
      },
    );
  }

  /** Stops who stands in a place, and takes that away. */
  async remove(place: Place): Promise<void> {
    const { lifecycle } = place;
    this.#vacate(place);
    lifecycle.owner = leaving;
    try {
      await lifecycle.stop();
    } finally {
      this.lifecycle.disown(lifecycle);
    }
  }

  #vacate(place: Place): void {
    place.gone = true;
    place.circle?.leave(place);
    const index = this.places.indexOf(place);
    if (index >= 0) this.places.splice(index, 1);
  }

  #put(place: Place, service: Service, errors: unknown[]): void {
    const { lifecycle } = this;
    const old = place.lifecycle;
    const at = lifecycle.children.indexOf(old);
    lifecycle.disown(old);
    if (place.active) {
      lifecycle.adopt(old, leaving, at);
      place.leaving = old
        .stop()
        .catch((error: unknown) => errors.push(error))
        .then(() => {
          lifecycle.disown(old);
          place.leaving = undefined;
        });
    }
    place.service = service;
    lifecycle.adopt(place.lifecycle, place, at);
  }

  #checkNew(service: Service): void {
    if (this.#check(service)) return;
    throw new ModeError('ERR_MODE_OWNED', {
      message: `${this.lifecycle.name} supervises ${service.label} already, which cannot be in two places`,
      remedy: 'Make another instance for this place.',
      path: [...this.path, service.label],
    });
  }

  /** For a service that has crashed: of its own, or that of everybody. */
  newCircle(): Circle {
    return this.strategy === 'one-for-one' ? new Circle(this) : (this.shared ??= new Circle(this));
  }

  /** Whether a service is to be taken on: `false` when it was before. */
  #check(service: unknown): boolean {
    const { lifecycle } = this;
    if (!(service instanceof Service)) {
      requireOurService(service);
      throw new TypeError(`${lifecycle.name} supervises services, which ${inWords(service, { depth: 0 })} is none of`);
    }
    const child = service[LIFECYCLE];
    if (child.owner instanceof Place && this.places.includes(child.owner)) return false;
    for (let above: Lifecycle | undefined = lifecycle; above !== undefined; above = above.parent) {
      if (above !== child) continue;
      throw new ModeError('ERR_MODE_OWNED', {
        message: `${lifecycle.name} cannot supervise ${child.name}, which it is ${above === lifecycle ? 'itself' : 'part of'}`,
        remedy: 'Supervise it by another supervisor.',
      });
    }
    if (child.owner === undefined) {
      if (lifecycle.state !== 'stopping' || child.run === undefined || child.run.phase === Phase.Down) return true;
      throw stopping(lifecycle.name, child.name);
    }
    const owner = child.parent === undefined ? 'its container' : child.parent.name;
    throw new ModeError('ERR_MODE_OWNED', {
      message: `${lifecycle.name} cannot supervise ${child.name}, which ${owner} answers for already`,
      remedy:
        child.parent === undefined
          ? `Let the container restart it, with @service({ restart: {} }) on ${child.name}; or make one for the supervisor by hand.`
          : `Take it out of ${owner} first, with discard() or removeDependency().`,
      path: [...this.path, child.name],
    });
  }
}
