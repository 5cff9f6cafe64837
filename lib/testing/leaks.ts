import type { Container } from '../container/container.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import { keyOf } from '../lifecycle/tree.js';
import { recorders } from './history.js';
import { inside, servicesOf } from './inside.js';

/**
 * What is left of a container after a stop, as lines of text: tasks, runs of timers and hooks that have not ended, holds that were not
 * released, what was not released, services and child containers that still run, listeners that nobody took away. Empty
 * when nothing is.
 *
 * ```ts
 * await container.stop();
 * assert.deepEqual(leaksOf(container), []);
 * ```
 */
export function leaksOf(container: Container): string[] {
  const host = inside(container, 'leaksOf()');
  const lines = servicesOf(host).flatMap(leaksIn);
  const guests = host.engine.guests.size;
  const listeners = host.listeners.all.filter((listener) => !recorders.has(listener)).length;
  lines.push(...counted(guests, 'container: a running child container', 'container: # running child containers'));
  lines.push(...counted(listeners, 'container: a listener of on()', 'container: # listeners of on()'));
  return lines;
}

function leaksIn(lifecycle: Lifecycle): string[] {
  const { run, state } = lifecycle;
  const isDown = state === 'idle' || state === 'stopped' || state === 'crashed';
  const lines = isDown ? [] : [`is ${state}`];
  if (run !== undefined && isDown) {
    for (const { label, pending } of run.background) if (pending !== undefined) lines.push(`${label} has not ended`);
    lines.push(...counted(run.holds, 'a hold on its shutdown', '# holds on its shutdown'));
    lines.push(...counted(run.unreleased, 'a release that has not ended', '# releases that have not ended'));
    for (const hook of run.unsettled) lines.push(`${hook} has not ended`);
  }
  return lines.map((line) => `${keyOf(lifecycle)}: ${line}`);
}

function counted(count: number, one: string, many: string): string[] {
  if (count === 0) return [];
  return [count === 1 ? one : many.replace('#', String(count))];
}
