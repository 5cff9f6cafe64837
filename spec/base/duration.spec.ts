import { describe, expect, it } from 'vitest';
import { formatMs, toMs } from '../../lib/base/duration.js';

describe('toMs', () => {
  it.each([
    [0, 0],
    [250, 250],
    [0.5, 0.5],
    ['0s', 0],
    ['250ms', 250],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['2 days', 172_800_000],
  ])('takes %j for %d ms', (value, ms) => {
    expect(toMs(value)).toBe(ms);
  });

  it.each([
    [-1],
    [NaN],
    [Infinity],
    ['-1s'],
    ['soon'],
    [''],
    ['100'],
    ['1e3'],
    ['1s 5ms'],
    ['s'],
    ['9'.repeat(200) + 's'],
  ])('refuses %j', (value) => {
    expect(() => toMs(value)).toThrow(TypeError);
  });

  it.each([[undefined], [null], [true], [{}], [10n], [Symbol('s')], [Object.create(null)]])(
    'refuses what is no duration at all: %o',
    (value) => {
      expect(() => toMs(value as number)).toThrow(TypeError);
    },
  );

  it('shows the value, what it was for and the remedy', () => {
    expect(() => toMs('soon', 'The interval of @timer')).toThrow(
      "The interval of @timer cannot be 'soon'\n  → Give a finite",
    );
    expect(() => toMs('100')).toThrow("A duration cannot be '100'");
    expect(() => toMs(NaN)).toThrow('A duration cannot be NaN');
    expect(() => toMs(-5)).toThrow('A duration cannot be -5');
  });
});

describe('formatMs', () => {
  it.each([
    [0, '0ms'],
    [0.42, '0.4ms'],
    [9.96, '10ms'],
    [250, '250ms'],
    [999.4, '999ms'],
    [999.7, '1s'],
    [1500, '1.5s'],
    [1234.5, '1.23s'],
    [59_994, '59.99s'],
    [59_999, '1m'],
    [100_000, '1m 40s'],
    [7_500_000, '2h 5m'],
    [3_605_000, '1h'],
    [273_600_000, '3d 4h'],
    [-1500, '-1.5s'],
    [Infinity, 'Infinity'],
  ])('says %d as %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});
