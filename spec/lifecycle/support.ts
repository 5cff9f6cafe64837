import { deferred, type Deferred } from '../../lib/base/async.js';
import type { LifecycleEvent } from '../../lib/base/events.js';
import { Service, service, type Hooks, type Logger, type ServiceOptions } from '../../lib/index.js';
import { Deadlines } from '../../lib/lifecycle/deadlines.js';
import { standalone } from '../../lib/lifecycle/environment.js';
import { lifecycleOf } from '../../lib/lifecycle/lifecycle.js';
import { FakeClock, recordHistory, type EventSource } from '../../lib/testing/index.js';
import { boom } from '../support.js';

export { boom, rejection, settle, statusOf, thrown } from '../support.js';

export interface ActOptions extends Hooks, ServiceOptions {
  /** The service that is made. Default: one that has all the hooks. */
  only?: readonly (keyof Hooks)[];
}

const HOOKS = ['onFirstStart', 'onRestart', 'onStart', 'onStarted', 'onStop', 'onShutdown'] as const;

/**
 * Services outside any container whose time stands still, and everything that happens to them: a line for each hook that
 * is called, and in `states` one for each step through the table.
 */
export function theatre() {
  const clock = new FakeClock();
  const log: string[] = [];
  const listeners = new Set<(event: LifecycleEvent) => void>();
  const source: EventSource = {
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const events = recordHistory(source);
  const states = recordHistory(source, { types: ['service'] });
  const logger: Logger = {
    debug: (message) => log.push(`debug ${message}`),
    info: (message) => log.push(`info ${message}`),
    warn: (message) => log.push(`warn ${message}`),
    error: (message) => log.push(`error ${message}`),
  };
  const env = {
    ...standalone,
    clock,
    logger,
    deadlines: new Deadlines(clock),
    listening: true,
    emit(body: object) {
      for (const listener of listeners) listener({ ...body, at: new Date(clock.date()) } as LifecycleEvent);
    },
  };
  const place = <T extends object>(actor: T): T => {
    lifecycleOf(actor).inherit(env);
    return actor;
  };
  return {
    clock,
    log,
    events,
    states,
    place,
    /** A service whose hooks write `name.hook` into the log, and then do what was given. */
    actor(name: string, { only = HOOKS, ...options }: ActOptions = {}): Service {
      class Actor extends Service {}
      for (const hook of HOOKS) {
        const also = options[hook];
        if (also === undefined && !only.includes(hook)) continue;
        // a named parameter: a hook that cannot see its signal is given none
        Object.defineProperty(Actor.prototype, hook, {
          value(this: Service, signal: AbortSignal) {
            log.push(`${name}.${hook}`);
            return also?.call(this, signal);
          },
        });
      }
      if (options.onInitDependencies !== undefined) {
        Object.assign(Actor.prototype, { onInitDependencies: options.onInitDependencies });
      }
      const { startTimeout, stopTimeout } = options;
      service({
        name,
        ...(startTimeout !== undefined && { startTimeout }),
        ...(stopTimeout !== undefined && { stopTimeout }),
      })(Actor);
      return place(new Actor());
    },
    /** What was logged since this was last asked. */
    since(): string[] {
      return log.splice(0);
    },
  };
}

/** A hook that does not settle before it is told to. */
export function gate(): Deferred<void> & { wait: () => Promise<void> } {
  const made = deferred();
  return { ...made, wait: () => made.promise };
}

/** A hook that throws. */
export function fail(error: unknown = boom): () => never {
  return () => {
    throw error;
  };
}

/** A hook that rejects. */
export function reject(error: unknown = boom): () => Promise<never> {
  return () => Promise.reject(error);
}
