/**
 * Random graphs under random crashes, stops, restarts, boots and starts that fail, with hooks that take their time, against
 * a simple model of what may happen and what must (`graph-supervision.model.ts`).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Container, Service, service, type ServiceOptions } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { Model, type Policy, type Shape } from './graph-supervision.model.js';

const SEQUENCES = 2_000;
const LARGEST = 6;

/** The real thing, with everything that it does told to the model. */
class Real {
  readonly container: Container;
  readonly classes: (new () => Service)[] = [];
  readonly broken = new Set<number>();
  /** What has happened that a story is worth telling for. */
  readonly seen: string[] = [];
  /** What was asked for and has not settled yet. */
  readonly open = new Set<string>();
  violation: unknown;
  #calls = 0;

  constructor(
    { needs, policies }: Shape,
    private readonly durations: readonly { onStart: number; onStop: number }[],
    readonly model: Model,
    readonly clock: FakeClock,
  ) {
    this.container = new Container({ clock });
    needs.forEach((list, index) => {
      const { classes } = this;
      const hook = (which: 'onStart' | 'onStop') => () => this.#hook(index, which);
      class Some extends Service {
        override onStart = hook('onStart');
        override onStop = hook('onStop');
      }
      service({
        name: `S${String(index)}`,
        dependsOn: list.map((at) => classes[at] as new () => Service),
        ...optionsOf(policies[index]),
      })(Some);
      classes.push(Some);
    });
    this.container.on((event) => {
      if (event.type === 'restart') this.seen.push(event.attempt === 3 ? 'a third restart' : `restart ${event.scope}`);
      if (event.type === 'container') this.seen.push(event.to === 'failed' ? (event.error as Error).name : event.to);
      this.#tell(() => {
        model.happens(event);
      });
    });
  }

  at(index: number): new () => Service {
    return this.classes[index % this.classes.length] as new () => Service;
  }

  /** Keeps an eye on a promise: it has to settle some day. */
  ask(what: string, promise: Promise<unknown>): void {
    this.#calls += 1;
    const call = `${what} (call ${String(this.#calls)})`;
    this.open.add(call);
    const settled = (): void => void this.open.delete(call);
    promise.then(settled, settled);
  }

  /** Nothing moves any more until time passes: everything that had to happen has. */
  async rest(ms = 0): Promise<void> {
    await this.clock.advance(ms);
    this.#tell(() => {
      this.model.rests();
      expect(this.container.state).toBe(this.model.container);
      // what is down for good has nothing to wait for
      if (['stopped', 'failed'].includes(this.container.state)) expect(this.clock.pending()).toEqual([]);
      for (const { name, phase } of this.model.ones) {
        const { state } = this.container.health().services.find((one) => one.name === name) ?? { state: 'idle' };
        expect([name, PHASES[state]]).toEqual([name, phase]);
      }
    });
    if (this.violation !== undefined) throw this.violation;
  }

  async #hook(index: number, which: 'onStart' | 'onStop'): Promise<void> {
    const { clock, model } = this;
    this.#tell(() => {
      model.hookBegins(index, which);
    });
    const ms = this.durations[index]?.[which] ?? 0;
    if (ms > 0) await new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
    const fails = which === 'onStart' && this.broken.has(index);
    this.#tell(() => {
      model.hookEnds(index, fails);
    });
    if (fails) throw new Error(`S${String(index)} is broken`);
  }

  /** The first thing that must not be is what counts; and it must not disturb what it is about. */
  #tell(call: () => void): void {
    if (this.violation !== undefined) return;
    try {
      call();
    } catch (error) {
      this.violation = error;
    }
  }
}

const PHASES = {
  idle: 'down',
  stopped: 'down',
  crashed: 'down',
  starting: 'starting',
  running: 'up',
  stopping: 'stopping',
} as const;

function optionsOf(policy: Policy | undefined): ServiceOptions {
  if (policy === undefined) return {};
  const { backoff, ...rest } = policy;
  return { restart: { ...rest, backoff: backoff === false ? false : { ...backoff, factor: 2, jitter: 0 } } };
}

type Step = fc.AsyncCommand<Model, Real>;

/** Something that is asked for, followed by time; without, the next one comes before anything has moved. */
abstract class Call implements Step {
  abstract readonly name: string;

  constructor(
    readonly index: number,
    readonly time: number | undefined,
  ) {}

  check(model: Readonly<Model>): boolean {
    return this.applies(model as Model, (model as Model).ones[this.at(model)] as Model['ones'][number]);
  }

  applies(_model: Model, _one: Model['ones'][number]): boolean {
    return true;
  }

  at(model: Readonly<Model>): number {
    return this.index % model.ones.length;
  }

  abstract call(model: Model, real: Real, index: number): void;

  async run(model: Model, real: Real): Promise<void> {
    // something may have happened since it was checked
    if (!this.check(model)) return;
    this.call(model, real, this.at(model));
    if (this.time !== undefined) await real.rest(this.time);
  }

  toString(): string {
    return `${this.name}(${String(this.index)})${this.time === undefined ? '' : ` +${String(this.time)}ms`}`;
  }
}

class Boot extends Call {
  readonly name = 'boot';
  override applies(model: Model): boolean {
    return !model.takingBack;
  }
  call(model: Model, real: Real, index: number): void {
    model.wants(index);
    real.ask(`boot(S${String(index)})`, real.container.boot(real.at(index)));
  }
}

class StopOne extends Call {
  readonly name = 'stop';
  call(model: Model, real: Real, index: number): void {
    model.stops(index);
    real.ask(`stop(S${String(index)})`, real.container.stop(real.at(index)));
  }
}

class StopAll extends Call {
  readonly name = 'stopAll';
  call(model: Model, real: Real): void {
    model.stopsAll();
    real.ask('stop()', real.container.stop());
  }
}

class Restart extends Call {
  readonly name = 'restart';
  override applies(model: Model, { phase, wanted }: Model['ones'][number]): boolean {
    // of what is being stopped it comes some promises after that is over, which is too fine for this model
    return !model.takingBack && (wanted || phase === 'down');
  }
  call(model: Model, real: Real, index: number): void {
    model.restarts(index);
    real.ask(`restart(S${String(index)})`, real.container.restart(real.at(index)));
  }
}

class Crash extends Call {
  readonly name = 'crash';
  override applies(_model: Model, { phase }: Model['ones'][number]): boolean {
    return phase === 'up' || phase === 'starting';
  }
  call(model: Model, real: Real, index: number): void {
    model.crashes(index);
    real.container.get(real.at(index)).crash(new Error(`S${String(index)} crashed`));
  }
}

class Break extends Call {
  readonly name = 'break';
  call(_model: Model, real: Real, index: number): void {
    if (!real.broken.delete(index)) real.broken.add(index);
  }
}

class Wait extends Call {
  readonly name = 'wait';
  call(): void {
    // time is all it takes
  }
}

const index = fc.nat(LARGEST - 1);
const soon = fc.constantFrom(undefined, undefined, 0, 0, 5, 20);
const steps = [
  ...[Boot, Boot, StopOne, Restart].map((Step) => fc.tuple(index, soon).map((given): Step => new Step(...given))),
  ...[Crash, Crash, Crash, Crash, Break].map((Step) => fc.tuple(index, soon).map((given): Step => new Step(...given))),
  fc.tuple(index, fc.constantFrom(10, 50, 100, 100, 200, 400)).map((given): Step => new Wait(...given)),
  fc.tuple(index, soon).map((given): Step => new StopAll(...given)),
];

const policy: fc.Arbitrary<Policy | undefined> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 9,
    arbitrary: fc.record({
      scope: fc.constantFrom('self', 'dependents', 'dependents', 'all'),
      maxRestarts: fc.constantFrom(1, 2, 3, 3),
      over: fc.constantFrom(150, 10_000),
      backoff: fc.constantFrom<Policy['backoff'][]>(false, { initial: 50, max: 150, resetAfter: 200 }),
    }),
  },
);

const duration = fc.constantFrom(0, 0, 0, 10, 30);

const scenario = fc.integer({ min: 2, max: LARGEST }).chain((size) =>
  fc.record({
    needs: fc.tuple(
      ...Array.from({ length: size }, (_, at) => fc.subarray(Array.from({ length: at }, (__, below) => below))),
    ),
    policies: fc.array(policy, { minLength: size, maxLength: size }),
    booted: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    durations: fc.array(fc.record({ onStart: duration, onStop: duration }), { minLength: size, maxLength: size }),
  }),
);

it(`survives ${String(SEQUENCES)} random histories as a simple model says`, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      scenario,
      fc.commands(steps, { maxCommands: 40, size: '+1' }),
      async ({ booted, durations, ...shape }, commands) => {
        const clock = new FakeClock();
        const model = new Model(shape, () => clock.now());
        const real = new Real(shape, durations, model, clock);
        // nearly every story begins with everything up
        if (booted) await new Boot(shape.needs.length - 1, 100).run(model, real);
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await real.rest(60_000);
        real.model.stopsAll();
        real.ask('stop()', real.container.stop());
        await real.rest(60_000);
        expect([...real.open]).toEqual([]);
        expect(real.clock.pending()).toEqual([]);
        for (const what of real.seen) seen.set(what, (seen.get(what) ?? 0) + 1);
      },
    ),
    { numRuns: SEQUENCES },
  );
  // the stories are worth telling
  for (const what of [
    'restart self',
    'restart dependents',
    'restart all',
    'a third restart',
    'RestartLimitError',
    'stopped',
  ]) {
    expect([what, (seen.get(what) ?? 0) > SEQUENCES / 100]).toEqual([what, true]);
  }
}, 60_000);
