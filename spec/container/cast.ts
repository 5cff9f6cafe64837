import { expect, onTestFinished } from 'vitest';
import { Container, Service, type ContainerOptions } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { settle } from '../support.js';
import { troupe, type Player } from './support.js';

export { boom, settle } from '../support.js';

/** Restarts at once, five times. */
export const atOnce = { backoff: false } as const;
/** Restarts after 100 ms, 200 ms, 400 ms and so on. */
export const steady = { backoff: { jitter: 0 } } as const;

export type Role = Player<Service>;

/**
 * A container whose time stands still, with services that crash when they are told to. `log` has what they do: `+A` when
 * A's `onStart` begins, `-A` when its `onStop` does, `A!1 +100ms` for its first restart, and the states of the container.
 * It ends with the test, and proves that nothing is left behind.
 */
export function cast(options: ContainerOptions = {}) {
  const clock = new FakeClock();
  const container = new Container({ clock, ...options });
  const history = recordHistory(container);
  const { log, hold, release, since, player } = troupe<Service>(Service);
  watch(container);
  onTestFinished(curtain);

  /** Writes down what becomes of a container, too. */
  function watch(one: Container, name = ''): void {
    one.on((event) => {
      if (event.type === 'container') log.push(`${name}${event.to}`);
      if (event.type === 'restart') log.push(`${event.service}!${String(event.attempt)} +${String(event.delayMs)}ms`);
      if (event.type === 'warning') log.push(`warning: ${event.message}`);
    });
  }

  async function curtain(): Promise<void> {
    release();
    await container.stop().catch(() => undefined);
    await settle();
    expect(clock.pending()).toEqual([]);
    const up = container.health().services.filter(({ state }) => !['idle', 'stopped', 'crashed'].includes(state));
    expect(up).toEqual([]);
  }

  return {
    clock,
    container,
    history,
    log,
    watch,
    role: player,
    hold,
    release,
    /** What has happened since this was last asked, once everything that can go on has. */
    async since(): Promise<string[]> {
      await settle();
      return since();
    },
  };
}
