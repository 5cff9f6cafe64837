import { describe, expect, it } from 'vitest';
import type { Service } from '../../lib/index.js';
import { gate, rejection, statusOf, theatre, thrown } from '../lifecycle/support.js';

/** A service with a task that does something when its run ends. */
function windingDown(act: (a: Service) => unknown, onShutdown?: (this: Service) => void) {
  const { actor } = theatre();
  const a = actor('A', { stopTimeout: '5s', ...(onShutdown && { onShutdown }) });
  const start = async (): Promise<void> => {
    await a.start();
    a.addTask(async () => {
      await a.waitUntilStopped();
      await act(a);
    });
  };
  return { a, actor, start };
}

describe('what a task takes on while it winds down', () => {
  // The stop had looked at holds before, and went past it.
  it('is waited for: a hold', async () => {
    let hold: { release(): void } | undefined;
    const { a, start } = windingDown(() => {
      hold = a.holdShutdown();
    });
    await start();
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    hold?.release();
    await stopped;
  });

  it('is waited for: a task that begins when a hold is released', async () => {
    const { wait, resolve } = gate();
    let hold: { release(): void } | undefined;
    const { a, start } = windingDown(() => {
      hold = a.holdShutdown();
    });
    await start();
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    a.addTask(wait());
    hold?.release();
    expect(await statusOf(stopped)).toBe('pending');
    resolve();
    await stopped;
  });

  it('is named where it is not let go in time', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { stopTimeout: '5s' });
    await a.start();
    a.addTask(async () => {
      await a.waitUntilStopped();
      a.holdShutdown();
    });
    const failed = rejection(a.stop());
    await clock.advance('5s');
    expect(await failed).toMatchObject({ abandoned: [{ service: 'A', waitingOn: ['a hold on its shutdown'] }] });
  });
});

// They were dropped in silence.
describe('what comes after that is refused', () => {
  it.each<[string, (a: Service) => unknown]>([
    ['holdShutdown()', (a) => a.holdShutdown()],
    [
      'addTask()',
      (a) => {
        a.addTask(() => undefined);
      },
    ],
  ])('%s', async (what, call) => {
    let error: Error | undefined;
    const { a, start } = windingDown(
      () => undefined,
      function () {
        error = thrown(() => call(this));
      },
    );
    await start();
    await a.stop();
    expect(error).toMatchObject({
      code: 'ERR_MODE_STOPPING',
      message:
        `A is stopping and waits for nothing more, so ${what} comes too late\n` +
        `  → Call ${what} before its tasks are over: in onStop, or in a task.`,
    });
  });

  // It ran on when its parent was down.
  it('a child that a task adds and starts', async () => {
    const refused: string[] = [];
    const { a, actor, start } = windingDown(async () => {
      const child = actor('child');
      a.addDependency(child);
      refused.push((await rejection(child.start())).message);
      const running = actor('running');
      await running.start();
      refused.push(thrown(() => a.addDependency(running)).message);
      await running.stop();
    });
    await start();
    await a.stop();
    expect(refused).toEqual([
      'A is stopping, so its child child cannot run\n  → Await the stop() of A first.',
      'A is stopping, so its child running cannot run\n  → Await the stop() of A first.',
    ]);
    expect(a.beacon.children.map(({ name, data }) => [name, (data as Service).state])).toEqual([['child', 'idle']]);
  });
});
