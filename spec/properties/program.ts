import fc from 'fast-check';
import {
  Container,
  service,
  Service,
  type ContainerState,
  type ServiceIdentifier,
  type ServiceState,
} from '../../lib/index.js';
import type { LifecycleEvent } from '../../lib/base/events.js';
import { FakeClock } from '../../lib/testing/index.js';
import { anyActs, AT_ONCE, play, Pledges, type Act } from './support.js';

/** One node of a random program. Its dependencies are nodes with a lower index, so there is no cycle. */
export interface Part {
  kind: 'service' | 'plain' | 'resource' | 'injectable';
  /** In the order of its lists. */
  inject: number[];
  dependsOn: number[];
  start: Act[];
  started: Act[];
  stop: Act[];
}

export type Program = Part[];

const peaceful = fc.constant<Act[]>([]);

function calmed({ takes, deaf }: Act): Act {
  return { takes: Math.min(takes, 300), fails: false, deaf };
}

/** Random graphs of up to `size` nodes, each of which depends on a few of those before it. */
export function anyProgram(size: number, acts: fc.Arbitrary<Act[]> = anyActs): fc.Arbitrary<Program> {
  const part = fc.record({
    kind: fc.constantFrom<Part['kind']>('service', 'service', 'service', 'plain', 'resource', 'injectable'),
    inject: fc.array(fc.nat(), { maxLength: 3 }),
    dependsOn: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.nat(), { maxLength: 2 }) },
    ),
    // most nodes behave, or nothing would ever come up
    start: fc.oneof({ weight: 5, arbitrary: peaceful }, { weight: 2, arbitrary: acts }),
    started: fc.oneof({ weight: 8, arbitrary: peaceful }, { weight: 1, arbitrary: acts }),
    stop: fc.oneof({ weight: 5, arbitrary: peaceful }, { weight: 2, arbitrary: acts }),
  });
  // in a large graph something nearly always goes wrong, so half of them are calm
  const parts = fc.array(part, { minLength: 1, maxLength: size, size: 'max' });
  return fc.tuple(parts, fc.boolean()).map(([all, calm]) =>
    all.map(({ inject, dependsOn, ...given }, index) => {
      const rest = calm
        ? { ...given, start: given.start.map(calmed), started: given.started.map(calmed), stop: given.stop.map(calmed) }
        : given;
      const before = (list: readonly number[]): number[] =>
        index === 0 ? [] : [...new Set(list.map((any) => any % index))];
      const needed = before(inject);
      return {
        ...rest,
        inject: needed,
        // a resource has no order-only dependencies
        dependsOn: rest.kind === 'resource' ? [] : before(dependsOn).filter((other) => !needed.includes(other)),
      };
    }),
  );
}

/** What is counted about a node. */
export class Role {
  readonly name: string;
  readonly token: ServiceIdentifier;
  instances: unknown[] = [];
  state: ServiceState = 'idle';
  /** Whether it can be used: it runs, and `onStarted` has settled. */
  up = false;
  runs = 0;
  starts = 0;
  stops = 0;
  acquired = 0;
  released = 0;
  /** On the clock. */
  startedAt = NaN;
  upAt = NaN;
  stoppedAt = NaN;
  downAt = NaN;
  /** The values of a resource that are not released. */
  readonly #live = new Set<unknown>();
  readonly #calls = { start: 0, started: 0, stop: 0 };

  constructor(
    readonly stage: Stage,
    readonly index: number,
    readonly part: Part,
  ) {
    this.name = `n${String(index)}`;
    this.token = part.kind === 'resource' ? Symbol(this.name) : this.#declare();
    if (part.kind === 'resource') this.#register();
  }

  get hasLife(): boolean {
    return this.part.kind !== 'injectable';
  }

  get dependencies(): Role[] {
    return [...this.part.inject, ...this.part.dependsOn].map((index) => this.stage.roles[index] as Role);
  }

  /** The service behind it, where it can be crashed. */
  get service(): Service | undefined {
    const last = this.instances.at(-1);
    return last instanceof Service ? last : undefined;
  }

  #start(signal: AbortSignal | undefined): unknown {
    this.stage.begins(this);
    const done = this.#play('start', signal);
    if (done === undefined) {
      this.starts += 1;
      return undefined;
    }
    return (done as Promise<void>).then(() => {
      this.starts += 1;
    });
  }

  #started(): unknown {
    const done = this.#play('started', undefined);
    if (done === undefined) {
      this.up = true;
      return undefined;
    }
    return (done as Promise<void>).then(() => {
      this.up = this.state === 'running';
    });
  }

  #stop(signal: AbortSignal, isLatest = true): unknown {
    this.stops += 1;
    // nobody needs an instance that was given up, and comes too late
    if (isLatest) this.stage.ends(this);
    return this.#play('stop', signal);
  }

  #play(what: 'start' | 'started' | 'stop', signal: AbortSignal | undefined): unknown {
    const count = this.#calls[what];
    this.#calls[what] += 1;
    return play(this.part[what][count] ?? AT_ONCE, this.stage.clock, signal, new Error(`${this.name}.${what}`));
  }

  #declare(): ServiceIdentifier {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the classes below are about another `this`
    const role = this;
    const { kind } = this.part;
    const hooks = {
      onStart(signal: AbortSignal): unknown {
        if (this instanceof Service) {
          role.acquired += 1;
          this.defer(() => {
            role.released += 1;
          });
        }
        return role.#start(signal);
      },
      onStarted: (): unknown => role.#started(),
      onStop(signal: AbortSignal): unknown {
        return role.#stop(signal, role.instances.at(-1) === this);
      },
    };
    class OfService extends Service {
      constructor(...given: unknown[]) {
        super();
        role.made(this, given);
      }
    }
    class Plain {
      constructor(...given: unknown[]) {
        role.made(this, given);
      }
    }
    const cls = kind === 'service' ? OfService : Plain;
    if (kind !== 'injectable') {
      for (const [name, value] of Object.entries(hooks)) Object.defineProperty(cls.prototype, name, { value });
    }
    service({
      name: this.name,
      startTimeout: 1000,
      stopTimeout: 1000,
      inject: this.part.inject.map((index) => this.stage.roles[index]?.token as ServiceIdentifier),
      dependsOn: this.part.dependsOn.map((index) => this.stage.roles[index]?.token as ServiceIdentifier),
    })(cls);
    return cls;
  }

  #register(): void {
    const { stage } = this;
    stage.container.resource(this.token, {
      name: this.name,
      startTimeout: 1000,
      stopTimeout: 1000,
      inject: this.part.inject.map((index) => this.stage.roles[index]?.token as ServiceIdentifier),
      start: (...given: unknown[]) => {
        const signal = given.pop() as AbortSignal;
        const value = { of: this.name, number: this.#calls.start };
        this.#check(given);
        const made = (): unknown => {
          this.#live.add(value);
          // one that comes too late takes nobody's place
          if (value.number + 1 === this.#calls.start) this.instances.push(value);
          return value;
        };
        const done = this.#start(signal);
        return done === undefined ? made() : (done as Promise<void>).then(made);
      },
      stop: (value, signal) => {
        stage.require(this.#live.delete(value), `${this.name} released what it had not, or not any more`);
        return this.#stop(signal);
      },
    });
  }

  made(value: unknown, given: unknown[]): void {
    this.instances.push(value);
    // a new instance has a life of its own
    this.state = 'idle';
    this.#check(given);
  }

  #check(given: unknown[]): void {
    const wanted = this.part.inject.map((index) => this.stage.roles[index] as Role);
    const right =
      given.length === wanted.length && wanted.every((role, index) => role.instances.at(-1) === given[index]);
    this.stage.require(right, `${this.name} was not given its dependencies`);
    // what is injected is ready to use
    for (const role of wanted) {
      if (role.hasLife) this.stage.require(role.up, `${this.name} was made before ${role.name} was up`);
    }
  }
}

/** A container with a random program in it, which watches that every rule holds at every moment. */
export class Stage {
  readonly clock = new FakeClock();
  readonly container = new Container({ clock: this.clock });
  readonly pledges = new Pledges();
  readonly violations: string[] = [];
  readonly roles: Role[] = [];
  readonly history: string[] = [];
  containerState: ContainerState = 'idle';
  containerError: unknown;
  readonly #byName: Map<string, Role>;
  readonly #below: Set<Role>[] = [];
  readonly #above: Set<Role>[] = [];

  constructor(program: Program) {
    for (const [index, part] of program.entries()) this.roles.push(new Role(this, index, part));
    this.#byName = new Map(this.roles.map((role) => [role.name, role]));
    for (const role of this.roles) {
      const below = new Set(role.dependencies);
      for (const other of below) for (const further of other.dependencies) below.add(further);
      this.#below.push(below);
      this.#above.push(new Set());
      for (const other of below) this.#above[other.index]?.add(role);
    }
    this.container.on((event) => {
      this.#note(event);
    });
  }

  require(holds: boolean, what: string): void {
    if (!holds) this.violations.push(what);
  }

  /** Everything that a node needs, directly or not. */
  below(role: Role): ReadonlySet<Role> {
    return this.#below[role.index] as Set<Role>;
  }

  /** Everything that needs a node, directly or not. */
  above(role: Role): ReadonlySet<Role> {
    return this.#above[role.index] as Set<Role>;
  }

  begins(role: Role): void {
    for (const other of this.below(role)) {
      if (other.hasLife) {
        this.require(other.up && other.state === 'running', `${role.name} starts, and ${other.name} is ${other.state}`);
      }
    }
  }

  ends(role: Role): void {
    for (const other of this.above(role)) {
      this.require(isDown(other.state), `${role.name} stops, and ${other.name}, which needs it, is ${other.state}`);
    }
  }

  #note(event: LifecycleEvent): void {
    if (event.type === 'container') {
      this.history.push(`container: ${event.from}→${event.to}`);
      this.require(
        event.from === this.containerState,
        `the container came from ${event.from}, but was ${this.containerState}`,
      );
      this.require(CONTAINER_STEPS[event.from].includes(event.to), `the container went ${event.from}→${event.to}`);
      this.require(
        (event.to === 'failed') === (event.error !== undefined) || event.to === 'stopping',
        `${event.to}, error: ${String(event.error)}`,
      );
      this.containerState = event.to;
      this.containerError = event.error;
      if (event.to === 'stopped' || event.to === 'failed') {
        for (const role of this.roles) {
          this.require(isDown(role.state), `the container is ${event.to}, and ${role.name} is ${role.state}`);
        }
      }
      return;
    }
    if (event.type !== 'service') return;
    const role = this.#byName.get(event.name) as Role;
    this.history.push(`${event.name}: ${event.from}→${event.to}`);
    this.require(role.state === event.from, `${event.name} came from ${event.from}, but was ${role.state}`);
    role.state = event.to;
    if (event.to === 'starting') {
      role.runs += 1;
      role.startedAt = this.clock.now();
      this.begins(role);
    } else if (event.to === 'running') {
      // of the others we know when onStarted has settled
      role.up = role.part.kind === 'resource';
    } else {
      role.up = false;
      if (event.to === 'stopping') role.stoppedAt = this.clock.now();
      else {
        role.downAt = this.clock.now();
        this.ends(role);
      }
    }
  }

  keep<T>(what: string, call: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
    this.history.push(`> ${what}`);
    return this.pledges.keep(what, (async () => call())());
  }
}

export function isDown(state: ServiceState): boolean {
  return state === 'idle' || state === 'stopped' || state === 'crashed';
}

const CONTAINER_STEPS: Record<ContainerState, ContainerState[]> = {
  idle: ['starting'],
  starting: ['running', 'stopping'],
  running: ['stopping'],
  stopping: ['stopped', 'failed'],
  stopped: ['starting'],
  failed: ['starting'],
};
