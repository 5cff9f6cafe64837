import type { ContainerState } from '../base/events.js';

/** What a container can be asked for. */
export type Call = 'boot' | 'stop';

/** `start`: everything anew. `add`: what does not run yet. `join`: the same is under way. `none`: nothing to do. */
export type Answer = 'start' | 'add' | 'join' | 'refuse' | 'stop' | 'rollback' | 'none';

/** Every state and call, with nothing left open. */
export const answers: Readonly<Record<ContainerState, Readonly<Record<Call, Answer>>>> = {
  idle: { boot: 'start', stop: 'none' },
  starting: { boot: 'join', stop: 'rollback' },
  running: { boot: 'add', stop: 'stop' },
  stopping: { boot: 'refuse', stop: 'join' },
  stopped: { boot: 'start', stop: 'none' },
  failed: { boot: 'start', stop: 'none' },
};
