import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Service, service } from '../../lib/index.js';
import { Deadlines } from '../../lib/lifecycle/deadlines.js';
import { standalone } from '../../lib/lifecycle/environment.js';
import { lifecycleOf } from '../../lib/lifecycle/lifecycle.js';
import { transitions } from '../../lib/lifecycle/transitions.js';
import type { LifecycleEventBody, ServiceState } from '../../lib/base/events.js';
import { FakeClock } from '../../lib/testing/index.js';
import { anyAct, anyActs, AT_ONCE, expectNoUnhandledRejection, play, Pledges, turns, type Act } from './support.js';

expectNoUnhandledRejection();

const HOOKS = ['onFirstStart', 'onRestart', 'onStart', 'onStarted', 'onStop', 'onShutdown'] as const;
type HookName = (typeof HOOKS)[number];

/** What a service is like: how its hooks go, call by call, and what its runs have in them. */
interface Character {
  hooks: Partial<Record<HookName, Act[]>>;
  /** How what a run acquired is released. */
  releases: Act[];
  tasks: Act[];
  children: Character[];
}

const anyHooks: fc.Arbitrary<Character['hooks']> = fc.record(
  {
    onFirstStart: anyActs,
    onRestart: anyActs,
    onStart: anyActs,
    onStarted: anyActs,
    onStop: anyActs,
    onShutdown: anyActs,
  },
  { requiredKeys: [] },
);

const anyCharacter = (depth: number): fc.Arbitrary<Character> =>
  fc.record({
    hooks: anyHooks,
    releases: fc.array(anyAct, { maxLength: 2 }),
    tasks: fc.array(anyAct, { maxLength: 2 }),
    children: depth === 0 ? fc.constant([]) : fc.array(anyCharacter(depth - 1), { maxLength: 2 }),
  });

type Call =
  | { what: 'start' | 'maybeStart' | 'stop' | 'restart' | 'crash' | 'hold' | 'letGo' | 'acquire' }
  | { what: 'addTask'; act: Act; underWay: boolean }
  | { what: 'addChild'; character: Character; runtime: boolean }
  | { what: 'sleep' | 'advance'; ms: number }
  | { what: 'turns'; count: number };

/** A call, and which of the services of the tree it is for. */
const anyCall = fc.tuple(
  fc.nat({ max: 6 }),
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('start', 'stop') }) },
    { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('crash', 'restart', 'maybeStart') }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('hold', 'letGo', 'acquire') }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('addTask'), act: anyAct, underWay: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('addChild'), character: anyCharacter(0), runtime: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('sleep'), ms: fc.constantFrom(0, 1, 100) }) },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('turns'), count: fc.nat({ max: 8 }) }) },
    {
      weight: 6,
      arbitrary: fc.record({ what: fc.constant('advance'), ms: fc.constantFrom(0, 0, 1, 10, 100, 1000, 5000) }),
    },
  ) as fc.Arbitrary<Call>,
);

/** One service on the stage, and what is counted about it. */
class Subject {
  readonly instance: Service;
  readonly parts: Subject[];
  readonly log: string[] = [];
  runs = 0;
  shutdowns = 0;
  starts = 0;
  stops = 0;
  acquired = 0;
  released = 0;
  state: ServiceState = 'idle';
  /** How often its children had been started when it began to stop. */
  runsBefore = new Map<string, number>();
  /** What its run has to wait for before it may end in peace: acquired, under way, or held. */
  due = new Set<object>();
  holds: { release(): void }[] = [];
  readonly #calls = new Map<string, number>();

  constructor(
    readonly world: World,
    readonly name: string,
    readonly character: Character,
  ) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the class below is about another `this`
    const subject = this;
    class Actor extends Service {}
    for (const hook of HOOKS) {
      // a hook that is not there is a way of its own through the lifecycle; onStart is always there to count
      if (character.hooks[hook] === undefined && hook !== 'onStart' && hook !== 'onStop' && hook !== 'onShutdown') {
        continue;
      }
      Object.defineProperty(Actor.prototype, hook, {
        value(this: Service, signal: AbortSignal) {
          return subject.hook(hook, signal);
        },
      });
    }
    service({ name, startTimeout: 500, stopTimeout: 500 })(Actor);
    this.instance = new Actor();
    this.parts = character.children.map((each, index) => new Subject(world, `${name}.${String(index)}`, each));
    for (const part of this.parts) this.instance.addDependency(part.instance);
  }

  addChild(character: Character, runtime: boolean): void {
    const { world, instance } = this;
    const part = new Subject(world, `${this.name}.${String(this.parts.length)}`, character);
    this.parts.push(part);
    world.subjects.push(part);
    if (runtime) void world.pledges.keep('addRuntimeDependency', instance.addRuntimeDependency(part.instance));
    else instance.addDependency(part.instance);
  }

  get all(): Subject[] {
    return [this, ...this.parts.flatMap((part) => part.all)];
  }

  hook(name: HookName, signal: AbortSignal): unknown {
    const count = this.#calls.get(name) ?? 0;
    this.#calls.set(name, count + 1);
    this.log.push(`${name} while ${this.instance.state}`);
    const act = this.character.hooks[name]?.[count] ?? AT_ONCE;
    if (name === 'onStart') this.#populate();
    if (name === 'onStop') this.stops += 1;
    if (name === 'onShutdown') this.shutdowns += 1;
    if (name === 'onStop' || name === 'onShutdown') {
      this.world.require(
        this.instance.signal.aborted || this.state === 'starting' || this.state === 'running',
        `${this.name}.${name} before its signal aborted`,
      );
    }
    const result = play(act, this.world.clock, signal, new Error(`${this.name}.${name}`));
    if (name !== 'onStart') return result;
    if (result === undefined) this.starts += 1;
    else {
      return (result as Promise<void>).then(() => {
        this.starts += 1;
      });
    }
    return undefined;
  }

  acquire(act: Act): void {
    this.acquired += 1;
    const { due } = this;
    const release = (): unknown => {
      this.released += 1;
      due.delete(release);
      const result = play(act, this.world.clock, undefined, new Error(`${this.name} release`));
      if (!(result instanceof Promise)) return undefined;
      due.add(release);
      return result.finally(() => due.delete(release));
    };
    try {
      this.instance.defer(release);
      due.add(release);
    } catch {
      // refused, and released all the same
    }
  }

  hold(): void {
    const { due } = this;
    try {
      const hold = this.instance.holdShutdown();
      due.add(hold);
      this.holds.push({
        release: () => {
          due.delete(hold);
          hold.release();
        },
      });
    } catch {
      // nothing runs that it could keep
    }
  }

  #populate(): void {
    for (const act of this.character.releases) this.acquire(act);
    for (const act of this.character.tasks) this.addTask(act, false);
  }

  addTask(act: Act, underWay: boolean): void {
    const { due } = this;
    const run = async (signal: AbortSignal | undefined): Promise<void> => {
      due.add(run);
      try {
        await play(act, this.world.clock, signal, new Error(`${this.name} task`));
      } finally {
        due.delete(run);
      }
    };
    try {
      this.instance.addTask(underWay ? run(undefined) : run);
    } catch {
      // nothing runs that it could belong to
      due.delete(run);
    }
  }
}

class World {
  readonly clock = new FakeClock();
  readonly pledges = new Pledges();
  readonly violations: string[] = [];
  readonly history: string[] = [];
  readonly root: Subject;
  readonly subjects: Subject[];

  constructor(character: Character) {
    this.root = new Subject(this, 'root', character);
    this.subjects = this.root.all;
    lifecycleOf(this.root.instance).inherit({
      ...standalone,
      clock: this.clock,
      deadlines: new Deadlines(this.clock),
      listening: true,
      emit: (event) => {
        this.#note(event);
      },
    });
  }

  require(holds: boolean, what: string): void {
    if (!holds) this.violations.push(what);
  }

  #note(event: LifecycleEventBody): void {
    if (event.type !== 'service') return;
    this.history.push(`${event.name}: ${event.from}→${event.to}`);
    const subject = this.subjects.find(({ name }) => name === event.name) as Subject;
    this.require(subject.state === event.from, `${event.name} came from ${event.from}, but was ${subject.state}`);
    this.require(Object.values(transitions[event.from]).includes(event.to), `${event.from}→${event.to} is in no table`);
    subject.state = event.to;
    if (event.to === 'starting') {
      subject.runs += 1;
      subject.due = new Set();
      subject.holds = [];
      this.require(subject.instance.crashReason === undefined, `${event.name} starts with the reason of an old crash`);
    }
    if (event.to === 'stopping') subject.runsBefore = new Map(subject.parts.map(({ name, runs }) => [name, runs]));
    if (event.to === 'running') {
      for (const { name, state } of subject.parts) {
        this.require(state !== 'idle', `${event.name} runs, and its child ${name} never started`);
      }
    }
    if (event.to === 'stopped') {
      this.require(subject.due.size === 0, `${event.name} is stopped, and ${String(subject.due.size)} are not over`);
    }
    if (event.to === 'stopped' || event.to === 'crashed') {
      this.require(
        (event.to === 'crashed') === 'error' in event,
        `${event.name} is ${event.to}, with${'error' in event ? '' : 'out'} an error`,
      );
      if (event.from !== 'stopping') return;
      for (const { name, state, runs } of subject.parts) {
        // one that was started by hand since is on its own
        if (runs !== subject.runsBefore.get(name)) continue;
        this.require(
          ['idle', 'stopped', 'crashed'].includes(state),
          `${event.name} is down, and its child ${name} is ${state}`,
        );
      }
    }
  }

  async make(target: Subject, call: Call): Promise<void> {
    const { instance } = target;
    this.history.push(`> ${target.name}.${call.what} ${'ms' in call ? String(call.ms) : ''}`);
    switch (call.what) {
      case 'start': {
        const { state } = target;
        void this.pledges.keep('start', instance.start()).then((outcome) => {
          const refused = 'error' in outcome && (outcome.error as { code?: string }).code === 'ERR_MODE_STOPPING';
          this.require(
            !refused || state === 'stopping' || target.world.subjects.some((one) => one !== target),
            `start() of what was ${state} was refused`,
          );
        });
        return;
      }
      case 'maybeStart':
        void this.pledges.keep('maybeStart', instance.maybeStart());
        return;
      case 'stop':
        void this.pledges.keep('stop', instance.stop());
        return;
      case 'restart':
        void this.pledges.keep('restart', instance.restart());
        return;
      case 'crash':
        instance.crash(new Error('crash'));
        return;
      case 'hold':
        target.hold();
        return;
      case 'letGo':
        target.holds.pop()?.release();
        return;
      case 'acquire':
        target.acquire(AT_ONCE);
        return;
      case 'addTask':
        target.addTask(call.act, call.underWay);
        return;
      case 'addChild':
        target.addChild(call.character, call.runtime);
        return;
      case 'turns':
        await turns(call.count);
        return;
      case 'sleep':
        void this.pledges.keep('sleep', instance.sleep(call.ms));
        return;
      case 'advance':
        await this.clock.advance(call.ms);
    }
  }

  /** Everything ends, and nothing is left. */
  async end(): Promise<void> {
    for (const { instance } of this.subjects) void this.pledges.keep('the last stop', instance.stop());
    await this.clock.advance('2m');
    const left = this.subjects.map((subject) => ({
      name: subject.name,
      state: ['idle', 'stopped', 'crashed'].includes(subject.state) ? 'down' : subject.state,
      stops: subject.stops,
      released: subject.released,
      shutdowns: subject.shutdowns,
      aborted: subject.instance.signal.aborted,
    }));
    expect(left).toEqual(
      this.subjects.map((subject) => ({
        name: subject.name,
        state: 'down',
        // exactly when onStart had succeeded
        stops: subject.starts,
        released: subject.acquired,
        // on every way down
        shutdowns: subject.runs,
        aborted: subject.state !== 'idle',
      })),
    );
    expect([this.violations, this.pledges.open, this.clock.sleepers]).toEqual([[], [], 0]);
  }
}

describe('whatever is asked of a service, in whatever order, with hooks that fail, hang and come late', () => {
  it('by itself, it keeps its word', async () => {
    await fc.assert(
      fc.asyncProperty(anyCharacter(0), fc.array(anyCall, { maxLength: 25 }), async (character, calls) => {
        const world = new World(character);
        for (const [, call] of calls) await world.make(world.root, call);
        await world.end();
      }),
      { numRuns: 1500 },
    );
  }, 30_000);

  it('with children, all of them keep it', async () => {
    await fc.assert(
      fc.asyncProperty(anyCharacter(2), fc.array(anyCall, { maxLength: 25 }), async (character, calls) => {
        const world = new World(character);
        const { subjects } = world;
        for (const [which, call] of calls) await world.make(subjects[which % subjects.length] as Subject, call);
        await world.end();
      }),
      { numRuns: 1000 },
    );
  }, 30_000);
});
