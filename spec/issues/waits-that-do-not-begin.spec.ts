import { describe, expect, it } from 'vitest';
import { boom, rejection, settle, theatre } from '../lifecycle/support.js';

describe('a wait', () => {
  // Its rejection was left to nobody, which ends the process.
  it('with a bad timeout is refused, and the promise it was given is no unhandled rejection', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    const options = { timeout: 'soon' };
    for (const wait of [
      a.wait(Promise.reject(boom), options),
      a.waitFirst([Promise.reject(boom)], options),
      a.waitMany([Promise.reject(boom)], options),
      a.waitForStopped(Promise.reject(boom), options),
    ]) {
      expect((await rejection(wait)).message).toContain("The timeout of a wait cannot be 'soon'");
    }
    await settle();
    await a.stop();
  });

  it('of a service that has stopped calls nothing', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    await a.stop();
    let calls = 0;
    const call = () => (calls += 1);
    expect([await a.wait(call), await a.waitFirst([call]), await a.waitMany([call])]).toEqual([
      { status: 'stopped' },
      { status: 'stopped' },
      { status: 'stopped' },
    ]);
    expect(await a.wait(Promise.reject(boom))).toEqual({ status: 'stopped' });
    expect([await a.waitForStopped(call), calls]).toEqual([true, 0]);
  });

  // It never settled.
  it('for the first of none is refused', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    expect((await rejection(a.waitFirst([]))).message).toContain('waitFirst() of nothing would never end');
    await a.stop();
  });
});
