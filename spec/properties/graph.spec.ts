import { alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootError, Container, service, StopError, type ServiceIdentifier } from '../../lib/index.js';
import { anyProgram, isDown, Stage, type Role } from './program.js';
import { expectNoUnhandledRejection, type Act } from './support.js';

expectNoUnhandledRejection();

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

type Command =
  | { what: 'boot'; which: number[]; abortAfter: number | undefined }
  | { what: 'stopAll'; timeout: number | undefined }
  | { what: 'stop'; which: number }
  | { what: 'restart'; which: number }
  | { what: 'crash'; which: number }
  | { what: 'advance'; ms: number };

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('boot' as const),
      which: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      abortAfter: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(-1, 0, 5, 100) }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('stopAll' as const),
      timeout: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(0, 10, 400) }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('stop' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('restart' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const), which: fc.nat() }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('advance' as const), ms: fc.constantFrom(0, 0, 1, 10, 100, 1000, 5000) }) },
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
      void stage.keep('stop', () => container.stop(timeout === undefined ? {} : { timeout })).then((outcome) => {
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
  const left = roles.map(({ name, state, stops, released }) => ({ name, state: isDown(state) ? 'down' : state, stops, released }));
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
  expect(['idle', 'stopped', 'failed']).toContain(container.state);
  expect(container.state).toBe(stage.containerState);
  if (stopped !== 'never' && 'error' in stopped) expect(container.state).toBe('failed');
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

describe('one call after another, each waited for', () => {
  /** What a call must lead to, from where things were before it. */
  async function ask(stage: Stage, command: Command): Promise<void> {
    const { container, clock, roles, containerState: before } = stage;
    const ran = new Set(roles.filter(({ up }) => up));
    const runs = new Map(roles.map((role) => [role, role.runs]));
    const untouched = (those: Iterable<Role>): void => {
      for (const role of those) {
        if (!role.hasLife) continue;
        stage.require(role.runs === runs.get(role) && role.up === ran.has(role), `${role.name} was touched by ${stage.history.join('; ')}`);
      }
    };
    const outcome = async (what: string, call: () => Promise<unknown>): Promise<{ value: unknown } | { error: unknown } | 'never'> => {
      const kept = stage.keep(what, call);
      await clock.advance('1m');
      return stage.pledges.open.includes(what) ? 'never' : await kept;
    };
    const role = (which: number): Role => roles[which % roles.length] as Role;
    switch (command.what) {
      case 'advance':
        return;
      case 'boot': {
        const roots = command.which.map(role);
        const reached = new Set(roots.flatMap((root) => [root, ...stage.below(root)]));
        const done = await outcome('boot', () => container.boot(roots.map(({ token }) => token)));
        if (done === 'never') stage.require(false, 'boot() never settled');
        else if ('value' in done) {
          expect(done.value).toEqual(roots.map(({ instances }) => instances.at(-1)));
          expect(container.state).toBe('running');
          for (const one of reached) if (one.hasLife) stage.require(one.up, `${one.name} was booted, and is ${one.state}`);
          for (const one of ran) stage.require(one.up && one.runs === runs.get(one), `${one.name} ran before the boot, and is ${one.state}`);
          untouched(roles.filter((one) => !reached.has(one)));
        } else {
          expect(done.error).toBeInstanceOf(BootError);
          expect(container.state).toBe(before === 'running' ? 'running' : 'failed');
          // what ran before goes on, what was started on the way is down again
          for (const one of roles) stage.require(!one.hasLife || one.up === ran.has(one), `${one.name} is ${one.state} after a failed boot`);
          for (const one of ran) stage.require(one.runs === runs.get(one), `${one.name} was restarted by a failed boot`);
        }
        return;
      }
      case 'stopAll': {
        const done = await outcome('stop', () => container.stop());
        stage.require(done !== 'never', 'stop() never settled');
        for (const one of roles) stage.require(isDown(one.state), `${one.name} is ${one.state} after a stop`);
        if (before === 'running') expect(container.state).toBe(done !== 'never' && 'error' in done ? 'failed' : 'stopped');
        else expect(container.state).toBe(before);
        return;
      }
      case 'stop': {
        const target = role(command.which);
        const gone = new Set([target, ...stage.above(target)]);
        const done = await outcome('stop one', () => container.stop(target.token));
        stage.require(done !== 'never', 'stop(id) never settled');
        for (const one of gone) stage.require(isDown(one.state), `${one.name} is ${one.state} after ${target.name} was stopped`);
        untouched(roles.filter((one) => !gone.has(one)));
        expect(container.state).toBe(before);
        return;
      }
      case 'restart': {
        const target = role(command.which);
        const done = await outcome('restart', () => container.restart(target.token));
        stage.require(done !== 'never', 'restart(id) never settled');
        if (!ran.has(target) || container.state !== 'running') return;
        const back = [target, ...stage.above(target)].filter((one) => ran.has(one));
        for (const one of back) {
          stage.require(one.up && one.runs === (runs.get(one) as number) + 1, `${one.name} is ${one.state} after ${target.name} was restarted`);
        }
        untouched(roles.filter((one) => !back.includes(one)));
        return;
      }
      case 'crash': {
        const target = role(command.which);
        if (target.service === undefined || !ran.has(target)) return;
        const error = new Error(`${target.name} crashed`);
        target.service.crash(error);
        await clock.advance('1m');
        expect([container.state, stage.containerError, target.service.crashReason]).toEqual(['failed', error, error]);
        for (const one of roles) stage.require(isDown(one.state), `${one.name} is ${one.state} after a crash`);
      }
    }
  }

  it('each does what it says, and leaves everything else alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram(25), fc.array(anyCommand, { maxLength: 12 }), async (program, commands) => {
        const stage = new Stage(program);
        for (const command of commands) await ask(stage, command);
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
          if (role.hasLife) stage.require(role.startedAt === readyAt, `${role.name} could start at ${String(readyAt)}, and did at ${String(role.startedAt)}`);
          const own = role.hasLife ? takes(role.part.start) + (role.part.kind === 'resource' ? 0 : takes(role.part.started)) : 0;
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
          if (role.hasLife) stage.require(role.stoppedAt === freeAt, `${role.name} could stop at ${String(freeAt)}, and did at ${String(role.stoppedAt)}`);
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
      fc.property(anyProgram(60), fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat()), (program, which, scramble) => {
        const container = new Container();
        // declared in an order that says nothing about the graph
        const classes = program.map((_, index) => ({ [`n${String(index)}`]: class {} })[`n${String(index)}`] as ServiceIdentifier<object>);
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
        const edges = expected.flatMap((index) => (dependencies[index] ?? []).map((other) => `n${String(index)}→n${String(other)}`));
        expect(graph.edges().map(({ v, w }) => `${v}→${w}`).sort()).toEqual(edges.sort());
        // graphlib puts the dependents first
        const place = new Map(alg.topsort(graph).reverse().map((name, index) => [name, index]));
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
      }),
      { numRuns: 300 },
    );
  });
});
