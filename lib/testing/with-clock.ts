import type { Clock } from '../base/clock.js';
import { Deadlines } from '../lifecycle/deadlines.js';
import { standalone } from '../lifecycle/environment.js';
import { lifecycleOf } from '../lifecycle/lifecycle.js';

/**
 * Gives a service that lives outside any container its clock; its children get it from their parent. To be called before
 * the service starts. (In a container: `new Container({ clock })`.)
 *
 * ```ts
 * const clock = new FakeClock();
 * const poller = withClock(new Poller(), clock);
 * await poller.start();
 * await clock.advance('1m');
 * ```
 */
export function withClock<T extends object>(service: T, clock: Clock): T {
  lifecycleOf(service).inherit({ ...standalone, clock, deadlines: new Deadlines(clock) });
  return service;
}
