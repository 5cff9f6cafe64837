/** What can go wrong in the life of a service, in words that name the culprit and the remedy. */
import { formatMs } from '../base/duration.js';
import { ModeError, StopError } from '../base/errors.js';
import { DEFAULT_TIMEOUT } from './environment.js';
import type { Happening } from './transitions.js';
import type { Lifecycle } from './lifecycle.js';
import type { Run } from './run.js';

export function notRunning({ name, state }: Lifecycle, what: string): ModeError {
  return new ModeError('ERR_MODE_NOT_RUNNING', {
    message: `${name} is ${state}, so ${what} has no run to belong to`,
    remedy: `Call ${what} from onStart or later, while the service runs.`,
    path: [name],
  });
}

export function startTimedOut(lifecycle: Lifecycle, waitingOn: readonly string[]): ModeError {
  const { name, definition } = lifecycle;
  return new ModeError('ERR_MODE_START_TIMEOUT', {
    message: `${name} did not start within ${formatMs(definition.startTimeout ?? DEFAULT_TIMEOUT)}: it was waiting on ${waitingOn.join(', ')}`,
    remedy: `Let ${definition.isResource ? 'it settle' : 'onStart settle (what never ends belongs into a @task())'}, or allow more with ${optionOf(lifecycle, 'startTimeout')}.`,
    path: [name],
  });
}

export function stopTimedOut(lifecycle: Lifecycle, waitingOn: readonly string[]): ModeError {
  const { name, definition } = lifecycle;
  return new ModeError('ERR_MODE_STOP_TIMEOUT', {
    message: `${name} did not stop within ${formatMs(definition.stopTimeout ?? DEFAULT_TIMEOUT)}: it was waiting on ${waitingOn.join(', ')}`,
    remedy: `Let it settle when its signal aborts, or allow more with ${optionOf(lifecycle, 'stopTimeout')}.`,
    path: [name],
  });
}

export function abandoned({ name }: Lifecycle, waitingOn: readonly string[]): ModeError {
  return new ModeError('ERR_MODE_ABANDONED', {
    message: `${name} was abandoned while it was stopping: it was waiting on ${waitingOn.join(', ')}`,
    remedy: 'Let it settle when its signal aborts, or give the stop more time.',
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

export function impossible({ name, state }: Lifecycle, happening: Happening): ModeError {
  return new ModeError('ERR_MODE_INTERNAL', {
    message: `"${happening}" cannot happen to ${name} while it is ${state}`,
    remedy: 'This is a mistake in mode-ts; please report it.',
    path: [name],
  });
}

export function shadowed({ name }: Lifecycle, member: string): ModeError {
  return new ModeError('ERR_MODE_SHADOWED', {
    message: `${name} has a field "${member}" of its own, which hides the ${member} that every Service has`,
    remedy: `Rename the field ${member} of ${name}.`,
    path: [name],
  });
}

export function owned(parent: Lifecycle, child: Lifecycle): ModeError {
  const owner = child.parent === undefined ? 'managed by a container' : `supervised by ${child.parent.name}`;
  return new ModeError('ERR_MODE_OWNED', {
    message: `${child.name} is ${owner}, so it cannot be a child of ${parent.name}`,
    remedy:
      child.parent === undefined
        ? 'The container starts and stops it by itself: leave the addDependency() out.'
        : `Take it out of ${child.parent.name} with discard() first.`,
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

/** What a stop has to say about the way down of a run. */
export function stopErrorOf({ name }: Lifecycle, { errors = [], abandoned: waitingOn }: Run): unknown {
  if (waitingOn === undefined && errors.length <= 1) return errors[0];
  return new StopError(
    errors.map((error) => ({ service: name, error })),
    waitingOn === undefined ? [] : [{ service: name, waitingOn }],
  );
}

/** Whether an error only repeats that the run has ended. */
export function isEcho(error: unknown, reason: unknown): boolean {
  return error === reason || (error instanceof Error && error.name === 'AbortError');
}

/** Where its timeouts are said. */
function optionOf({ definition: { isResource } }: Lifecycle, option: string): string {
  return isResource ? `container.resource(id, { ${option} })` : `@service({ ${option} })`;
}
