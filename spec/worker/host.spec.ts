import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { drained, processHost, withoutEchoes } from '../../lib/worker/host.js';

describe('drained', () => {
  it('waits until everything written before has left', async () => {
    const arrived: string[] = [];
    const slow = new Writable({
      decodeStrings: false,
      write(chunk: string, _, done) {
        setImmediate(() => {
          arrived.push(chunk);
          done();
        });
      },
    });
    for (const chunk of ['a', 'b', 'c']) slow.write(chunk);
    await drained(slow, 10_000);
    expect(arrived.slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it('gives up on a reader that does not read', async () => {
    const stuck = new Writable({
      write() {
        // never done
      },
    });
    stuck.write('a');
    await expect(drained(stuck, 5)).resolves.toBeUndefined();
  });

  it('does not wait for a stream that is gone', async () => {
    const closed = new PassThrough();
    closed.destroy();
    await expect(drained(closed, 10_000)).resolves.toBeUndefined();
    const broken = new Writable({
      write(_chunk, _, done) {
        done(new Error('EPIPE'));
      },
    });
    await expect(drained(broken, 10_000)).resolves.toBeUndefined();
  });
});

describe('the real process', () => {
  it('tells of signals and faults only while it is listened to', () => {
    const counts = () => ['SIGINT', 'SIGTERM', 'uncaughtException'].map((event) => process.listenerCount(event));
    const before = counts();
    const host = processHost();
    const stop = [host.onSignal(() => undefined), host.onFault(() => undefined)];
    expect(counts()).toEqual(before.map((count) => count + 1));
    for (const off of stop) off();
    expect(counts()).toEqual(before);
  });

  it('leaves unhandled rejections to a program that has its own listener', () => {
    const own = (): void => undefined;
    process.on('unhandledRejection', own);
    const before = process.listenerCount('unhandledRejection');
    const off = processHost().onFault(() => undefined);
    expect(process.listenerCount('unhandledRejection')).toBe(before);
    off();
    process.off('unhandledRejection', own);
  });
});

describe('withoutEchoes', () => {
  it('takes the same signal for the same press until half a second is over, and others for themselves', () => {
    const heard: string[] = [];
    const windows: (() => void)[] = [];
    const press = withoutEchoes(
      (signal: string) => heard.push(signal),
      (close) => windows.push(close),
    );
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM', 'SIGINT', 'SIGTERM']) press(signal);
    expect(heard).toEqual(['SIGINT', 'SIGTERM']);
    windows[0]?.();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGINT']) press(signal);
    expect(heard).toEqual(['SIGINT', 'SIGTERM', 'SIGINT']);
  });
});
