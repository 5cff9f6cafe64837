/** What can go wrong in the life of a service, in words that name the culprit and the remedy. */
import type { Deferred } from '../base/async.js';
import { formatMs } from '../base/duration.js';
import { ModeError, StopError } from '../base/errors.js';
import { DEFAULT_TIMEOUT } from './environment.js';
import type { Happening } from './transitions.js';
import type { Lifecycle } from './lifecycle.js';
import type { Run } from './run.js';

export function notRunning({ name, state }: Lifecycle, what: string): ModeError {
  if (state === 'stopping') {
    return new ModeError('ERR_MODE_STOPPING', {
      message: `${name} is stopping and waits for nothing more, so ${what} comes too late`,
      remedy: `Call ${what} before its tasks are over: in onStop, or in a task.`,
      path: [name],
    });
  }
  return new ModeError('ERR_MODE_NOT_RUNNING', {
    message: `${name} is ${state}, so ${what} has no run to belong to`,
    remedy: `Call ${what} from onStart or later, while the service runs.`,
    path: [name],
  });
}

export function calledOff({ name }: Lifecycle, failure: { readonly error: unknown } | undefined): ModeError {
  return new ModeError('ERR_MODE_RESTART_ABORTED', {
    message: `${name} did not come back: it was stopped while it was restarting`,
    remedy: 'Start it again when it is needed.',
    path: [name],
    ...(failure !== undefined && { cause: failure.error }),
  });
}

// nobody can tell who awaits a promise
const ITSELF =
  ' A task or hook that awaits a stop() or restart() of its own service or container waits for itself: call it without await.';

export function startTimedOut(lifecycle: Lifecycle, waitingOn: readonly string[]): ModeError {
  const { name, definition } = lifecycle;
  return new ModeError('ERR_MODE_START_TIMEOUT', {
    message: `${name} did not start within ${formatMs(definition.startTimeout ?? DEFAULT_TIMEOUT)}: it was waiting on ${waitingOn.join(', ')}`,
    remedy: `Let ${definition.isResource ? 'it settle' : 'onStart settle (what never ends belongs into a @task())'}, or allow more with ${optionOf(lifecycle, 'startTimeout')}.`,
    path: [name],
  });
}

export function stopTimedOut(lifecycle: Lifecycle, waitingOn: readonly string[], ownCode: boolean): ModeError {
  const { name, definition } = lifecycle;
  return new ModeError('ERR_MODE_STOP_TIMEOUT', {
    message: `${name} did not stop within ${formatMs(definition.stopTimeout ?? DEFAULT_TIMEOUT)}: it was waiting on ${waitingOn.join(', ')}`,
    remedy: `Let it settle when its signal aborts, or allow more with ${optionOf(lifecycle, 'stopTimeout')}.${ownCode ? ITSELF : ''}`,
    path: [name],
  });
}

export function abandoned({ name }: Lifecycle, waitingOn: readonly string[], ownCode: boolean): ModeError {
  return new ModeError('ERR_MODE_ABANDONED', {
    message: `${name} was abandoned while it was stopping: it was waiting on ${waitingOn.join(', ')}`,
    remedy: `Let it settle when its signal aborts, or give the stop more time.${ownCode ? ITSELF : ''}`,
    path: [name],
  });
}

export function stillStopping({ name }: Lifecycle): ModeError {
  return new ModeError('ERR_MODE_STOPPING', {
    message: `${name} is still stopping, so it cannot start`,
    remedy: 'Await its stop() first, or call restart().',
    path: [name],
  });
}

export function parentStopping(parent: Lifecycle, child: Lifecycle): ModeError {
  return new ModeError('ERR_MODE_STOPPING', {
    message: `${parent.name} is stopping, so its child ${child.name} cannot run`,
    remedy: `Await the stop() of ${parent.name} first.`,
    path: [parent.name, child.name],
  });
}

export function impossible({ name, state }: Lifecycle, happening: Happening): ModeError {
  return new ModeError('ERR_MODE_INTERNAL', {
    message: `"${happening}" cannot happen to ${name} while it is ${state}`,
    remedy: 'This is a mistake in mode-ts; please report it.',
    path: [name],
  });
}

export function shadowed({ name, target }: Lifecycle, member: string): ModeError {
  // a parameter property is a parameter and a field
  const [, parameters = ''] = /\bconstructor\s*\(([^)]*)\)/.exec(String(target.constructor)) ?? [];
  const isParameter = parameters.split(',').some((parameter) => parameter.trim() === member);
  const field = isParameter ? 'parameter property' : 'field';
  return new ModeError('ERR_MODE_SHADOWED', {
    message: `${name} has a ${field} "${member}" of its own, which hides the ${member} that every Service has`,
    remedy: `Rename the ${field} ${member} of ${name}.`,
    path: [name],
  });
}

export function owned(parent: Lifecycle, child: Lifecycle, supervised: boolean): ModeError {
  const role = supervised ? 'supervised by' : 'a child of';
  const owner = child.parent === undefined ? 'managed by a container' : `${role} ${child.parent.name}`;
  return new ModeError('ERR_MODE_OWNED', {
    message: `${child.name} is ${owner}, so it cannot be a child of ${parent.name}`,
    remedy:
      child.parent === undefined
        ? 'The container starts and stops it by itself: leave the addDependency() out.'
        : `Take it out of ${child.parent.name} with ${supervised ? 'discard()' : 'removeDependency()'} first.`,
    path: [parent.name, child.name],
  });
}

export function circular(parent: Lifecycle, child: Lifecycle): ModeError {
  return new ModeError('ERR_MODE_CYCLE', {
    message: `${parent.name} is below ${child.name} in the tree, so ${child.name} cannot become its child`,
    remedy: 'Give what both sides need to a service of its own.',
    path: [child.name, parent.name],
  });
}

/** Settles a stop with what there is to say about the way down of a run. */
export function answerStop(
  stop: Deferred<void>,
  { name }: Lifecycle,
  { mishaps = [], abandoned: waitingOn }: Run,
): void {
  const [first] = mishaps;
  if (waitingOn === undefined && mishaps.length <= 1) {
    // an error may be `undefined`
    if (first === undefined) stop.resolve();
    else stop.reject(first.error);
    return;
  }
  const left = waitingOn === undefined ? [] : [{ service: name, waitingOn }];
  stop.reject(new StopError([...mishaps], left));
}

/** Where its timeouts are said. */
function optionOf({ definition: { isResource } }: Lifecycle, option: string): string {
  return isResource ? `container.resource(id, { ${option} })` : `@service({ ${option} })`;
}
