/** The lifecycle events of a container as lines of the worker's log, in mode's words. */

import { formatMs } from '../base/duration.js';
import type { LifecycleEvent, LogLevel, ServiceState } from '../base/events.js';
import { split, type Explainer } from './explain.js';
import { prefix, type WorkerLog } from './logging.js';

type ServiceEvent = Extract<LifecycleEvent, { type: 'service' }>;
type RunEvent = Extract<LifecycleEvent, { type: 'task' | 'timer' }>;

export class EventLog {
  /** How far each service that has started is from the worker; only its own events say so. */
  readonly #depths = new Map<string, number>();

  constructor(
    private readonly log: WorkerLog,
    private readonly explainer: Explainer,
  ) {}

  write(event: LifecycleEvent): void {
    switch (event.type) {
      case 'service':
        this.#service(event);
        break;
      case 'task':
      case 'timer':
        this.#run(event);
        break;
      case 'restart':
        this.log.warn(
          `${this.#prefix(event.service)}Restarting in ${formatMs(event.delayMs)} (attempt ${String(event.attempt)}): ` +
            this.explainer.explain(event.error),
        );
        break;
      case 'abandoned':
        this.log.error(`${this.#prefix(event.service)}Abandoned, waiting on ${event.waitingOn.join(', ')}`);
        break;
      case 'warning':
        this.log.warn(`${prefix('Worker', 0)}${event.message}`, event.error);
        break;
      case 'container':
        // the worker's own lines say it
        break;
    }
  }

  #service({ name, depth = 1, level = 'info', to, error }: ServiceEvent): void {
    this.#depths.set(name, depth);
    const line = words[to];
    if (line === undefined) return;
    const [text, at = level] = line;
    if (!this.log.enabled(at)) return;
    // Short, because whoever answers for the crash explains it: the restart that follows, or the worker as it leaves.
    const reason = to === 'crashed' ? ` ${split(error).message}` : '';
    this.log[at](`${prefix(name, depth)}${text}${reason}`);
  }

  #run({ service, name, type, what, error, run }: RunEvent): void {
    if (what === 'error') this.log.error(`${this.#prefix(service)}${name} failed: ${this.explainer.explain(error)}`);
    else if (what === 'skip') this.log.debug(`${this.#prefix(service)}${name} skipped: its last run goes on`);
    else this.log.debug(`${this.#prefix(service)}${name} ${what}s (${type} run ${String(run ?? 1)})`);
  }

  #prefix(name: string): string {
    return prefix(name, this.#depths.get(name) ?? 1);
  }
}

/** What is said when a service comes into a state, and at which level, if that is not the service's own. */
const words: Readonly<Record<ServiceState, readonly [text: string, at?: LogLevel] | undefined>> = {
  idle: undefined,
  starting: ['Starting...'],
  running: ['Started.', 'debug'],
  stopping: ['Stopping...'],
  stopped: ['-Stopped!'],
  crashed: ['Crashed:', 'error'],
};
