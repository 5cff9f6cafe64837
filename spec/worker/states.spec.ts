import { describe, expect, it } from 'vitest';
import { transitions, type WorkerEvent, type WorkerState } from '../../lib/worker/states.js';

const states = Object.keys(transitions) as WorkerState[];
const events = Object.keys(transitions.idle) as WorkerEvent[];

/** What the worker does on each of the events, one after another. */
function walk(...path: WorkerEvent[]): string[] {
  let state: WorkerState = 'idle';
  return path.map((event) => {
    const [to, action] = transitions[state][event];
    state = to;
    return `${state}/${action}`;
  });
}

describe('the table of the worker', () => {
  it('boots, stops on the first signal, and leaves', () => {
    expect(walk('run', 'booted', 'signal', 'down')).toEqual([
      'booting/boot',
      'up/announce',
      'draining/stop',
      'exited/leave',
    ]);
  });

  it('takes a boot back on a signal', () => {
    expect(walk('run', 'signal', 'down')).toEqual(['booting/boot', 'draining/stop', 'exited/leave']);
  });

  it('gives up grace on the second signal, and everything on the third', () => {
    expect(walk('run', 'booted', 'signal', 'signal', 'signal').slice(2)).toEqual([
      'draining/stop',
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
      'draining/join',
      'forced/force',
    ]);
  });

  it('boots once, stops once and leaves once, whatever happens in whatever order', () => {
    // every path of five events: the table is small enough to try them all
    for (let code = 0; code < events.length ** 5; code += 1) {
      const path = Array.from(
        { length: 5 },
        (_, n) => events[Math.floor(code / events.length ** n) % events.length] ?? 'run',
      );
      const actions = walk(...path).map((step) => step.split('/')[1]);
      for (const action of ['boot', 'stop', 'force']) {
        expect(actions.filter((one) => one === action).length, `${action} in ${path.join(' ')}`).toBeLessThanOrEqual(1);
      }
      const exits = actions.filter((one) => one === 'leave' || one === 'terminate').length;
      expect(exits, path.join(' ')).toBeLessThanOrEqual(1);
    }
  });

  it('can reach every state, and leave every state but the last', () => {
    for (const state of states) {
      const targets = events.map((event) => transitions[state][event][0]);
      expect(
        targets.some((target) => target !== state),
        state,
      ).toBe(state !== 'exited');
      expect(
        states.some((from) => from !== state && events.some((event) => transitions[from][event][0] === state)),
        state,
      ).toBe(state !== 'idle');
    }
  });
});
