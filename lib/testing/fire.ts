import { ModeError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { UniqueNames } from '../base/unique-names.js';
import type { Container } from '../container/container.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import { keyOf } from '../lifecycle/tree.js';
import { inside, servicesOf } from './inside.js';

/**
 * Makes a run of a timer or crontab now, by its own rules: while one is under way it is skipped and counted, a coordinator is
 * asked, and `onError` says what becomes of an error. Settles when the run is over; the error of a run does not reject it.
 *
 * ```ts
 * await fire(container, 'Reminder.remind');
 * ```
 *
 * Of several services of one name, the second is called `Reminder#2.remind`.
 *
 * @throws ModeError ERR_MODE_UNKNOWN for a name that no timer or crontab has, with the nearest; ERR_MODE_NOT_RUNNING when its service
 *   does not run
 */
export async function fire(container: Container, name: string): Promise<void> {
  const names = new Map<string, { lifecycle: Lifecycle; work: string }>();
  const shortNames = new UniqueNames();
  for (const lifecycle of servicesOf(inside(container, 'fire()'))) {
    const short = shortNames.take(lifecycle.name);
    for (const service of [keyOf(lifecycle), short]) {
      for (const { kind, name: work } of lifecycle.definition.work) {
        const full = `${service}.${work}`;
        if (kind !== 'task' && !names.has(full)) names.set(full, { lifecycle, work });
      }
    }
  }
  const found = names.get(name);
  if (found === undefined) throw unknown(name, [...names.keys()]);
  const { lifecycle, work } = found;
  if (lifecycle.state !== 'running') throw notRunning(name, lifecycle);
  const schedule = lifecycle.run?.background.find((one) => one.schedule !== undefined && one.name === work)?.schedule;
  await schedule?.fire();
}

function unknown(name: string, known: readonly string[]): ModeError {
  const [meant] = nearest(name, known);
  const what = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new ModeError('ERR_MODE_UNKNOWN', {
    message: `No timer or crontab is called ${name}${what}`,
    remedy: 'Give the name of the service and that of the timer, as container.timers() lists them: Reminder.remind.',
    path: [name],
  });
}

function notRunning(name: string, { name: service, state }: Lifecycle): ModeError {
  return new ModeError('ERR_MODE_NOT_RUNNING', {
    message: `${name} cannot be fired: ${service} is ${state}`,
    remedy: 'Boot it first.',
    path: [service],
  });
}
