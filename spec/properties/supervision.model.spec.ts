/**
 * Random supervisors, services, policies, crashes, stops and restarts, against the model next door. After every step, each
 * service is in the state that the model says, and nothing waits on the clock but the delays that the model knows.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CrashingSupervisor,
  ForfeitOneForAllSupervisor,
  ForfeitOneForOneSupervisor,
  OneForAllSupervisor,
  OneForOneSupervisor,
  RestForOneSupervisor,
  Supervisor,
  type Service,
  type Strategy,
  type SupervisorOptions,
} from '../../lib/index.js';
import { Actor, stage, type Stage } from '../services/support.js';
import { leave, Model, NodeModel, type Policy } from './supervision.model.js';

const classes: Readonly<Record<Strategy, new (options: SupervisorOptions, ...services: Service[]) => Supervisor>> = {
  'one-for-one': OneForOneSupervisor,
  'one-for-all': OneForAllSupervisor,
  'rest-for-one': RestForOneSupervisor,
  'forfeit-one': ForfeitOneForOneSupervisor,
  'forfeit-all': ForfeitOneForAllSupervisor,
  crash: CrashingSupervisor,
};

/** The services themselves, by the node of the model that they belong to. */
class Real {
  readonly services = new Map<NodeModel, Service>();

  constructor(readonly on: Stage) {}

  of(node: NodeModel): Service {
    return this.services.get(node) as Service;
  }

  supervisor(node: NodeModel): Supervisor {
    return this.of(node) as Supervisor;
  }

  leaf(node: NodeModel): Actor {
    const actor = this.on.actor(node.name);
    this.services.set(node, actor);
    return actor;
  }

  build(node: NodeModel): Service {
    if (node.policy === undefined) return this.leaf(node);
    const { strategy, maxRestarts, initial } = node.policy;
    const supervisor = new classes[strategy](
      {
        name: node.name,
        maxRestarts,
        over: '1000h',
        backoff: initial > 0 && { initial, factor: 2, max: 400, jitter: 0, resetAfter: '1000h' },
      },
      ...node.children.map((child) => this.build(child)),
    );
    this.services.set(node, supervisor);
    return supervisor;
  }
}

/** One step: what it does to the model and to the services, on the node that a number picks. */
abstract class Step implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly pick: number,
    readonly other: number,
  ) {}

  abstract check(model: Model): boolean;
  protected abstract apply(model: Model, real: Real): Promise<void> | void;

  async run(model: Model, real: Real): Promise<void> {
    await this.apply(model, real);
    await real.on.settle();
    model.pass(model.now);
    compare(model, real);
  }

  protected node(model: Model, number = this.pick): NodeModel {
    const { nodes } = model;
    return nodes[number % nodes.length] as NodeModel;
  }

  /** A node with the root left out, if there is another one. */
  protected below(model: Model): NodeModel {
    const nodes = model.nodes.slice(1);
    return nodes.length === 0 ? model.root : (nodes[this.pick % nodes.length] as NodeModel);
  }

  protected supervisor(model: Model): NodeModel {
    const nodes = model.nodes.filter(({ policy }) => policy !== undefined);
    return nodes[this.pick % nodes.length] as NodeModel;
  }

  toString(): string {
    return `${this.constructor.name}(${String(this.pick)}, ${String(this.other)})`;
  }
}

class Crash extends Step {
  check(model: Model): boolean {
    return this.node(model).up;
  }
  apply(model: Model, real: Real): void {
    const node = this.node(model);
    real.of(node).crash(new Error(`${node.name} crashed`));
    model.crash(node);
  }
}

class CrashTwo extends Step {
  private pair(model: Model): [NodeModel, NodeModel] {
    const first = this.below(model);
    const siblings = first.parent?.children ?? [first];
    return [first, siblings[this.other % siblings.length] as NodeModel];
  }
  check(model: Model): boolean {
    const [first, second] = this.pair(model);
    // of one supervisor; elsewhere it depends on how far the way down has come. A leaf is never down at once.
    const areLeaves = first.policy === undefined && second.policy === undefined;
    return first !== second && first.up && second.up && areLeaves && first.parent === second.parent;
  }
  apply(model: Model, real: Real): void {
    const [first, second] = this.pair(model);
    real.of(first).crash(new Error(`${first.name} crashed`));
    real.of(second).crash(new Error(`${second.name} crashed`));
    model.crashBoth(first, second);
  }
}

class FailStarts extends Step {
  check(model: Model): boolean {
    return this.node(model).policy === undefined;
  }
  apply(model: Model, real: Real): void {
    const node = this.node(model);
    node.failing = (this.other % 3) + 1;
    (real.of(node) as Actor).failingStarts = node.failing;
  }
}

class Advance extends Step {
  check(): boolean {
    return true;
  }
  async apply(model: Model, real: Real): Promise<void> {
    const ms = this.other % 500;
    await real.on.clock.advance(ms);
    model.pass(model.now + ms);
  }
}

class StopByHand extends Step {
  check(): boolean {
    return true;
  }
  async apply(model: Model, real: Real): Promise<void> {
    const node = this.node(model);
    model.stop(node);
    await real.of(node).stop();
  }
}

/** Below a supervisor that is down, only leaves are started: a tree within a tree that is down is nobody's. */
function isOfUse({ policy, parent }: NodeModel): boolean {
  return policy === undefined || parent === undefined || parent.up;
}

class StartByHand extends Step {
  check(model: Model): boolean {
    return isOfUse(this.node(model));
  }
  async apply(model: Model, real: Real): Promise<void> {
    const node = this.node(model);
    model.start(node);
    await real
      .of(node)
      .start()
      .catch(() => undefined);
  }
}

class RestartByHand extends Step {
  check(model: Model): boolean {
    return isOfUse(this.node(model));
  }
  async apply(model: Model, real: Real): Promise<void> {
    const node = this.node(model);
    model.stop(node);
    model.start(node);
    await real
      .of(node)
      .restart()
      .catch(() => undefined);
  }
}

class Add extends Step {
  check(model: Model): boolean {
    return model.nodes.length < 12;
  }
  async apply(model: Model, real: Real): Promise<void> {
    const parent = this.supervisor(model);
    const node = new NodeModel(model.name(), undefined);
    node.failing = this.other % 4 === 0 ? 1 : 0;
    const actor = real.leaf(node);
    actor.failingStarts = node.failing;
    parent.children.push(node);
    node.parent = parent;
    if (parent.up && !model.up(node)) parent.children.pop();
    await real
      .supervisor(parent)
      .add(actor)
      .catch(() => undefined);
  }
}

class Discard extends Step {
  check(model: Model): boolean {
    const node = this.below(model);
    return node.parent !== undefined && node.policy === undefined;
  }
  async apply(model: Model, real: Real): Promise<void> {
    const node = this.below(model);
    const parent = node.parent as NodeModel;
    if (node.circle !== undefined) leave(node.circle, node);
    parent.children.splice(parent.children.indexOf(node), 1);
    real.supervisor(parent).discard(real.of(node));
    await real.on.settle();
    expect(real.of(node).state).toBe(node.state);
  }
}

class Insert extends Step {
  check(model: Model): boolean {
    return this.below(model).parent !== undefined;
  }
  async apply(model: Model, real: Real): Promise<void> {
    const old = this.below(model);
    const parent = old.parent as NodeModel;
    const index = parent.children.indexOf(old);
    const node = new NodeModel(model.name(), undefined);
    const { circle } = old;
    const brings = circle?.away.has(old) === true;
    model.down(old, 'stopped');
    parent.children[index] = node;
    node.parent = parent;
    if (circle !== undefined) {
      if (circle.away.delete(old)) circle.away.add(node);
      if (parent.ownCircles.delete(old)) {
        circle.count = 0;
        parent.ownCircles.set(node, circle);
      }
    }
    if (parent.up && !brings) model.up(node);
    await real.supervisor(parent).insert(index, real.leaf(node));
    expect(real.of(old).state).toBe(old.state);
  }
}

function compare(model: Model, real: Real): void {
  const { nodes } = model;
  const { history, clock } = real.on;
  const expected = {
    states: nodes.map(({ name, state }) => `${name} ${state}`),
    lists: nodes.map(({ name, children }) => [name, ...children.map((child) => child.name)].join(' ')),
    restarts: model.restarts,
    waits: model.waiting.map(({ wakeAt }) => (wakeAt as number) - model.now).sort((a, b) => a - b),
  };
  const found = {
    states: nodes.map((node) => `${node.name} ${real.of(node).state}`),
    lists: nodes.map((node) =>
      [node.name, ...(node.policy === undefined ? [] : real.supervisor(node).services.map(({ label }) => label))].join(
        ' ',
      ),
    ),
    restarts: history.events.filter(({ type }) => type === 'restart').length,
    waits: clock.pending().map((due) => due - clock.now()),
  };
  // as text: to compare objects takes the test runner longer than all the rest
  expect(JSON.stringify(found, null, 1)).toBe(JSON.stringify(expected, null, 1));
}

const policy: fc.Arbitrary<Policy> = fc.record({
  // the interesting ones more often
  strategy: fc.constantFrom<Strategy>(
    ...(['one-for-one', 'one-for-all', 'rest-for-one'] as const),
    ...(['one-for-one', 'one-for-all', 'rest-for-one', 'forfeit-one', 'forfeit-all', 'crash'] as const),
  ),
  maxRestarts: fc.constantFrom(0, 1, 2, 3, Infinity),
  initial: fc.constantFrom(0, 100, 100, 150),
});

/** A supervisor with leaves and other supervisors below it, as data. */
interface Shape {
  policy: Policy;
  below: (Shape | null)[];
}

const shape: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape; below: (Shape | null)[] }>((tie) => ({
  shape: fc.record({ policy, below: tie('below') }),
  below: fc.array(fc.option(tie('shape'), { freq: 2, depthSize: 'small' }), { maxLength: 4, depthIdentifier: 'shape' }),
})).shape;

function toModel(made: Shape): Model {
  let names = 0;
  const build = (one: Shape | null): NodeModel => {
    names += 1;
    const name = `${one === null ? 's' : 'S'}${String(names)}`;
    return new NodeModel(name, one?.policy, one?.below.map(build));
  };
  return new Model(build(made));
}

const step = (make: new (pick: number, other: number) => Step): fc.Arbitrary<Step> =>
  fc.tuple(fc.nat(1000), fc.nat(1000)).map(([pick, other]) => new make(pick, other));

const steps = fc.commands(
  [
    Crash,
    Crash,
    Crash,
    CrashTwo,
    CrashTwo,
    FailStarts,
    Advance,
    Advance,
    StopByHand,
    StartByHand,
    RestartByHand,
    Add,
    Discard,
    Insert,
  ].map(step),
  { maxCommands: 25, size: 'max' },
);

const RUNS = Number(process.env['SUPERVISION_RUNS'] ?? 2000);

describe('supervision', () => {
  it(`does what the model says, in ${String(RUNS)} random lives`, { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(shape, steps, async (made, commands) => {
        await fc.asyncModelRun(async () => {
          const model = toModel(made);
          const real = new Real(stage());
          const root = real.on.put(real.build(model.root));
          model.up(model.root);
          await root.start();
          compare(model, real);
          return { model, real };
        }, commands);
      }),
      { numRuns: RUNS },
    );
  });

  /** Something that happens to one of the services, so many milliseconds after what happened before. */
  const mishap = fc.record({
    after: fc.nat(400),
    who: fc.nat(4),
    what: fc.constantFrom('crash', 'crash', 'crash', 'crash both', 'fail start', 'fail stop', 'stop all'),
  });

  it('keeps its order whatever takes its time, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const times = fc.array(fc.record({ startMs: fc.nat(300), stopMs: fc.nat(300) }), { minLength: 1, maxLength: 5 });
    const life = fc.record({ policy, times, mishaps: fc.array(mishap, { maxLength: 15 }), isPatient: fc.boolean() });
    await fc.assert(fc.asyncProperty(life, live), { numRuns: RUNS / 2 });
  });
});

interface Life {
  policy: Policy;
  times: { startMs: number; stopMs: number }[];
  mishaps: { after: number; who: number; what: string }[];
  /** Whether the mishaps begin only once the supervisor runs. */
  isPatient: boolean;
}

/** One supervisor, whose services take their time, and what happens to it. */
async function live({ policy: rules, times, mishaps, isPatient }: Life): Promise<void> {
  const on = stage();
  const { strategy, maxRestarts } = rules;
  const supervisor = on.put(new Real(on).build(new NodeModel('S', rules)) as Supervisor);
  const actors = times.map((each, index) => Object.assign(on.actor(`s${String(index)}`), each));
  const wrong = strategy === 'one-for-one' || strategy === 'forfeit-one' ? [] : watchOrder(supervisor, actors);
  for (const actor of actors) countLives(actor);
  await supervisor.add(...actors);
  supervisor.start().catch(() => undefined);
  if (isPatient) await on.clock.advance('10s');
  let stopped: Promise<unknown> | undefined;
  for (const { after, who, what } of mishaps) {
    await on.clock.advance(after);
    // a supervisor that could not start has no list to keep up
    if (supervisor.state === 'crashed') break;
    if (what === 'stop all') stopped ??= supervisor.stop().catch(() => undefined);
    else befall(actors[who % actors.length] as Actor, actors[(who + 1) % actors.length] as Actor, what);
  }
  await on.clock.advance('1h');
  await stopped;

  const restarts = on.history.list.filter((line) => line.includes(': restart '));
  expect(restarts.length).toBeLessThanOrEqual(maxRestarts * (strategy === 'one-for-one' ? actors.length : 1));
  // to be stopped is no crash
  for (const line of restarts) expect(line).toMatch(/\((boom|bang|s\d cannot start)\)$/);
  if (supervisor.state === 'running') {
    // while it runs, they all do
    wrong.push(
      ...supervisor.services.filter(({ state }) => state !== 'running').map(({ label }) => `${label} is down`),
    );
    await Promise.all([supervisor.stop().catch(() => undefined), on.clock.advance('1m')]);
  }
  expect(wrong).toEqual([]);
  expect(['stopped', 'crashed']).toContain(supervisor.state);
  expect(actors.filter(({ state }) => state === 'running' || state === 'starting' || state === 'stopping')).toEqual([]);
  expect(on.clock.sleepers).toBe(0);
  // as many stops as successful starts, and never two lives at once
  expect(actors.map(({ lives }) => lives)).toEqual(actors.map(() => 0));
}

function befall(actor: Actor, next: Actor, what: string): void {
  if (what === 'fail start') actor.failingStarts += 1;
  else if (what === 'fail stop') actor.failingStop = true;
  else if (actor.state === 'running') actor.crash(new Error('boom'));
  if (what === 'crash both' && next.state === 'running') next.crash(new Error('bang'));
}

/** What comes later in the list needs what comes before it: tells of whatever begins to start or stop too early. */
function watchOrder(supervisor: Supervisor, actors: readonly Actor[]): string[] {
  const wrong: string[] = [];
  for (const [index, actor] of actors.entries()) {
    const later = actors.slice(index + 1);
    before(actor, () => {
      const up = later.filter(({ state }) => state === 'running' || state === 'starting');
      // what crashes before the supervisor is up goes down at once
      if (supervisor.state !== 'starting' && up.length > 0) wrong.push(`${actor.label} before ${String(up[0]?.label)}`);
    });
  }
  return wrong;
}

/** Calls `look` whenever the actor begins to start or to stop. */
function before(actor: Actor, look: () => void): void {
  const { onStart, onStop } = actor;
  actor.onStart = async () => {
    look();
    await onStart.call(actor);
  };
  actor.onStop = async () => {
    look();
    await onStop.call(actor);
  };
}

/** Counts up at the end of a start, and down at the beginning of a stop. */
function countLives(actor: Actor): void {
  const { onStart, onStop } = actor;
  actor.onStart = async () => {
    await onStart.call(actor);
    actor.lives += 1;
    if (actor.lives !== 1) throw new Error(`${actor.label} lives twice`);
  };
  actor.onStop = async () => {
    actor.lives -= 1;
    await onStop.call(actor);
  };
}
