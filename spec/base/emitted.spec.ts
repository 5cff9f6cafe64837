import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { emitterOf } from '../../lib/base/emitted.js';
import { pack, unpack } from '../../lib/threads/crossing.js';
import { explain, uncaught } from '../../lib/worker/explain.js';
import { throwables } from '../properties/throwables.js';
import { thrown } from '../support.js';

class Feed extends EventEmitter {}

const emitted = (emitter: EventEmitter, error: unknown): Error => thrown(() => emitter.emit('error', error));

describe("an 'error' event that nobody listened to", () => {
  it.each([
    ['Feed', new Feed()],
    ['Socket', new Socket()],
    ['EventEmitter', new EventEmitter()],
  ])('is told as that, with the class of the emitter: %s', (name, emitter) => {
    for (const error of [emitted(emitter, new Error('gone')), emitted(emitter, 'gone')]) {
      expect(emitterOf(error)).toBe(name);
      const [first = '', ...rest] = explain(error, uncaught(error, { service: 'Db' })).split('\n');
      expect(first).toMatch(new RegExp(`^An 'error' event of ${name} that nobody listened to, of Db: .*gone`));
      expect(rest.at(-1)).toBe(
        `  → Listen to it where the ${name} is made: emitter.on('error', (error) => this.crash(error)) lets a service answer for it.`,
      );
      expect(explain(error, uncaught(error, undefined))).not.toContain('promise');
    }
  });

  it('is told as that, too, where it crashed a service', () => {
    const error = emitted(new Feed(), new Error('gone'));
    expect(explain(error, { what: 'Db crashed' }).split('\n').slice(0, 2)).toEqual([
      'Db crashed: gone',
      "  an 'error' event of Feed that nobody listened to",
    ]);
  });

  it('is told as that in a thread', () => {
    const error = emitted(new Feed(), new Error('gone'));
    expect(emitterOf(unpack(structuredClone(pack(error))))).toBe('Feed');
  });
});

it('no other error is taken for one', () => {
  expect(emitterOf(new Error("x\nEmitted 'error' event on Feed instance at:\n"))).toBeUndefined();
  for (const make of Object.values(throwables)) {
    expect(emitterOf(make())).toBeUndefined();
    expect(() => emitterOf(thrown(() => new Feed().emit('error', make())))).not.toThrow();
  }
});
