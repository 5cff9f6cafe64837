/**
 * What must become of a graph of services, whatever is asked of its container: a simple model that watches. Each call and
 * each crash tells it what is wanted from then on, each event what is; it says what may happen next, and what must have
 * happened once nothing moves any more.
 *
 * It knows nothing of queues, counters and latches: a restart is a set of services and the time from which they may be back.
 */
import type { ContainerState, LifecycleEvent } from '../../lib/index.js';

export interface Policy {
  scope: 'self' | 'dependents' | 'all';
  maxRestarts: number;
  over: number;
  backoff: false | { initial: number; max: number; resetAfter: number };
}

export interface Shape {
  /** Of each service the numbers of those it depends on, all lower than its own. */
  needs: number[][];
  policies: (Policy | undefined)[];
}

/** Some services that stay down until all of them are down and the time has come. */
interface Group {
  readonly members: ReadonlySet<One>;
  due: number;
}

/** One service. */
interface One {
  readonly index: number;
  readonly name: string;
  readonly needs: One[];
  readonly neededBy: One[];
  readonly policy: Policy | undefined;
  phase: 'down' | 'starting' | 'up' | 'stopping';
  /** Which of its hooks is under way. */
  hook: 'onStart' | 'onStop' | undefined;
  wanted: boolean;
  /** It was up, and has to go down before it can be used again. */
  spoiled: boolean;
  /** Its run has ended because it could not start, and not because somebody ended it. */
  failing: boolean;
  /** Its run met an error that does not decide anything. */
  mishap: boolean;
  /** The last of its hooks that was over has failed. */
  threw: boolean;
  /** It restarts without waiting for what depends on it. */
  alone: boolean;
  crashes: number[];
  uptime: number;
  upSince: number | undefined;
  streak: number;
}

interface Boot {
  readonly started: Set<One>;
  /** Those of them that were not up yet. */
  readonly missing: Set<One>;
  /** What runs already, or is being restarted. */
  readonly others: Set<One>;
  failed: boolean;
}

export class Model {
  readonly ones: One[];
  container: ContainerState = 'idle';
  groups: Group[] = [];
  boot: Boot | undefined;
  /** Restarts that must be announced, with their number and their delay. */
  readonly announced: string[] = [];
  /** States of the container that must be announced. */
  readonly #states: ContainerState[] = [];
  #broken = false;

  constructor(
    { needs, policies }: Shape,
    private readonly now: () => number,
  ) {
    this.ones = [];
    needs.forEach((list, index) => {
      const one: One = {
        index,
        name: `S${String(index)}`,
        needs: list.map((at) => this.ones[at] as One),
        neededBy: [],
        policy: policies[index],
        phase: 'down',
        hook: undefined,
        wanted: false,
        spoiled: false,
        failing: false,
        mishap: false,
        threw: false,
        alone: false,
        crashes: [],
        uptime: 0,
        upSince: undefined,
        streak: 0,
      };
      for (const need of one.needs) need.neededBy.push(one);
      this.ones.push(one);
    });
  }

  /** Whether a boot that failed is being taken back while the rest runs. */
  get takingBack(): boolean {
    return this.boot?.failed === true && this.container === 'running';
  }

  held(one: One): boolean {
    return this.groups.some(({ members }) => members.has(one));
  }

  due(one: One): boolean {
    return one.wanted && !this.held(one);
  }

  usable(one: One): boolean {
    return one.phase === 'up' && !one.spoiled;
  }

  // what is asked for

  wants(index: number): void {
    if (this.container === 'stopping' || this.takingBack) return;
    const first = this.container !== 'running' && this.container !== 'starting';
    if (first) this.#become('starting');
    this.boot ??= { started: new Set(), missing: new Set(), others: new Set(), failed: false };
    for (const one of closure(this.#one(index), 'needs')) {
      if (!one.wanted) {
        one.wanted = true;
        this.boot.started.add(one);
        if (!this.usable(one)) this.boot.missing.add(one);
      } else if (!this.usable(one) && !this.boot.missing.has(one)) this.boot.others.add(one);
    }
    this.#settleBoot();
  }

  stops(index: number): void {
    if (this.container === 'stopping') return;
    const one = this.#one(index);
    if (!one.wanted && one.phase === 'down') return;
    const all = closure(one, 'neededBy');
    const { boot } = this;
    if (boot !== undefined && !boot.failed) {
      const asked = (each: One): boolean => boot.started.has(each) || boot.others.has(each);
      if ([...all].some((each) => each.wanted && !this.usable(each) && asked(each))) this.#bootFails();
    }
    if (this.container !== 'running' && this.container !== 'starting') return;
    for (const each of all) {
      each.wanted = false;
      this.#spoil(each);
    }
    this.#tidy();
    this.#settleBoot();
  }

  restarts(index: number): void {
    if (this.container === 'stopping') return;
    const one = this.#one(index);
    this.#hasten(one);
    if (one.phase === 'down') this.wants(index);
    else this.#group(this.#alive(closure(one, 'neededBy')), this.now());
  }

  stopsAll(failing = false): void {
    if (this.container !== 'starting' && this.container !== 'running') return;
    this.#become('stopping');
    this.#broken = failing;
    this.boot = undefined;
    this.groups = [];
    for (const one of this.ones) {
      one.wanted = false;
      this.#forget(one);
    }
    this.#settleStop();
  }

  /** A service is about to crash. */
  crashes(index: number): void {
    const one = this.#one(index);
    if (one.phase === 'starting') return;
    if (one.phase !== 'up') throw new Error('it does not run');
    const expected = this.due(one) && this.usable(one);
    this.#spoil(one);
    if (expected) this.#answer(one);
    else {
      for (const each of closure(one, 'neededBy')) this.#spoil(each);
      if (this.container === 'stopping') this.#broken = true;
    }
  }

  // what happens

  happens(event: LifecycleEvent): void {
    if (event.type === 'container') same('the container', event.to, this.#states.shift());
    else if (event.type === 'warning') throw new Error(`warning: ${event.message}`);
    else if (event.type === 'restart') {
      const { service, attempt, delayMs } = event;
      same('the restart', `${service} ${String(attempt)} ${String(delayMs)}`, this.announced.shift());
    } else if (event.type === 'service') {
      const one = this.ones.find(({ name }) => name === event.name) as One;
      if (event.to === 'starting') this.#starts(one);
      else if (event.to === 'running') this.#isUp(one);
      else if (event.to === 'stopping') this.#goesDown(one, event.from, event.error !== undefined);
      else this.#isDown(one);
    }
  }

  hookBegins(index: number, hook: 'onStart' | 'onStop'): void {
    const one = this.#one(index);
    one.hook = hook;
    if (hook === 'onStop' && !one.alone) {
      const user = one.neededBy.find(({ phase }) => phase !== 'down');
      if (user !== undefined) throw new Error(`${one.name} stops, but ${user.name}, which needs it, is ${user.phase}`);
    }
  }

  hookEnds(index: number, failed: boolean): void {
    const one = this.#one(index);
    one.hook = undefined;
    // of a start that was given up; else its event tells what follows
    if (failed && one.phase === 'stopping') one.mishap = true;
    one.threw = failed;
  }

  #starts(one: One): void {
    this.#release();
    same(`${one.name} before its start`, one.phase, 'down');
    if (!one.wanted) throw new Error(`${one.name} starts, and nobody wants it`);
    if (this.held(one)) throw new Error(`${one.name} starts, and a restart keeps it down`);
    const missing = one.needs.find((need) => !this.usable(need));
    if (missing !== undefined) throw new Error(`${one.name} starts, but ${missing.name}, which it needs, is not up`);
    one.phase = 'starting';
    one.failing = false;
    one.mishap = false;
    one.threw = false;
    // what restarts by itself, and does not come up, goes down by itself as well
    one.alone = one.neededBy.some(({ phase }) => phase !== 'down');
  }

  #isUp(one: One): void {
    same(`${one.name} before it is up`, one.phase, 'starting');
    one.phase = 'up';
    one.spoiled = false;
    one.alone = false;
    one.upSince = this.now();
    this.boot?.missing.delete(one);
    this.#settleBoot();
  }

  #goesDown(one: One, from: string, failed: boolean): void {
    if (from === 'starting' && failed) {
      // whoever asked for a boot is told; else it is as if it had crashed, unless it is to go down anyway
      if (this.boot?.missing.has(one) === true) this.#bootFails();
      else if (this.due(one)) one.failing = true;
      else one.mishap = true;
    } else if (!one.spoiled && this.due(one)) throw new Error(`${one.name} stops for no reason`);
    else if (from === 'starting' && one.threw) one.mishap = true;
    if (from === 'running') this.#spoil(one);
    one.phase = 'stopping';
  }

  #isDown(one: One): void {
    same(`${one.name} before it is down`, one.phase, 'stopping');
    if (one.hook !== undefined) throw new Error(`${one.name} is down while its ${one.hook} is under way`);
    const due = this.due(one);
    one.phase = 'down';
    one.spoiled = false;
    if (one.mishap && this.container === 'stopping') this.#broken = true;
    if (one.failing) {
      one.failing = false;
      if (due) this.#answer(one);
      else if (this.container === 'stopping') this.#broken = true;
    }
    const back = this.takingBack && [...(this.boot?.started ?? [])].every(({ phase }) => phase === 'down');
    if (back) this.boot = undefined;
    this.#release();
    this.#settleStop();
  }

  /** A crash that is nobody's doing. */
  #answer(one: One): void {
    const { policy } = one;
    const recent = one.crashes.filter((at) => at > one.uptime - (policy?.over ?? 0));
    if (policy === undefined || recent.length >= policy.maxRestarts) {
      this.stopsAll(true);
      return;
    }
    one.crashes = [...recent, one.uptime];
    one.streak += 1;
    const { backoff } = policy;
    const delay = backoff === false ? 0 : Math.min(backoff.max, backoff.initial * 2 ** (one.streak - 1));
    this.announced.push(`${one.name} ${String(one.crashes.length)} ${String(delay)}`);
    one.alone = policy.scope === 'self';
    const reach = { self: [one], dependents: closure(one, 'neededBy'), all: this.ones }[policy.scope];
    this.#group(this.#alive(reach), this.now() + delay);
  }

  #group(members: ReadonlySet<One>, due: number): void {
    this.groups.push({ members, due });
    for (const one of members) this.#spoil(one);
    this.#release();
  }

  #alive(ones: Iterable<One>): Set<One> {
    return new Set([...ones].filter(({ wanted, phase }) => wanted || phase !== 'down'));
  }

  #hasten(one: One): void {
    for (const group of this.groups) if (group.members.has(one)) group.due = this.now();
    this.#release();
  }

  /** Restarts that are over keep nothing down. */
  #release(): void {
    this.groups = this.groups.filter(
      ({ members, due }) => due > this.now() || [...members].some(({ phase }) => phase !== 'down'),
    );
  }

  #tidy(): void {
    this.groups = this.groups.filter(({ members }) => [...members].some(({ wanted }) => wanted));
    for (const one of this.ones) if (!one.wanted) this.#forget(one);
  }

  /** A stop by hand: what comes after it begins anew. */
  #forget(one: One): void {
    one.crashes = [];
    one.streak = 0;
    if (!one.failing) return;
    one.failing = false;
    one.mishap = true;
  }

  #spoil(one: One): void {
    if (one.upSince !== undefined) {
      const up = this.now() - one.upSince;
      one.uptime += up;
      one.upSince = undefined;
      const backoff = one.policy?.backoff;
      if (backoff !== undefined && backoff !== false && up >= backoff.resetAfter) one.streak = 0;
    }
    if (one.phase === 'up') one.spoiled = true;
  }

  #bootFails(): void {
    const { boot } = this;
    if (boot === undefined || boot.failed) return;
    if (this.container === 'starting') {
      this.stopsAll(true);
      return;
    }
    boot.failed = true;
    for (const one of boot.started) one.wanted = false;
    this.#tidy();
    if ([...boot.started].every(({ phase }) => phase === 'down')) this.boot = undefined;
  }

  #pending({ started, others }: Boot): boolean {
    return [...started, ...others].some((one) => one.wanted && !this.usable(one));
  }

  #settleBoot(): void {
    if (this.boot === undefined || this.boot.failed || this.#pending(this.boot)) return;
    this.boot = undefined;
    if (this.container === 'starting') this.#become('running');
  }

  #settleStop(): void {
    if (this.container !== 'stopping' || this.ones.some(({ phase }) => phase !== 'down')) return;
    this.#become(this.#broken ? 'failed' : 'stopped');
  }

  #become(state: ContainerState): void {
    this.container = state;
    this.#states.push(state);
  }

  #one(index: number): One {
    return this.ones[index % this.ones.length] as One;
  }

  /** What must hold once nothing moves any more, until time passes. */
  rests(): void {
    this.#release();
    if (this.#states.length > 0) throw new Error(`the container never was ${this.#states.join(', ')}`);
    if (this.announced.length > 0) throw new Error(`no restart was announced: ${this.announced.join(', ')}`);
    for (const one of this.ones) {
      const should = this.#overdue(one);
      if (should !== undefined) throw new Error(`${one.name} should ${should}`);
    }
  }

  #overdue(one: One): string | undefined {
    const used = one.neededBy.some(({ phase }) => phase !== 'down');
    switch (one.phase) {
      case 'down':
        return this.due(one) && one.needs.every((need) => this.usable(need)) ? 'have started' : undefined;
      case 'up':
        return (one.spoiled || !this.due(one)) && !used ? 'have stopped' : undefined;
      case 'starting':
        return one.hook === undefined ? 'be up' : undefined;
      case 'stopping':
        return one.hook === undefined && (!used || one.alone) ? 'be down' : undefined;
    }
  }
}

/** Everything that one needs, or that needs it, itself included. */
function closure(one: One, direction: 'needs' | 'neededBy'): Set<One> {
  const found = new Set([one]);
  for (const each of found) for (const next of each[direction]) found.add(next);
  return found;
}

function same(what: string, is: string, expected: string | undefined): void {
  if (is !== expected) throw new Error(`${what}: ${is}, expected ${String(expected)}`);
}
