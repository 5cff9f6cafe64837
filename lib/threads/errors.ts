/** The errors of threads. */
import { formatMs } from '../base/duration.js';
import { describeError, ModeError } from '../base/errors.js';

/** ERR_MODE_THREAD_BLOCKED: the thread's event loop did not turn for too long. */
export function blocked(label: string, ms: number, calls: readonly string[]): ModeError {
  const during = calls.length === 0 ? '' : `, with ${calls.map((method) => `${method}()`).join(', ')} under way`;
  return new ModeError('ERR_MODE_THREAD_BLOCKED', {
    message: `The thread of ${label} has been blocked for ${formatMs(ms)}${during}`,
    remedy:
      'Give its event loop a turn now and then (await setImmediate() of node:timers/promises), or allow more with ' +
      'keepalive: { timeout }; keepalive: false never looks.',
    path: [label],
  });
}

/** ERR_MODE_THREAD_EXITED: the thread ended, and nobody had asked it to. */
export function exited(label: string, code: number): ModeError {
  return new ModeError('ERR_MODE_THREAD_EXITED', {
    message: `The thread of ${label} ended by itself (exit code ${String(code)})`,
    remedy: 'Look for process.exit() in what runs there. To end it in order, call stop() of the service inside.',
    path: [label],
  });
}

/** ERR_MODE_THREAD_NOT_RUNNING: there is no thread that could answer a call. */
export function notRunning(label: string, state: string, method: string): ModeError {
  return new ModeError('ERR_MODE_THREAD_NOT_RUNNING', {
    message: `${label} is ${state}, so ${method}() cannot be called in its thread`,
    remedy: `Call it once ${label} was started: after start(), or in a service that depends on it.`,
    path: [label],
  });
}

/** ERR_MODE_THREAD_STOPPED: a call was waiting when the thread stopped. */
export function stopped(label: string, method: string): ModeError {
  return new ModeError('ERR_MODE_THREAD_STOPPED', {
    message: `${label} was stopped before ${method}() had ended in its thread`,
    remedy: `Await the call before ${label} stops, or call again when it has come back.`,
    path: [label],
  });
}

/** ERR_MODE_THREAD_CRASHED: a call was waiting when the thread crashed, was terminated or could not start. */
export function crashed(label: string, method: string, cause: unknown): ModeError {
  return new ModeError('ERR_MODE_THREAD_CRASHED', {
    message: `${label} crashed before ${method}() had ended in its thread: ${describeError(cause)}`,
    remedy: 'See the cause. Whether the call had begun cannot be known.',
    path: [label],
    cause,
  });
}

/** ERR_MODE_THREAD_QUEUE_FULL: too many calls are waiting. */
export function queueFull(label: string, method: string, maxQueue: number): ModeError {
  return new ModeError('ERR_MODE_THREAD_QUEUE_FULL', {
    message: `${String(maxQueue)} calls wait for the thread of ${label} already, so ${method}() was not sent`,
    remedy: 'Await calls before making more, or allow more with maxQueue.',
    path: [label],
  });
}

/** ERR_MODE_THREAD_CLONE: something cannot be sent to another thread. */
export function notCloneable(label: string, what: string, cause: unknown): ModeError {
  return new ModeError('ERR_MODE_THREAD_CLONE', {
    message: `${what} cannot cross to another thread: ${describeError(cause)}`,
    remedy:
      'Threads exchange plain data (what structuredClone() takes), not functions, class instances or what they hold open.',
    path: [label],
    cause,
  });
}

/** ERR_MODE_THREAD_METHOD: the service inside has no such method to be called. */
export function noMethod(label: string, service: string, method: string): ModeError {
  return new ModeError('ERR_MODE_THREAD_METHOD', {
    message: `${service}, which runs in the thread of ${label}, has no method ${method}() of its own`,
    remedy: 'Public methods of its class can be called; its lifecycle is driven by the service outside.',
    path: [label],
  });
}

/** ERR_MODE_THREAD_MODULE: what a thread should run cannot be found. */
export function badModule(label: string, message: string, remedy: string): ModeError {
  return new ModeError('ERR_MODE_THREAD_MODULE', { message, remedy, path: [label] });
}

/** ERR_MODE_THREAD_MODULE: the file that threads begin with is not where this code is. */
export function bundled(label: string): ModeError {
  return badModule(
    label,
    `The thread of ${label} has no file to begin with: mode-ts was bundled into the program`,
    'Leave mode-ts out of the bundle where threads are used (--external:mode-ts, and the like), and install it beside.',
  );
}
