import type { Clock } from '../base/clock.js';
import { ModeError } from '../base/errors.js';
import { Deadlines } from '../lifecycle/deadlines.js';
import { standalone } from '../lifecycle/environment.js';
import { lifecycleOf } from '../lifecycle/lifecycle.js';

/**
 * Gives a service that lives outside any container its clock; its children get it from their parent. (In a
 * container: `new Container({ clock })`.)
 *
 * ```ts
 * const clock = new FakeClock();
 * const poller = withClock(new Poller(), clock);
 * await poller.start();
 * await clock.advance('1m');
 * ```
 *
 * @throws ModeError ERR_MODE_STARTED when the service runs already
 */
export function withClock<T extends object>(service: T, clock: Clock): T {
  const lifecycle = lifecycleOf(service);
  const { state, name } = lifecycle;
  if (state === 'starting' || state === 'running' || state === 'stopping') {
    throw new ModeError('ERR_MODE_STARTED', {
      message: `${name} is ${state}, so it goes by another clock already`,
      remedy: 'Call withClock() before its start().',
      path: [name],
    });
  }
  lifecycle.inherit({ ...standalone, clock, deadlines: new Deadlines(clock) });
  return service;
}
