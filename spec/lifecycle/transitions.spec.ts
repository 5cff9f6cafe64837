import { describe, expect, it } from 'vitest';
import type { Service, ServiceState } from '../../lib/index.js';
import { transitions, type Happening } from '../../lib/lifecycle/transitions.js';
import { boom, fail, gate, rejection, settle, theatre } from './support.js';

const states: ServiceState[] = ['idle', 'starting', 'running', 'stopping', 'stopped', 'crashed'];
const happenings: Happening[] = ['start', 'up', 'stop', 'crash', 'down', 'fail'];

/** A service that was brought into a state, and what lets it go on from there. */
async function inState(state: ServiceState) {
  const stage = theatre();
  const held = gate();
  const hook = { starting: 'onStart', stopping: 'onStop' }[state as string];
  const a = stage.actor('A', hook === undefined ? {} : { [hook]: held.wait });
  let started = Promise.resolve();
  let stopped = Promise.resolve();
  if (state !== 'idle') started = a.start();
  if (state === 'stopping' || state === 'stopped') stopped = a.stop();
  if (state === 'crashed') a.crash(boom);
  await settle();
  expect(a.state).toBe(state);
  stage.states.clear();
  stage.events.clear();
  return { ...stage, a, held, started, stopped };
}

describe('the table of states', () => {
  it('has every cell', () => {
    const table = states.map((state) => [state, ...happenings.map((happening) => transitions[state][happening])]);
    expect(table).toEqual([
      //           start       up         stop        crash       down       fail
      ['idle', 'starting', 'bug', 'join', 'crashed', 'bug', 'bug'],
      ['starting', 'join', 'running', 'stopping', 'stopping', 'bug', 'bug'],
      ['running', 'join', 'bug', 'stopping', 'stopping', 'bug', 'bug'],
      ['stopping', 'refuse', 'bug', 'join', 'record', 'stopped', 'crashed'],
      ['stopped', 'starting', 'bug', 'join', 'record', 'bug', 'bug'],
      ['crashed', 'starting', 'bug', 'join', 'record', 'bug', 'bug'],
    ]);
    expect(Object.keys(transitions)).toEqual(states);
    for (const row of Object.values(transitions)) expect(Object.keys(row)).toEqual(happenings);
  });

  it('leads from every state to an end, and from every end back to a start', () => {
    const reachable = (from: ServiceState): Set<string> => {
      const found = new Set<string>([from]);
      for (const state of found) {
        for (const verdict of Object.values(transitions[state as ServiceState])) {
          if (states.includes(verdict as ServiceState)) found.add(verdict);
        }
      }
      return found;
    };
    for (const state of states) {
      expect([...reachable(state)].filter((other) => other !== 'idle').sort()).toEqual(
        states.filter((other) => other !== 'idle').sort(),
      );
    }
  });
});

describe('start()', () => {
  it.each<[ServiceState, string[]]>([
    ['idle', ['A: idle→starting', 'A: starting→running']],
    ['stopped', ['A: stopped→starting', 'A: starting→running']],
    ['crashed', ['A: crashed→starting', 'A: starting→running']],
  ])('starts what is %s', async (state, expected) => {
    const { a, states: history } = await inState(state);
    await a.start();
    expect(history.list).toEqual(expected);
  });

  it('joins what is starting', async () => {
    const { a, held, started, states: history, log } = await inState('starting');
    const joined = a.start();
    held.resolve();
    await Promise.all([started, joined]);
    expect(history.list).toEqual(['A: starting→running']);
    expect(log).toEqual(['A.onFirstStart', 'A.onStart', 'A.onStarted']);
  });

  it('joins what is running, also while onStarted has not settled', async () => {
    const { a, states: history } = await inState('running');
    await a.start();
    expect(history.list).toEqual([]);

    const { actor } = theatre();
    const { wait, resolve } = gate();
    const b = actor('B', { onStarted: wait });
    const both = Promise.all([b.start(), b.start()]);
    let up = false;
    void both.then(() => (up = true));
    await settle();
    expect([b.state, up]).toEqual(['running', false]);
    resolve();
    await both;
  });

  it('is refused while the service is stopping', async () => {
    const { a, held, stopped, states: history } = await inState('stopping');
    const error = await rejection(a.start());
    expect(error.code).toBe('ERR_MODE_STOPPING');
    expect(error.message).toBe(
      'A is still stopping, so it cannot start\n  → Await its stop() first, or call restart().',
    );
    held.resolve();
    await stopped;
    expect(history.list).toEqual(['A: stopping→stopped']);
    await a.start();
    expect(a.state).toBe('running');
  });
});

describe('stop()', () => {
  it.each<[ServiceState]>([['idle'], ['stopped'], ['crashed']])('has nothing to do where it is %s', async (state) => {
    const { a, states: history } = await inState(state);
    await a.stop();
    expect([history.list, a.state]).toEqual([[], state]);
  });

  it('ends a start', async () => {
    const { a, held, started, states: history } = await inState('starting');
    const stopped = a.stop();
    held.resolve();
    await rejection(started);
    await stopped;
    expect(history.list).toEqual(['A: starting→stopping', 'A: stopping→stopped']);
  });

  it('ends a run', async () => {
    const { a, states: history } = await inState('running');
    await a.stop();
    expect(history.list).toEqual(['A: running→stopping', 'A: stopping→stopped']);
  });

  it('joins what is stopping', async () => {
    const { a, held, stopped, states: history } = await inState('stopping');
    const joined = a.stop();
    held.resolve();
    await Promise.all([stopped, joined]);
    expect(history.list).toEqual(['A: stopping→stopped']);
  });

  it('joins a crash on its way down, and gets no error of it', async () => {
    const { actor, states: history } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { onStop: wait });
    await a.start();
    a.crash(boom);
    const joined = a.stop();
    resolve();
    await joined;
    expect(history.list.slice(2)).toEqual(['A: running→stopping (boom)', 'A: stopping→crashed (boom)']);
  });
});

describe('crash()', () => {
  it('of what was never started is remembered', async () => {
    const { a, states: history, log } = await inState('idle');
    a.crash(boom);
    expect([history.list, log, a.crashReason]).toEqual([['A: idle→crashed (boom)'], [], boom]);
  });

  it('ends a start', async () => {
    const { a, held, started, states: history } = await inState('starting');
    a.crash(boom);
    held.resolve();
    expect(await rejection(started)).toBe(boom);
    expect(history.list).toEqual(['A: starting→stopping (boom)', 'A: stopping→crashed (boom)']);
  });

  it('ends a run', async () => {
    const { a, states: history } = await inState('running');
    a.crash(boom);
    await a.stop();
    expect(history.list).toEqual(['A: running→stopping (boom)', 'A: stopping→crashed (boom)']);
  });

  it('of what is stopping is one more error of the way down', async () => {
    const { a, held, stopped, states: history } = await inState('stopping');
    a.crash(boom);
    held.resolve();
    expect(await rejection(stopped)).toBe(boom);
    expect([history.list, a.crashReason]).toEqual([['A: stopping→crashed (boom)'], boom]);
  });

  it.each<[ServiceState]>([['stopped'], ['crashed']])(
    'of what is %s comes too late, and is only told',
    async (state) => {
      const { a, events } = await inState(state);
      const late = new Error('late');
      a.crash(late);
      expect(events.list).toEqual([`warning: A failed while it was ${state}: late (late)`]);
      expect([a.state, a.crashReason]).toEqual([state, state === 'crashed' ? boom : undefined]);
    },
  );

  it('for the same reason again says nothing', async () => {
    const { a, events } = await inState('crashed');
    a.crash(boom);
    expect(events.list).toEqual([]);
  });

  it('with two reasons at once has the first for its reason and the second among its errors', async () => {
    const { actor } = theatre();
    const { wait, resolve } = gate();
    const second = new Error('second');
    const a = actor('A', { onStop: wait });
    await a.start();
    a.crash(boom);
    a.crash(second);
    const stopped = a.stop();
    resolve();
    expect(await rejection(stopped)).toBe(second);
    expect(a.crashReason).toBe(boom);
  });
});

describe('what follows from the state', () => {
  it.each<[ServiceState, object]>([
    ['idle', { started: false, crashed: false, shouldStop: false }],
    ['starting', { started: false, crashed: false, shouldStop: false }],
    ['running', { started: true, crashed: false, shouldStop: false }],
    ['stopping', { started: false, crashed: false, shouldStop: true }],
    ['stopped', { started: false, crashed: false, shouldStop: true }],
    ['crashed', { started: false, crashed: true, shouldStop: true }],
  ])('where it is %s', async (state, expected) => {
    const { a } = await inState(state);
    const { started, crashed, shouldStop } = a;
    expect({ started, crashed, shouldStop }).toEqual(expected);
  });
});

describe('maybeStart()', () => {
  it.each<[ServiceState, boolean]>([
    ['idle', true],
    ['running', false],
    ['stopped', true],
    ['crashed', true],
  ])('of what is %s tells whether it had to start: %s', async (state, had) => {
    const { a } = await inState(state);
    expect([await a.maybeStart(), a.state]).toEqual([had, 'running']);
  });

  it('leaves what is starting alone', async () => {
    const { a, held, started } = await inState('starting');
    expect([await a.maybeStart(), a.state]).toEqual([false, 'starting']);
    held.resolve();
    await started;
  });

  it('rejects as start() does', async () => {
    const { actor } = theatre();
    expect(await rejection(actor('A', { onStart: fail() }).maybeStart())).toBe(boom);
    const { a, held, stopped } = await inState('stopping');
    expect((await rejection(a.maybeStart())).code).toBe('ERR_MODE_STOPPING');
    held.resolve();
    await stopped;
  });
});

describe('restart()', () => {
  it.each<[ServiceState, string[]]>([
    ['idle', ['A: idle→starting', 'A: starting→running']],
    ['running', ['A: running→stopping', 'A: stopping→stopped', 'A: stopped→starting', 'A: starting→running']],
    ['stopped', ['A: stopped→starting', 'A: starting→running']],
    ['crashed', ['A: crashed→starting', 'A: starting→running']],
  ])('of what is %s', async (state, expected) => {
    const { a, states: history } = await inState(state);
    await a.restart();
    expect(history.list).toEqual(expected);
  });

  it('of what is starting ends that start', async () => {
    const { a, held, started, states: history } = await inState('starting');
    const restarted = a.restart();
    held.resolve();
    expect((await rejection(started)).code).toBe('ERR_MODE_STOPPED');
    await restarted;
    expect(history.list).toEqual([
      'A: starting→stopping',
      'A: stopping→stopped',
      'A: stopped→starting',
      'A: starting→running',
    ]);
  });

  it('of what is stopping waits for that', async () => {
    const { a, held, stopped, states: history } = await inState('stopping');
    const restarted = a.restart();
    held.resolve();
    await Promise.all([stopped, restarted]);
    expect(history.list).toEqual(['A: stopping→stopped', 'A: stopped→starting', 'A: starting→running']);
  });

  it('of what crashed, from a hook of the one who watches it', async () => {
    const { a } = await inState('running');
    a.signal.addEventListener('abort', () => void settle().then(() => a.restart()));
    a.crash(boom);
    await settle();
    await settle();
    expect([a.state, a.restartCount, a.crashReason]).toEqual(['running', 1, undefined]);
  });

  it('several times at once restarts once', async () => {
    const { a, states: history } = await inState('running');
    await Promise.all([a.restart(), a.restart(), a.restart()]);
    expect(history.list).toEqual([
      'A: running→stopping',
      'A: stopping→stopped',
      'A: stopped→starting',
      'A: starting→running',
    ]);
    expect(a.restartCount).toBe(1);
  });
});

describe('a way from state to state', () => {
  it('can be walked by whoever hears of it, within the same breath', async () => {
    const { actor, states: history } = theatre();
    const a: Service = actor('A');
    await a.start();
    await a.stop().then(() => a.start());
    await a.stop();
    expect(history.list).toEqual([
      'A: idle→starting',
      'A: starting→running',
      'A: running→stopping',
      'A: stopping→stopped',
      'A: stopped→starting',
      'A: starting→running',
      'A: running→stopping',
      'A: stopping→stopped',
    ]);
  });
});
