/** What a run does in each of its phases. */
import { ignoresArguments } from '../declare/arguments.js';
import * as Hook from '../declare/hook.js';
import { backgroundOf } from '../run/background.js';
import { traced } from '../run/tracing.js';
import type { Hooks } from './hooks.js';
import { childrenIn } from './declared.js';
import type { Lifecycle } from './lifecycle.js';
import { shadowed } from './mishaps.js';
import * as Phase from './phase.js';
import { CHILDREN, STEPS, type Run } from './run.js';
import { hookAt } from './waiting-on.js';

// for hooks that cannot look at it
const UNSEEN = new AbortController().signal;

/**
 * Does what a phase on the way up asks for. What it returns is waited for, if it is a promise. Of its own, since what is compiled
 * while everything starts would be thrown away when the first one stops.
 */
export function stepUp(lifecycle: Lifecycle, run: Run): unknown {
  const target = lifecycle.target as Required<Hooks>;
  switch (run.phase) {
    case Phase.First: {
      readFields(lifecycle);
      run.needs |= lifecycle.hooks & STEPS;
      if (lifecycle.family !== undefined) run.needs |= CHILDREN;
      const first = lifecycle.runs === 1;
      if ((lifecycle.hooks & (first ? Hook.onFirstStart : Hook.onRestart)) === 0) return undefined;
      return first ? target.onFirstStart() : target.onRestart();
    }
    case Phase.Start:
      return call(lifecycle, run, 'onStart');
    case Phase.Children:
      adoptDeclared(lifecycle);
      return lifecycle.family?.start(run);
    case Phase.Begin:
      lifecycle.rise();
      return beginWork(lifecycle, run);
    default:
      return target.onStarted();
  }
}

/** The same on the way down. */
export function stepDown(lifecycle: Lifecycle, run: Run): unknown {
  switch (run.phase) {
    case Phase.Stop:
      return run.started ? call(lifecycle, run, 'onStop') : undefined;
    case Phase.ChildrenDown:
      return lifecycle.family?.stop(run);
    case Phase.Holds:
      return run.allReleased();
    case Phase.Tasks:
      return run.atRest();
    case Phase.Release:
    case Phase.LastRelease:
      return run.closeScope();
    default:
      return (lifecycle.target as Required<Hooks>).onShutdown();
  }
}

/** Does the same while `traceWaits()` is on. */
export function traceStep(lifecycle: Lifecycle, run: Run): unknown {
  const step = run.phase < Phase.Up ? stepUp : stepDown;
  const name = hookAt(lifecycle, run);
  if (name === undefined) return step(lifecycle, run);
  const hook = { host: run, kind: 'hook', name, run: lifecycle.runs, call: run } as const;
  return traced(hook, () => step(lifecycle, run));
}

/** Calls a hook with a signal of its own, which tells it that nobody waits for it any more. */
function call({ target, definition }: Lifecycle, run: Run, name: 'onStart' | 'onStop'): unknown {
  // without a cache, which pays only where a class has many instances
  const hook = Reflect.get(target, name) as (signal: AbortSignal) => unknown;
  if (run.grace !== undefined) run.grace = undefined;
  const last = name === 'onStart' ? 'deafStart' : 'deafStop';
  // what is known of the class spares the look at each of its instances
  if (hook === definition[last] || ignoresArguments(hook)) {
    definition[last] = hook;
    return hook.call(target, UNSEEN);
  }
  run.grace = new AbortController();
  if (run.forced) run.grace.abort(run.reason);
  return hook.call(target, run.grace.signal);
}

/** They stay when the service goes down, so a restart has them already. */
function adoptDeclared(lifecycle: Lifecycle): void {
  if ((lifecycle.hooks & Hook.onInitDependencies) === 0) return;
  const what = `onInitDependencies() of ${lifecycle.name}`;
  for (const child of childrenIn(lifecycle.target.onInitDependencies?.(), what)) lifecycle.adoptService(child, what);
  lifecycle.hooks &= ~Hook.onInitDependencies;
}

function beginWork({ definition, target }: Lifecycle, run: Run): undefined {
  const { work } = definition;
  // one that fails at once may have ended it
  if (work.length > 0) for (const each of work) if (!run.ending) run.add(backgroundOf(run, each, target));
  return undefined;
}

const members = new Set<string>();

/** Names the members of the base class, which no field of a service may hide. */
export function protectMembers(prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) if (name !== 'constructor') members.add(name);
}

/** Fields can be hooks too; and one that hides a member of `Service` would break it in ways that nobody understands. */
function readFields(lifecycle: Lifecycle): void {
  const { target, definition, runs } = lifecycle;
  if (!definition.extendsBase) {
    if (runs === 1) lifecycle.hooks = Hook.withFields(lifecycle.hooks, target);
    return;
  }
  const fields = Object.keys(target);
  if (runs === 1) lifecycle.hooks |= Hook.hooksAmong(fields);
  for (let index = 0; index < fields.length; index += 1) {
    if (members.has(fields[index] as string)) throw shadowed(lifecycle, fields[index] as string);
  }
}
