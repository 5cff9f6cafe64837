import { describe, expect, it } from 'vitest';
import { BootError, PlanError } from '../../lib/base/errors.js';
import { UsageError } from '../../lib/worker/explain.js';
import { exitCode, leadsTo, transitions, type WorkerEvent, type WorkerState } from '../../lib/worker/transitions.js';

const states = Object.keys(transitions) as WorkerState[];
const events = Object.keys(transitions.idle) as WorkerEvent[];

/** Where an event leads. */
function after(state: WorkerState, event: WorkerEvent): WorkerState {
  const move = transitions[state][event];
  return move === 'ignore' ? state : leadsTo[move];
}

/** What the worker does on each of the events, one after another. */
function walk(...path: WorkerEvent[]): string[] {
  let state: WorkerState = 'idle';
  return path.map((event) => {
    const move = transitions[state][event];
    state = after(state, event);
    return `${state}/${move}`;
  });
}

describe('the table of the worker', () => {
  it('boots, stops on the first signal, and leaves', () => {
    expect(walk('run', 'booted', 'signal', 'down')).toEqual([
      'booting/boot',
      'up/announce',
      'draining/drain',
      'exited/leave',
    ]);
  });

  it('takes a boot back on a signal', () => {
    expect(walk('run', 'signal', 'down')).toEqual(['booting/boot', 'draining/drain', 'exited/leave']);
  });

  it('gives up grace on the second signal, and everything on the third', () => {
    expect(walk('run', 'booted', 'signal', 'signal', 'signal').slice(2)).toEqual([
      'draining/drain',
      'forced/force',
      'exited/terminate',
    ]);
  });

  it('leaves a forced stop when its time is over', () => {
    expect(walk('run', 'booted', 'signal', 'signal', 'overdue').at(-1)).toBe('exited/leave');
  });

  it('does not take the first signal after a crash for impatience', () => {
    expect(walk('run', 'booted', 'stop', 'signal', 'signal').slice(2)).toEqual([
      'stopping/stop',
      'draining/heed',
      'forced/force',
    ]);
  });

  it('gives the log less time on a signal that comes while it is written', () => {
    expect(walk('run', 'booted', 'signal', 'down', 'signal').at(-1)).toBe('exited/hurry');
  });

  it('boots once, stops once and leaves once, whatever happens in whatever order', () => {
    // every path of five events: the table is small enough to try them all
    for (let code = 0; code < events.length ** 5; code += 1) {
      const path = Array.from(
        { length: 5 },
        (_, n) => events[Math.floor(code / events.length ** n) % events.length] ?? 'run',
      );
      const actions = walk(...path).map((step) => step.split('/')[1]);
      for (const once of [['boot'], ['stop', 'drain'], ['force']]) {
        const times = actions.filter((one) => once.includes(one ?? '')).length;
        expect(times, `${once.join()} in ${path.join(' ')}`).toBeLessThanOrEqual(1);
      }
      const exits = actions.filter((one) => one === 'leave' || one === 'terminate').length;
      expect(exits, path.join(' ')).toBeLessThanOrEqual(1);
    }
  });

  it('can reach every state, and leave every state but the last', () => {
    for (const state of states) {
      const targets = events.map((event) => after(state, event));
      expect(
        targets.some((target) => target !== state),
        state,
      ).toBe(state !== 'exited');
      expect(
        states.some((from) => from !== state && events.some((event) => after(from, event) === state)),
        state,
      ).toBe(state !== 'idle');
    }
  });
});

const crash = new Error('boom');

describe('the exit code', () => {
  it.each([
    ['0 when nothing went wrong', { failures: [] }, 0],
    ['what was asked for', { failures: [], code: 3 }, 3],
    ['1 after a crash, whatever was asked for', { failures: [crash], code: 3 }, 1],
    ['1 when a service could not be started', { failures: [new BootError('App', ['App'], crash)] }, 1],
    ['2 for a bad plan', { failures: [new PlanError([])] }, 2],
    ['2 for bad usage', { failures: [new UsageError('a', 'b')] }, 2],
    ['1 when a bad plan came second', { failures: [crash, new PlanError([])] }, 1],
    ['130 when SIGINT forced it', { failures: [], forcedBy: 'SIGINT' as const }, 130],
    ['129 when SIGHUP forced it', { failures: [], forcedBy: 'SIGHUP' as const }, 129],
    ['143 when SIGTERM cut a job off', { failures: [], cutOffBy: 'SIGTERM' as const, programCode: 3 }, 143],
    ['1 when a job crashed as well', { failures: [crash], cutOffBy: 'SIGTERM' as const }, 1],
    ['what the program has set, in place of 0', { failures: [], programCode: 3 }, 3],
    ['what was asked for, before what the program has set', { failures: [], code: 4, programCode: 3 }, 4],
    ['1 after a crash, whatever the program has set', { failures: [crash], programCode: 3 }, 1],
    ['143 when SIGTERM forced it, whatever else happened', { failures: [crash], forcedBy: 'SIGTERM' as const }, 143],
  ])('is %s', (_, outcome, code) => {
    expect(exitCode(outcome)).toBe(code);
  });
});
