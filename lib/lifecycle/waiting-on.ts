import type { Lifecycle } from './lifecycle.js';
import * as Phase from './phase.js';
import type { Run } from './run.js';

/** What a run is waiting on right now, in words. */
export function waitingOn(lifecycle: Lifecycle, run: Run): string[] {
  const words: string[] = [];
  // a list instead of calls within calls, since a tree can be deep
  const rest = [{ lifecycle, run, prefix: '' }];
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    const { prefix } = at;
    const busy = at.lifecycle.children.filter(({ isBusy }) => isBusy);
    if (busy.length === 0 || !isAtChildren(at.run)) {
      for (const what of own(at.lifecycle, at.run)) words.push(prefix + what);
    } else {
      for (const child of busy.reverse()) {
        rest.push({ lifecycle: child, run: child.run as Run, prefix: `${prefix}${child.name}: ` });
      }
    }
  }
  return words;
}

function isAtChildren({ phase }: Run): boolean {
  return phase === Phase.Children || phase === Phase.ChildrenDown;
}

function own(lifecycle: Lifecycle, run: Run): string[] {
  const hook = hookAt(lifecycle, run);
  if (hook !== undefined) return [hook];
  const holds = run.holds === 1 ? 'a hold on its shutdown' : `${String(run.holds)} holds on its shutdown`;
  switch (run.phase) {
    case Phase.Children:
    case Phase.ChildrenDown:
      return ['its children'];
    case Phase.Holds:
      return [holds];
    case Phase.Tasks: {
      const tasks = run.background.filter(({ pending }) => pending !== undefined).map(({ label }) => label);
      return run.holds === 0 ? tasks : [...tasks, holds];
    }
    default:
      return ['its turn'];
  }
}

/** The code of the service's own that a run is at, if it is at any. */
export function hookAt({ definition: { isResource }, restartCount }: Lifecycle, { phase }: Run): string | undefined {
  switch (phase) {
    case Phase.First:
      return restartCount > 0 ? 'onRestart' : 'onFirstStart';
    case Phase.Start:
      return isResource ? 'start' : 'onStart';
    case Phase.Started:
      return 'onStarted';
    case Phase.Stop:
      return isResource ? 'stop' : 'onStop';
    case Phase.Release:
    case Phase.LastRelease:
      return 'the release of what it uses';
    case Phase.Shutdown:
      return 'onShutdown';
    default:
      return undefined;
  }
}
