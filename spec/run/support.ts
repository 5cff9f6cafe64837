import type { LifecycleEvent } from '../../lib/base/events.js';
import { everyRun, type Coordinator, type TaskHost } from '../../lib/run/host.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';

/** The run of a service called `Cache`, without the service. A crash ends it, as it does in real life. */
export function fakeRun({ start, coordinator = everyRun }: { start?: string; coordinator?: Coordinator } = {}) {
  const clock = new FakeClock(start === undefined ? {} : { start });
  const controller = new AbortController();
  const crashes: unknown[] = [];
  let listener: ((event: LifecycleEvent) => void) | undefined;
  const history = recordHistory({
    on(added) {
      listener = added;
      return () => {
        listener = undefined;
      };
    },
  });
  const host: TaskHost = {
    clock,
    coordinator,
    service: 'Cache',
    key: 'Cache',
    target: undefined,
    signal: controller.signal,
    emit(event) {
      listener?.({ ...event, at: new Date(clock.date()) });
    },
    crash(error) {
      crashes.push(error);
      controller.abort(error);
    },
  };
  return {
    clock,
    host,
    crashes,
    history,
    /** The service stops. */
    end(reason: unknown = new Error('stopped')) {
      controller.abort(reason);
    },
  };
}
