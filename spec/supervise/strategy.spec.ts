import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affected, type Strategy } from '../../lib/supervise/strategy.js';

// The supervisor looks after these four, in this order.
const services = ['a', 'b', 'c', 'd'];

describe('affected', () => {
  it.each<[Strategy, crashed: string, stop: string, restart: string, discard: string, escalate: boolean]>([
    ['one-for-one', 'b', 'b', 'b', '', false],
    ['one-for-one', 'db', 'db', 'bd', '', false],
    ['one-for-all', 'b', 'dcba', 'abcd', '', false],
    ['one-for-all', 'abcd', 'dcba', 'abcd', '', false],
    ['rest-for-one', 'a', 'dcba', 'abcd', '', false],
    ['rest-for-one', 'b', 'dcb', 'bcd', '', false],
    ['rest-for-one', 'd', 'd', 'd', '', false],
    ['rest-for-one', 'dc', 'dc', 'cd', '', false],
    ['forfeit-one', 'b', 'b', '', 'b', false],
    ['forfeit-one', 'ca', 'ca', '', 'ac', false],
    ['forfeit-all', 'c', 'dcba', '', 'abcd', false],
    ['crash', 'c', '', '', '', true],
  ])(
    '%s, when %s crashes: stops "%s", restarts "%s", gives up "%s", escalates: %s',
    (strategy, crashed, stop, restart, discard, escalate) => {
      expect(affected(strategy, services, crashed)).toEqual({
        stop: [...stop],
        restart: [...restart],
        discard: [...discard],
        escalate,
      });
    },
  );

  it.each<Strategy>(['one-for-one', 'one-for-all', 'rest-for-one', 'forfeit-one', 'forfeit-all', 'crash'])(
    '%s does nothing about a service that is not (or no longer) supervised',
    (strategy) => {
      expect(affected(strategy, services, ['x'])).toEqual({ stop: [], restart: [], discard: [], escalate: false });
      expect(affected(strategy, services, [])).toEqual({ stop: [], restart: [], discard: [], escalate: false });
      expect(affected(strategy, [], ['a'])).toEqual({ stop: [], restart: [], discard: [], escalate: false });
    },
  );

  it('leaves the list it is given alone', () => {
    const list = Object.freeze(['a', 'b']);
    affected('one-for-all', list, ['a']).restart.push('c');
    expect(list).toEqual(['a', 'b']);
  });

  it('always stops in reverse what it restarts or gives up, with all that crashed among it', () => {
    const strategies = fc.constantFrom<Strategy>(
      'one-for-one',
      'one-for-all',
      'rest-for-one',
      'forfeit-one',
      'forfeit-all',
    );
    const crash = fc
      .uniqueArray(fc.nat(20))
      .chain((list) => fc.tuple(fc.constant(list), fc.subarray(list, { minLength: Math.min(1, list.length) })));
    fc.assert(
      fc.property(strategies, crash, (strategy, [list, crashed]) => {
        const { stop, restart, discard } = affected(strategy, list, crashed);
        expect([...stop].reverse()).toEqual([...restart, ...discard]);
        expect(stop).toEqual(expect.arrayContaining(crashed));
        expect(stop).toEqual([...list].reverse().filter((service) => stop.includes(service)));
      }),
    );
  });
});
