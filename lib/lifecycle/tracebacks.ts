/** What every running task waits on, in words. */
import { formatMs } from '../base/duration.js';
import { way } from '../base/errors.js';
import { UniqueNames } from '../base/unique-names.js';
import { isTracing, lastCall, type TracedWait } from '../run/tracing.js';
import type { Lifecycle } from './lifecycle.js';
import { hookAt } from './waiting-on.js';

/**
 * By the name of the task, timer, crontab or hook, for a child after its name: `listen`, `Child → listen`. Only what is under
 * way is in it. The way to a child that is far below is shortened.
 */
export function tracebacksOf(lifecycle: Lifecycle): Record<string, string> {
  const entries: [key: string, text: string][] = [];
  const keys = new UniqueNames();
  const path: string[] = [];
  const rest = [{ lifecycle, depth: 0 }];
  // a list instead of calls within calls, since a tree can be deep
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    const { lifecycle: one, depth } = at;
    // whoever stands above it, but for the one that is asked
    path.length = Math.max(0, depth - 1);
    if (depth > 0) path.push(one.name);
    const active = activeCalls(one);
    for (const { name, call } of active) {
      path.push(name);
      entries.push([keys.take(way(path)), describe(one, call, active.length)]);
      path.pop();
    }
    for (const child of [...one.children].reverse()) rest.push({ lifecycle: child, depth: depth + 1 });
  }
  // a task may be called `__proto__`
  return Object.fromEntries(entries);
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
