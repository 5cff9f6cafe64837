import type { Lifecycle } from './lifecycle.js';
import { Phase, type Run } from './run.js';

/** What a run is waiting on right now, in words. */
export function waitingOn(lifecycle: Lifecycle, run: Run): string[] {
  const hook = hookAt(lifecycle, run);
  if (hook !== undefined) return [hook];
  switch (run.phase) {
    case Phase.Children:
    case Phase.ChildrenDown: {
      const busy = lifecycle.children.filter(({ isBusy }) => isBusy);
      if (busy.length === 0) return ['its children'];
      return busy.flatMap((child) => waitingOn(child, child.run as Run).map((what) => `${child.name}: ${what}`));
    }
    case Phase.Holds:
      return [run.holds === 1 ? 'a hold on its shutdown' : `${String(run.holds)} holds on its shutdown`];
    case Phase.Tasks:
      return run.background.filter(({ pending }) => pending !== undefined).map(({ label }) => label);
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
      return 'the release of what it uses';
    case Phase.Shutdown:
      return 'onShutdown';
    default:
      return undefined;
  }
}
