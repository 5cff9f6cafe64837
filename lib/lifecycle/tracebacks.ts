/** What every running task waits on, in words. */
import { formatMs } from '../base/duration.js';
import { isTracing, lastCall, type TracedWait } from '../run/tracing.js';
import { uniqueName } from './beacon.js';
import type { Lifecycle } from './lifecycle.js';
import { hookAt } from './waiting-on.js';

/**
 * By the name of the task, timer, crontab or hook, for a child after its name: `listen`, `Child → listen`. Only what is under
 * way is in it.
 */
export function tracebacksOf(lifecycle: Lifecycle): Record<string, string> {
  const result: Record<string, string> = {};
  collect(lifecycle, '', result, new Set());
  return result;
}

function collect(lifecycle: Lifecycle, prefix: string, result: Record<string, string>, used: Set<string>): void {
  const active = activeCalls(lifecycle);
  for (const { name, call } of active) {
    result[uniqueName(prefix + name, used)] = describe(lifecycle, call, active.length);
  }
  for (const child of lifecycle.children) collect(child, `${prefix}${child.name} → `, result, used);
}

/** What is under way in a service. */
function activeCalls(lifecycle: Lifecycle): { name: string; call: object }[] {
  const { run } = lifecycle;
  if (run === undefined) return [];
  const step = run.busy ? hookAt(lifecycle, run) : undefined;
  const tasks = run.background.filter(({ pending }) => pending !== undefined);
  return step === undefined ? tasks : [{ name: step, call: run }, ...tasks];
}

/** Which waits are whose is only known while tracing is on. Otherwise all that can be told is what the service waits for. */
function describe(lifecycle: Lifecycle, call: object, active: number): string {
  const { clock } = lifecycle.env;
  const own = isTracing() ? lastCall(call) : undefined;
  const waits = own === undefined ? [...lifecycle.pendingWaits] : [...own.waits];
  if (waits.length === 0) return 'waits on nothing that its service knows of';
  const lines = waits.map((wait) => inWords(wait, clock.now(), clock.date()));
  if (own !== undefined || (lines.length === 1 && active === 1)) return lines.join('\n');
  return ['one of these, which traceWaits() could tell apart:', ...lines].join('\n');
}

function inWords({ what, since, stack = [] }: TracedWait, now: number, date: number): string {
  const ago = now - since;
  const line = `${what} for ${formatMs(ago)}, since ${new Date(date - ago).toISOString()}`;
  return [line, ...stack.map((frame) => `    at ${frame}`)].join('\n');
}
