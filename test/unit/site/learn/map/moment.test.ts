import { describe, expect, test } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { along, broken, TALL, WIDE } from '#site/views/learn/map/layout.ts';
import { type Moment, type Packet, samplingAt, stillAt, trainingAt } from '#site/views/learn/map/moment.ts';

const [LESSONS, FRAMES, STEPS] = [4, 6, 10];
/** Every tenth of a second of a few rounds. */
const SECONDS = Array.from({ length: 600 }, (_, i) => i / 10);

/** The lines in the order in which pictures take them. */
const linesOf = (moments: readonly Moment[]) => {
  const lines = moments.flatMap(({ packets }) => packets.map(({ line }) => line));
  return lines.filter((line, i) => lines.indexOf(line) === i);
};

describe('what moves', () => {
  test('in training goes once round algorithm 1, and through the digits in turn', () => {
    const moments = SECONDS.slice(0, 80).map((seconds) => trainingAt(seconds, LESSONS, FRAMES));
    expect(linesOf(moments)).toEqual([
      'data-noise',
      'noise-noisy',
      'noisy-network',
      'network-guess',
      'epsilon-loss',
      'guess-loss',
      'loss-network',
    ]);
    const digits = new Set(SECONDS.map((seconds) => trainingAt(seconds, LESSONS, FRAMES).index));
    expect([...digits]).toEqual([0, 1, 2, 3]);
  });

  test('in sampling takes every step, and ends with the picture', () => {
    const moments = SECONDS.map((seconds) => samplingAt(seconds, STEPS));
    expect([...new Set(moments.map(({ index }) => index))]).toEqual(Array.from({ length: STEPS }, (_, i) => i));
    expect(linesOf(moments)).toEqual(['start-x', 'x-network', 'network-picture', 'picture-step', 'step-x', 'step-end']);
    const ends = moments.flatMap(({ packets, index }) => packets.map((packet) => ({ ...packet, at: index })));
    expect(ends.filter(({ picture }) => picture === 'end').every(({ at }) => at === STEPS - 1)).toBe(true);
  });

  test('stays on its line, and the network is never empty and full at once', () => {
    const all = SECONDS.flatMap((s) => [trainingAt(s, LESSONS, FRAMES), samplingAt(s, STEPS)]);
    for (const { packets, inside } of all) {
      for (const { share } of packets) expect(share >= 0 && share <= 1).toBe(true);
      const near = ({ line }: Packet) => line === 'noisy-network' || line === 'x-network';
      if (inside !== null) expect(packets.some(near)).toBe(false);
    }
  });

  test('stands still with every picture in its place', () => {
    const { training, sampling } = stillAt(LESSONS, STEPS);
    for (const { packets, there } of [training, sampling]) {
      expect(packets).toEqual([]);
      expect(Object.values(there)).toEqual([true, true, true]);
    }
  });
});

describe.each([
  ['wide', WIDE],
  ['tall', TALL],
])('the %s layout', (_, { size, parts, tiles, tile }) => {
  const [width, height] = size;

  test('has a part for each chapter, inside the drawing, none over another', () => {
    expect(Object.keys(parts).sort()).toEqual(CHAPTERS.map(({ id }) => id).sort());
    const boxes = Object.entries(parts);
    for (const [name, [x, y, w, h]] of boxes) {
      expect(x >= 0 && y >= 0 && x + w <= width && y + h <= height, name).toBe(true);
      for (const [other, [a, b, c, d]] of boxes) {
        if (other <= name) continue;
        const apart = x + w <= a || a + c <= x || y + h <= b || b + d <= y;
        expect(apart, `${name} and ${other}`).toBe(true);
      }
    }
  });

  test('keeps every picture inside the drawing', () => {
    for (const [name, [x, y]] of Object.entries(tiles)) {
      const half = name === 'epsilon' || name === 'end' ? tile / 3 : tile / 2;
      expect(x - half >= 0 && x + half <= width && y - half >= 0 && y + half <= height, name).toBe(true);
    }
  });
});

test('along goes round corners by length', () => {
  const line = [
    [0, 0],
    [3, 0],
    [3, 1],
  ] as const;
  expect(along(line, 0)).toEqual([0, 0]);
  expect(along(line, 0.75)).toEqual([3, 0]);
  expect(along(line, 0.875)).toEqual([3, 0.5]);
  expect(along(line, 1)).toEqual([3, 1]);
});

test('broken keeps words whole', () => {
  expect(broken('From noise to a picture', 15)).toEqual(['From noise to a', 'picture']);
  expect(broken('Incomprehensible', 4)).toEqual(['Incomprehensible']);
});
