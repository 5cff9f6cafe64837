import { alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BootError,
  Container,
  service,
  StopError,
  type ContainerState,
  type ServiceIdentifier,
} from '../../lib/index.js';
import { anyProgram, isDown, Stage, type Role } from './program.js';
import { expectNoUnhandledRejection, turns, type Act } from './support.js';

expectNoUnhandledRejection();

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

type Command =
  | { what: 'boot'; which: number[]; abortAfter: number | undefined }
  | { what: 'stopAll'; timeout: number | undefined }
  | { what: 'stop'; which: number }
  | { what: 'restart'; which: number }
  | { what: 'crash'; which: number }
  | { what: 'turns'; count: number }
  | { what: 'advance'; ms: number };

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('boot' as const),
      which: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      abortAfter: fc.oneof(
        { weight: 8, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(-1, 0, 5, 100) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('stopAll' as const),
      timeout: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(0, 10, 400) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('stop' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('restart' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('turns' as const), count: fc.nat({ max: 12 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({ what: fc.constant('advance' as const), ms: fc.constantFrom(0, 0, 1, 10, 100, 1000, 5000) }),
  },
);

/** Gives the call of a command, and does not wait for it. */
async function give(stage: Stage, command: Command): Promise<void> {
  const { container, clock, roles } = stage;
  const role = (which: number): Role => roles[which % roles.length] as Role;
  switch (command.what) {
    case 'boot': {
      const { abortAfter } = command;
      const controller = new AbortController();
      if (abortAfter === -1) controller.abort(new Error('aborted'));
      else if (abortAfter !== undefined) clock.setTimer(abortAfter, () => controller.abort(new Error('aborted')));
      const tokens = command.which.map((which) => role(which).token);
      void stage
        .keep(`boot ${command.which.map((which) => role(which).name).join(', ')}`, () =>
          abortAfter === undefined ? container.boot(tokens) : container.boot(tokens, { signal: controller.signal }),
        )
        .then((outcome) => {
          if (!('error' in outcome)) return;
          const known = outcome.error instanceof BootError || codeOf(outcome.error) === 'ERR_MODE_STOPPING';
          stage.require(known, `boot() rejected with ${String(outcome.error)}`);
        });
      return;
    }
    case 'stopAll': {
      const { timeout } = command;
      void stage
        .keep('stop', () => container.stop(timeout === undefined ? {} : { timeout }))
        .then((outcome) => {
          if (!('error' in outcome)) return;
          stage.require(outcome.error instanceof StopError, `stop() rejected with ${String(outcome.error)}`);
        });
      return;
    }
    case 'stop': {
      const { token, name } = role(command.which);
      void stage.keep(`stop ${name}`, () => container.stop(token));
      return;
    }
    case 'restart': {
      const { token, name } = role(command.which);
      void stage.keep(`restart ${name}`, () => container.restart(token));
      return;
    }
    case 'crash': {
      const { service: crashing, name } = role(command.which);
      stage.history.push(`> crash ${name}`);
      crashing?.crash(new Error(`${name} crashed`));
      return;
    }
    case 'turns':
      await turns(command.count);
      return;
    case 'advance':
      await clock.advance(command.ms);
  }
}

/** Everything ends, and nothing is left. */
async function end(stage: Stage): Promise<void> {
  const { container, clock, roles } = stage;
  const last = stage.keep('the last stop', () => container.stop());
  await clock.advance('5m');
  const stopped = stage.pledges.open.includes('the last stop') ? 'never' : await last;
  const left = roles.map(({ name, state, stops, released }) => ({
    name,
    state: isDown(state) ? 'down' : state,
    stops,
    released,
  }));
  expect(left).toEqual(
    roles.map(({ name, starts, acquired }) => ({
      name,
      state: 'down',
      // exactly when onStart had succeeded
      stops: starts,
      released: acquired,
    })),
  );
  expect([stage.violations, stage.pledges.open, clock.sleepers]).toEqual([[], [], 0]);
  const hasFailed = stopped !== 'never' && 'error' in stopped;
  expect(hasFailed ? ['failed'] : ['idle', 'stopped', 'failed']).toContain(container.state);
  expect(container.state).toBe(stage.containerState);
}

describe('whatever is asked of a container, in whatever order, with services that fail, hang and come late', () => {
  it('no service starts before what it needs or stops before what needs it, and everything comes to an end', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram(60), fc.array(anyCommand, { maxLength: 25 }), async (program, commands) => {
        const stage = new Stage(program);
        for (const command of commands) await give(stage, command);
        await end(stage);
      }),
      { numRuns: 600 },
    );
  }, 30_000);
});

/** One call that is waited for, and what it must lead to, from where things were before it. */
class Asked {
  readonly #before: ContainerState;
  readonly #ran: ReadonlySet<Role>;
  readonly #runs: ReadonlyMap<Role, number>;

  constructor(private readonly stage: Stage) {
    this.#before = stage.containerState;
    this.#ran = new Set(stage.roles.filter(({ up }) => up));
    this.#runs = new Map(stage.roles.map((role) => [role, role.runs]));
  }

  async answer(command: Command): Promise<void> {
    const { roles } = this.stage;
    const role = (which: number): Role => roles[which % roles.length] as Role;
    if (command.what === 'boot') await this.#boot(command.which.map(role));
    else if (command.what === 'stopAll') await this.#stopAll();
    else if (command.what === 'stop') await this.#stop(role(command.which));
    else if (command.what === 'restart') await this.#restart(role(command.which));
    else if (command.what === 'crash') await this.#crash(role(command.which));
  }

  async #boot(roots: Role[]): Promise<void> {
    const { container, roles } = this.stage;
    const reached = new Set(roots.flatMap((root) => [root, ...this.stage.below(root)]));
    const done = await this.#call('boot()', () => container.boot(roots.map(({ token }) => token)));
    if ('value' in done) {
      expect(done.value).toEqual(roots.map(({ instances }) => instances.at(-1)));
      expect(container.state).toBe('running');
      this.#expect(
        [...reached].filter(({ hasLife }) => hasLife),
        ({ up }) => up,
        'after it was booted',
      );
      this.#expect(this.#ran, (role) => role.up && !this.#isNew(role), 'after a boot, and ran before');
      this.#expectUntouched(roles.filter((role) => !reached.has(role)));
    } else {
      expect(done.error).toBeInstanceOf(BootError);
      expect(container.state).toBe(this.#before === 'running' ? 'running' : 'failed');
      // what ran before goes on, what was started on the way is down again
      this.#expect(roles, (role) => role.up === this.#ran.has(role), 'after a failed boot');
      this.#expect(this.#ran, (role) => !this.#isNew(role), 'after a failed boot');
    }
  }

  async #stopAll(): Promise<void> {
    const { container, roles } = this.stage;
    const done = await this.#call('stop()', () => container.stop());
    this.#expect(roles, ({ state }) => isDown(state), 'after a stop');
    if (this.#before === 'running') expect(container.state).toBe('error' in done ? 'failed' : 'stopped');
    else expect(container.state).toBe(this.#before);
  }

  async #stop(target: Role): Promise<void> {
    const { container, roles } = this.stage;
    const gone = new Set([target, ...this.stage.above(target)]);
    await this.#call('stop(id)', () => container.stop(target.token));
    this.#expect(gone, ({ state }) => isDown(state), `after ${target.name} was stopped`);
    this.#expectUntouched(roles.filter((role) => !gone.has(role)));
    expect(container.state).toBe(this.#before);
  }

  async #restart(target: Role): Promise<void> {
    const { container, roles } = this.stage;
    await this.#call('restart(id)', () => container.restart(target.token));
    // one that cannot start again ends the program
    if (!this.#ran.has(target) || container.state !== 'running') return;
    const back = [target, ...this.stage.above(target)].filter((role) => this.#ran.has(role));
    this.#expect(back, (role) => role.up && this.#isNew(role), `after ${target.name} was restarted`);
    this.#expectUntouched(roles.filter((role) => !back.includes(role)));
  }

  async #crash(target: Role): Promise<void> {
    const { container, clock, roles } = this.stage;
    const { service: crashing, name } = target;
    if (crashing === undefined || !this.#ran.has(target)) return;
    const error = new Error(`${name} crashed`);
    crashing.crash(error);
    await clock.advance('1m');
    expect([container.state, this.stage.containerError, crashing.crashReason]).toEqual(['failed', error, error]);
    this.#expect(roles, ({ state }) => isDown(state), 'after a crash');
  }

  async #call(what: string, call: () => Promise<unknown>): Promise<{ value: unknown } | { error: unknown }> {
    const kept = this.stage.keep(what, call);
    await this.stage.clock.advance('1m');
    expect(this.stage.pledges.open).toEqual([]);
    return kept;
  }

  #isNew(role: Role): boolean {
    return role.runs !== this.#runs.get(role);
  }

  #expect(roles: Iterable<Role>, holds: (role: Role) => boolean, when: string): void {
    for (const role of roles) this.stage.require(holds(role), `${role.name} is ${role.state} ${when}`);
  }

  #expectUntouched(roles: Role[]): void {
    const same = (role: Role): boolean => !this.#isNew(role) && role.up === this.#ran.has(role);
    this.#expect(roles, same, `after ${String(this.stage.history.at(-1))}, which was not about it`);
  }
}

describe('one call after another, each waited for', () => {
  it('each does what it says, and leaves everything else alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram(25), fc.array(anyCommand, { maxLength: 12 }), async (program, commands) => {
        const stage = new Stage(program);
        for (const command of commands) await new Asked(stage).answer(command);
        await end(stage);
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});

describe('a program in which nothing goes wrong', () => {
  const slow = fc.array(
    fc.constantFrom(0, 1, 5, 20).map((takes): Act => ({ takes, fails: false, deaf: true })),
    { minLength: 1, maxLength: 1 },
  );

  it('starts and stops each service the moment it can, which makes the critical path the whole time', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram(60, slow), async (program) => {
        const stage = new Stage(program);
        const { container, clock, roles } = stage;
        const takes = ([act]: Act[]): number => Math.max(0, act?.takes ?? 0);
        await clock.advance(7);
        void stage.keep('boot', () => container.boot(roles.map(({ token }) => token)));
        await clock.advance('1m');
        const upAt = new Map<Role, number>();
        for (const role of roles) {
          const readyAt = Math.max(7, ...role.dependencies.map((other) => upAt.get(other) as number));
          if (role.hasLife) {
            stage.require(
              role.startedAt === readyAt,
              `${role.name} could start at ${String(readyAt)}, and did at ${String(role.startedAt)}`,
            );
          }
          const own = role.hasLife
            ? takes(role.part.start) + (role.part.kind === 'resource' ? 0 : takes(role.part.started))
            : 0;
          upAt.set(role, readyAt + own);
        }
        expect(container.report().totalMs).toBe(Math.max(...upAt.values()) - 7);

        const from = clock.now();
        void stage.keep('stop', () => container.stop());
        await clock.advance('1m');
        const downAt = new Map<Role, number>();
        for (const role of [...roles].reverse()) {
          const dependents = roles.filter((other) => other.dependencies.includes(role));
          const freeAt = Math.max(from, ...dependents.map((other) => downAt.get(other) as number));
          if (role.hasLife) {
            stage.require(
              role.stoppedAt === freeAt,
              `${role.name} could stop at ${String(freeAt)}, and did at ${String(role.stoppedAt)}`,
            );
          }
          downAt.set(role, freeAt + (role.hasLife ? takes(role.part.stop) : 0));
        }
        expect(container.state).toBe('stopped');
        await end(stage);
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});

describe('the plan of a random graph', () => {
  /** Dependencies first, each in the order of its list, depth first from the roots. */
  function reference(dependencies: readonly (readonly number[])[], roots: readonly number[]): number[] {
    const order: number[] = [];
    const visit = (node: number): void => {
      if (order.includes(node)) return;
      for (const dependency of dependencies[node] ?? []) visit(dependency);
      order.push(node);
    };
    for (const root of roots) visit(root);
    return order;
  }

  it("is a topological order, the very one of the lists, and as a partial order graphlib's", () => {
    fc.assert(
      fc.property(
        anyProgram(60),
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        (program, which, scramble) => {
          const container = new Container();
          // declared in an order that says nothing about the graph
          const classes = program.map(
            (_, index) => ({ [`n${String(index)}`]: class {} })[`n${String(index)}`] as ServiceIdentifier<object>,
          );
          const shuffled = [...program.keys()].sort((a, b) => (scramble.next().value ?? 0) - (a - b));
          for (const index of shuffled) {
            const { inject, dependsOn } = program[index] as (typeof program)[number];
            service({
              inject: inject.map((other) => classes[other] as ServiceIdentifier),
              dependsOn: dependsOn.map((other) => classes[other] as ServiceIdentifier),
            })(classes[index] as never);
          }
          const dependencies = program.map(({ inject, dependsOn }) => [...inject, ...dependsOn]);
          const roots = which.map((any) => any % program.length);
          const tokens = roots.map((root) => classes[root] as ServiceIdentifier);

          const plan = container.plan(...tokens);
          const expected = reference(dependencies, roots);
          expect(plan.order.map(({ name }) => name)).toEqual(expected.map((index) => `n${String(index)}`));
          expect(plan.roots).toEqual([...new Set(roots)].map((index) => `n${String(index)}`));

          const graph = container.graph(...tokens);
          const edges = expected.flatMap((index) =>
            (dependencies[index] ?? []).map((other) => `n${String(index)}→n${String(other)}`),
          );
          expect(
            graph
              .edges()
              .map(({ v, w }) => `${v}→${w}`)
              .sort(),
          ).toEqual(edges.sort());
          // graphlib puts the dependents first
          const place = new Map(
            alg
              .topsort(graph)
              .reverse()
              .map((name, index) => [name, index]),
          );
          expect([...place.keys()].sort()).toEqual(plan.order.map(({ id }) => id).sort());
          const ours = new Map(plan.order.map(({ id }, index) => [id, index]));
          for (const { v, w } of graph.edges()) {
            expect([v, w, (ours.get(w) as number) < (ours.get(v) as number)]).toEqual([v, w, true]);
            expect((place.get(w) as number) < (place.get(v) as number)).toBe(true);
          }

          for (const node of plan.order) {
            const below = node.dependencies.map((id) => plan.order.find((other) => other.id === id)?.level ?? NaN);
            expect(node.level).toBe(Math.max(-1, ...below) + 1);
          }
          expect(plan.levels.map((level) => level.map(({ id }) => id))).toEqual(
            plan.levels.map((_, level) => plan.order.filter((node) => node.level === level).map(({ id }) => id)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
