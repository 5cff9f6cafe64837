import { systemClock, type Clock } from '../base/clock.js';
import { silentLogger, type LifecycleEventBody, type Logger } from '../base/events.js';
import { everyRun, type Coordinator } from '../run/host.js';
import { Deadlines } from './deadlines.js';

/** Milliseconds that a start or a stop may take unless something else was said. */
export const DEFAULT_TIMEOUT = 60_000;

/** What every service of one tree or container shares. */
export interface Environment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly coordinator: Coordinator;
  readonly deadlines: Deadlines;
  /** Whether anybody listens: events are not even made for nobody. */
  readonly listening: boolean;
  emit(event: LifecycleEventBody): void;
}

/** For services that live outside any container. */
export const standalone: Environment = {
  clock: systemClock,
  logger: silentLogger,
  coordinator: everyRun,
  deadlines: new Deadlines(systemClock),
  listening: false,
  emit() {
    // nobody listens outside a container
  },
};
