import { describe, expect, test } from 'vitest';
import { apart, distance, type Stop, some } from '#site/views/learn/sampling/pair/apart.ts';
import {
  CHOICES,
  DIFFERENCES,
  formatSettings,
  readSettings,
  type Settings,
  STANDARD,
  secondOf,
} from '#site/views/learn/sampling/pair/settings.ts';

const queryOf = (settings: Settings) =>
  new URLSearchParams(Object.entries(formatSettings(settings)).map(([name, value]) => [name, String(value)]));

describe('two samplings in the address', () => {
  test('come back as they were, whatever they differ in', () => {
    expect(formatSettings(STANDARD)).toEqual({});
    for (const differs of DIFFERENCES) {
      for (const value of CHOICES[differs]) {
        const settings = {
          ...STANDARD,
          differs,
          one: { ...STANDARD.one, guidance: 2 },
          other: { ...STANDARD.other, [differs]: value },
          digit: 0,
          seed: 12345678901,
        };
        expect(readSettings(queryOf(settings))).toEqual({ settings, aside: [] });
      }
    }
  });

  test('differ in the one setting alone', () => {
    for (const differs of DIFFERENCES) {
      const second = secondOf({ ...STANDARD, differs });
      expect(DIFFERENCES.filter((key) => second[key] !== STANDARD.one[key])).toEqual([differs]);
    }
  });

  test('leave aside what is not possible, by name', () => {
    const { settings, aside } = readSettings(new URLSearchParams('differs=seed&steps=0&seed=-1&digit=x&other=ddpm'));
    expect(settings).toEqual(STANDARD);
    expect(aside.sort()).toEqual(['differs=seed', 'digit=x', 'other=ddpm', 'seed=-1', 'steps=0']);
  });
});

describe('how far two ways are apart', () => {
  const stop = (timestep: number, value: number): Stop => ({
    timestep,
    x: Float32Array.of(0, 0),
    x0: Float32Array.of(value, -value),
  });

  test('is told at every step of either, by the guess that each holds then', () => {
    const one = [stop(999, 0), stop(499, 0.5)];
    const other = [stop(999, 0), stop(749, 1), stop(499, 1), stop(249, 0.25)];
    expect(apart(one, other, 1000)).toEqual([
      [0, 0],
      [0.25, 1],
      [0.5, 0.5],
      [0.75, 0.25],
    ]);
    expect(apart([], other, 1000)).toEqual([]);
    expect(distance(Float32Array.of(1, 1), Float32Array.of(-1, -1))).toBe(2);
  });

  test('some stops are spread evenly, and the last is one of them', () => {
    const stops = Array.from({ length: 50 }, (_, i) => i + 1);
    expect(some(stops, 5)).toEqual([10, 20, 30, 40, 50]);
    expect(some([1, 2], 6)).toEqual([1, 2]);
    expect(some(stops, 6).at(-1)).toBe(50);
  });
});
