/** Any family of two containers, any calls: order holds across them, what is injected is what runs, and every call settles. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Container, Service, service, type ServiceIdentifier } from '../../lib/index.js';
import { FakeClock } from '../../lib/testing/index.js';
import { anyActs, AT_ONCE, expectNoUnhandledRejection, play, turns, type Act } from './support.js';

expectNoUnhandledRejection();

type Home = 'parent' | 'child';

interface Part {
  resource: boolean;
  /** Which of the parts before it, among those it may use, it needs. */
  needs: boolean[];
  starts: Act[];
  stops: Act[];
  /** Whether it is bound by hand; a part of the parent always is. */
  bound: boolean;
  restarts: boolean;
}

// deaf acts would only be abandoned, which `graph.spec.ts` has
const acts = anyActs.map((list) => list.map((act) => ({ ...act, deaf: false, takes: Math.min(act.takes, 300) })));
const anyPart: fc.Arbitrary<Part> = fc.record({
  resource: fc.boolean(),
  needs: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  starts: acts,
  stops: acts,
  bound: fc.boolean(),
  restarts: fc.boolean(),
});

const calls = ['boot', 'boot', 'boot', 'boot all', 'stop', 'stop all', 'restart', 'restart', 'crash', 'plan'] as const;
const anyStep = fc.record({
  call: fc.constantFrom(...calls),
  which: fc.nat(),
  on: fc.constantFrom<Home>('parent', 'child'),
  /** Milliseconds; where it is less than 0, that many microtasks. */
  wait: fc.oneof(fc.constantFrom(0, 0, 1, 50, 300), fc.integer({ min: -12, max: -1 })),
});

/** The parts, and what runs of them. */
class Family {
  readonly clock = new FakeClock();
  readonly parent = new Container({ clock: this.clock });
  readonly child = new Container({ clock: this.clock, parent: this.parent });
  readonly wrong: string[] = [];
  readonly parts: { name: string; home: Home; token: ServiceIdentifier }[] = [];
  readonly #running = new Map<string, unknown>();
  readonly #open = new Set<string>();
  #calls = 0;

  constructor(parts: Part[]) {
    for (const [index, part] of parts.entries()) this.#add(part, index < parts.length / 2 ? 'parent' : 'child', index);
  }

  #add({ resource, needs, starts, stops, bound, restarts }: Part, home: Home, index: number): void {
    const name = `${home}${String(index)}`;
    const used = this.parts.filter((other, at) => needs[at] === true && (home === 'child' || other.home === 'parent'));
    const inject = used.map(({ token }) => token);
    let [started, stopped] = [0, 0];
    const start = async (given: readonly unknown[], signal: AbortSignal, value: unknown): Promise<void> => {
      for (const [at, other] of used.entries()) {
        if (!this.#running.has(other.name)) this.wrong.push(`${name} starts while ${other.name} is down`);
        else if (this.#running.get(other.name) !== given[at]) this.wrong.push(`${name} was given an old ${other.name}`);
      }
      await play(starts[started++] ?? AT_ONCE, this.clock, signal, new Error(`start of ${name}`));
      this.#running.set(name, value);
    };
    const stop = async (): Promise<void> => {
      this.#running.delete(name);
      await play(stops[stopped++] ?? AT_ONCE, this.clock, undefined, new Error(`stop of ${name}`));
    };
    const container = this[home];
    if (resource) {
      container.resource(name, {
        inject,
        start: async (...given: unknown[]) => {
          const value = { name };
          await start(given.slice(0, -1), given.at(-1) as AbortSignal, value);
          return value;
        },
        stop,
      });
      this.parts.push({ name, home, token: name });
      return;
    }
    class Some extends Service {
      readonly given: readonly unknown[];
      constructor(...given: unknown[]) {
        super();
        this.given = given;
      }
      override onStart(signal: AbortSignal) {
        return start(this.given, signal, this);
      }
      override onStop() {
        return stop();
      }
    }
    service({ name, inject, restart: restarts ? { backoff: false, maxRestarts: 2 } : { when: 'never' } })(Some);
    if (bound || home === 'parent') container.bind(Some).toSelf();
    this.parts.push({ name, home, token: Some });
  }

  async give({
    call,
    which,
    on,
    wait,
  }: {
    call: (typeof calls)[number];
    which: number;
    on: Home;
    wait: number;
  }): Promise<void> {
    const part = this.parts[which % this.parts.length] as Family['parts'][number];
    const home = this[part.home];
    switch (call) {
      case 'boot':
        this.#keep(`boot ${part.name}`, home.boot(part.token));
        break;
      case 'boot all':
        this.#keep(`boot ${on}`, this[on].boot());
        break;
      case 'stop':
        this.#keep(`stop ${part.name}`, home.stop(part.token));
        break;
      case 'stop all':
        this.#keep(`stop ${on}`, this[on].stop());
        break;
      case 'restart':
        this.#keep(`restart ${part.name}`, home.restart(part.token));
        break;
      case 'crash': {
        const running = this.#running.get(part.name);
        if (running instanceof Service) running.crash(new Error(`crash of ${part.name}`));
        break;
      }
      case 'plan':
        this.#keep(`plan ${part.name}`, (async () => home.plan(part.token))());
    }
    await (wait < 0 ? turns(-wait) : this.clock.advance(wait));
  }

  #keep(what: string, promise: Promise<unknown>): void {
    const key = `${String((this.#calls += 1))} ${what}`;
    this.#open.add(key);
    promise.then(
      () => this.#open.delete(key),
      (error: unknown) => {
        this.#open.delete(key);
        const { code } = error as { code?: string };
        if (code?.startsWith('ERR_MODE_') !== true || code === 'ERR_MODE_INTERNAL') {
          this.wrong.push(`${key}: ${String(error)}`);
        }
      },
    );
  }

  /** What is wrong in the end, and once everything was stopped. */
  async end(): Promise<string[]> {
    await this.clock.advance('5m');
    this.wrong.push(...Array.from(this.#open, (key) => `${key} never settled`));
    this.#keep('stop the child', this.child.stop());
    this.#keep('stop the parent', this.parent.stop());
    await this.clock.advance('5m');
    this.wrong.push(...Array.from(this.#open, (key) => `${key} never settled`));
    for (const home of ['parent', 'child'] as const) {
      if (!['idle', 'stopped', 'failed'].includes(this[home].state)) {
        this.wrong.push(`${home} is ${this[home].state} in the end`);
      }
    }
    this.wrong.push(...Array.from(this.#running.keys(), (name) => `${name} still runs in the end`));
    return this.wrong;
  }
}

it('holds for any parts and calls', { timeout: 120_000 }, async () => {
  const program = fc.record({
    parts: fc.array(anyPart, { minLength: 3, maxLength: 8 }),
    steps: fc.array(anyStep, { maxLength: 16 }),
  });
  await fc.assert(
    fc.asyncProperty(program, async ({ parts, steps }) => {
      const family = new Family(parts);
      for (const step of steps) await family.give(step);
      expect(await family.end()).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
