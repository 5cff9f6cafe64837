import { deferred } from '../../lib/base/async.js';
import type { LifecycleEvent } from '../../lib/base/events.js';
import { Service } from '../../lib/index.js';
import { Deadlines } from '../../lib/lifecycle/deadlines.js';
import { standalone, type Environment } from '../../lib/lifecycle/environment.js';
import { LIFECYCLE } from '../../lib/lifecycle/lifecycle.js';
import { FakeClock, recordHistory, type History } from '../../lib/testing/index.js';

export { boom, rejection } from '../support.js';

/** A service that writes `+name` when it starts and `-name` when it stops. */
export class Actor extends Service {
  /** How many of the next starts fail. */
  failingStarts = 0;
  /** How long a start and a stop take, in milliseconds. */
  startMs = 0;
  stopMs = 0;
  failingStop = false;
  starts = 0;
  /** For tests that count: 1 from the end of its start to the beginning of its stop. */
  lives = 0;

  constructor(
    readonly actor: string,
    private readonly script: string[],
  ) {
    super();
    this[LIFECYCLE].name = actor;
    this[LIFECYCLE].id = actor;
  }

  override async onStart(): Promise<void> {
    this.starts += 1;
    // a start that is given up is no success
    if (this.startMs > 0 && !(await this.sleep(this.startMs))) this.signal.throwIfAborted();
    if (this.failingStarts > 0) {
      this.failingStarts -= 1;
      this.script.push(`!${this.actor}`);
      throw new Error(`${this.actor} cannot start`);
    }
    this.script.push(`+${this.actor}`);
  }

  override async onStop(): Promise<void> {
    if (this.stopMs > 0) {
      const over = deferred();
      this[LIFECYCLE].env.clock.setTimer(this.stopMs, over.resolve);
      await over.promise;
    }
    this.script.push(`-${this.actor}`);
    if (this.failingStop) throw new Error(`${this.actor} cannot stop`);
  }
}

export interface Stage {
  readonly clock: FakeClock;
  /** Every event. */
  readonly history: History;
  readonly env: Environment;
  /** A new actor. */
  actor(name: string): Actor;
  /** New actors, by the letters of a text. */
  actors(names: string): Actor[];
  /** Has a tree of services run on this stage. Returns its root. */
  put<T extends Service>(root: T): T;
  /** What the actors wrote since this was last asked. */
  since(): string;
  /** Lets happen whatever does not wait for time. */
  settle(): Promise<void>;
}

/** Services outside any container, whose time stands still. */
export function stage(): Stage {
  const clock = new FakeClock();
  const script: string[] = [];
  const listeners = new Set<(event: LifecycleEvent) => void>();
  const history = recordHistory({
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  const env: Environment = {
    ...standalone,
    clock,
    deadlines: new Deadlines(clock),
    listening: true,
    emit(body) {
      for (const listener of listeners) listener({ ...body, at: new Date(clock.date()) });
    },
  };
  const actor = (name: string): Actor => {
    const made = new Actor(name, script);
    made[LIFECYCLE].inherit(env);
    return made;
  };
  return {
    clock,
    history,
    env,
    actor,
    actors: (names) => [...names].map(actor),
    put(root) {
      root[LIFECYCLE].inherit(env);
      return root;
    },
    since: () => script.splice(0).join(' '),
    settle: () => clock.advance(0),
  };
}
