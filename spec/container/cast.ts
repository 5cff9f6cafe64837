import { expect } from 'vitest';
import { deferred, type Deferred } from '../../lib/base/async.js';
import { Container, Service, service, type ContainerOptions, type ServiceOptions } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';

export const boom = new Error('boom');

export interface RoleOptions extends ServiceOptions {
  needs?: ServiceOptions['inject'];
  onStart?: (this: Service, signal: AbortSignal) => unknown;
  onStop?: (this: Service, signal: AbortSignal) => unknown;
}

export type Role = new (...needs: unknown[]) => Service & { readonly needs: readonly unknown[] };

/**
 * A container whose time stands still, with services that crash when they are told to. `log` has what they do: `+A` when
 * A's `onStart` begins, `-A` when its `onStop` does, `A!1 +100ms` for its first restart, and the states of the container.
 */
export function cast(options: ContainerOptions = {}) {
  const clock = new FakeClock();
  const container = new Container({ clock, ...options });
  const history = recordHistory(container);
  const log: string[] = [];
  const held = new Map<string, Deferred<void>>();
  watch(container);
  const act = async (what: string, also: (() => unknown) | undefined): Promise<void> => {
    log.push(what);
    await held.get(what)?.promise;
    await also?.();
  };

  /** Writes down what becomes of a container, too. */
  function watch(one: Container, name = ''): void {
    one.on((event) => {
      if (event.type === 'container') log.push(`${name}${event.to}`);
      if (event.type === 'restart') log.push(`${event.service}!${String(event.attempt)} +${String(event.delayMs)}ms`);
      if (event.type === 'warning') log.push(`warning: ${event.message}`);
    });
  }

  return {
    clock,
    container,
    history,
    log,
    watch,
    role(name: string, { needs = [], onStart, onStop, ...rest }: RoleOptions = {}): Role {
      class Some extends Service {
        readonly needs: readonly unknown[];
        constructor(...given: unknown[]) {
          super();
          this.needs = given;
        }
        override onStart(signal: AbortSignal) {
          return act(`+${name}`, onStart?.bind(this, signal));
        }
        override onStop(signal: AbortSignal) {
          return act(`-${name}`, onStop?.bind(this, signal));
        }
      }
      service({ name, inject: needs, ...rest })(Some);
      return Some;
    },
    /** Keeps `+A` or `-A` from going on. */
    hold(...what: string[]) {
      for (const one of what) held.set(one, deferred());
    },
    release(what: string) {
      held.get(what)?.resolve();
      held.delete(what);
    },
    /** What has happened since this was last asked, once everything that can go on has. */
    async since(): Promise<string[]> {
      await settle();
      return log.splice(0);
    },
    /** Ends it, and proves that nothing is left behind. */
    async curtain(): Promise<void> {
      for (const one of held.values()) one.resolve();
      held.clear();
      await container.stop().catch(() => undefined);
      await settle();
      expect(clock.pending()).toEqual([]);
      const up = container.health().services.filter(({ state }) => !['idle', 'stopped', 'crashed'].includes(state));
      expect(up).toEqual([]);
    },
  };
}

/** Lets everything go on that does not wait for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
