import type { ServiceState } from '../base/events.js';

/** What can happen to a service. */
export type Happening = 'start' | 'up' | 'stop' | 'crash' | 'down' | 'fail';

/**
 * What follows. A state: go there. `join`: the same is under way or done, nothing to do. `refuse`: an error for the
 * caller. `record`: an error that comes too late to change the course is kept. `bug`: cannot happen.
 */
export type Verdict = ServiceState | 'join' | 'refuse' | 'record' | 'bug';

/** The whole life of a service: no cell is missing, so no question is left open. */
export const transitions: Readonly<Record<ServiceState, Readonly<Record<Happening, Verdict>>>> = {
  idle: { start: 'starting', up: 'bug', stop: 'join', crash: 'crashed', down: 'bug', fail: 'bug' },
  starting: { start: 'join', up: 'running', stop: 'stopping', crash: 'stopping', down: 'bug', fail: 'bug' },
  running: { start: 'join', up: 'bug', stop: 'stopping', crash: 'stopping', down: 'bug', fail: 'bug' },
  stopping: { start: 'refuse', up: 'bug', stop: 'join', crash: 'record', down: 'stopped', fail: 'crashed' },
  stopped: { start: 'starting', up: 'bug', stop: 'join', crash: 'record', down: 'bug', fail: 'bug' },
  crashed: { start: 'starting', up: 'bug', stop: 'join', crash: 'record', down: 'bug', fail: 'bug' },
};
