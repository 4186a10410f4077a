/** Where everything is in the overview: side by side on wide screens, from top to bottom on narrow ones. */
import type { ChapterId } from '../chapters.ts';
import type { Line } from './moment.ts';

export type Point = readonly [x: number, y: number];
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface Layout {
  /** Of the drawing. */
  size: Point;
  /** Side of a picture. */
  tile: number;
  /** The part of each chapter, which is its link. */
  parts: Readonly<Record<ChapterId, Box>>;
  /** Middles of the pictures that stay. */
  tiles: Readonly<Record<'real' | 'epsilon' | 'noisy' | 'guess' | 'start' | 'x' | 'x0' | 'end', Point>>;
  /** Where their names stand. */
  names: Readonly<
    Record<
      'epsilon' | 'noisy' | 'guess' | 'start' | 'x' | 'x0',
      readonly [x: number, y: number, anchor: 'start' | 'middle' | 'end']
    >
  >;
  /** Side of the last one. */
  end: number;
  /** Where a picture and its noise are added up. */
  plus: Point;
  lines: Readonly<Record<Line, readonly Point[]>>;
  /** The network's layers. */
  layers: readonly Box[];
  /** Names of the two ways, at their beginnings. */
  titles: readonly [training: Point, sampling: Point];
  /** Middle of the two curves, one of which is better. */
  curve: Point;
  /** Of what stands in a part, from its top. */
  middle: number;
  /** The network's name, below its layers. */
  under: number;
}

/** Shares of the network's height. */
const HEIGHTS = [1, 0.76, 0.54, 0.36, 0.54, 0.76, 1];

export const WIDE: Layout = {
  size: [1000, 452],
  tile: 64,
  parts: {
    why: [4, 222, 196, 38],
    data: [4, 82, 132, 124],
    destroy: [150, 6, 130, 200],
    network: [420, 72, 140, 346],
    guess: [575, 82, 120, 124],
    learning: [735, 82, 140, 124],
    improve: [896, 82, 100, 124],
    sampling: [735, 270, 140, 124],
    game: [896, 270, 100, 136],
  },
  tiles: {
    real: [70, 128],
    epsilon: [215, 44],
    noisy: [345, 128],
    guess: [635, 128],
    start: [70, 316],
    x: [345, 316],
    x0: [635, 316],
    end: [946, 316],
  },
  names: {
    epsilon: [182, 49, 'end'],
    noisy: [345, 88, 'middle'],
    guess: [635, 90, 'middle'],
    start: [70, 366, 'middle'],
    x: [345, 276, 'middle'],
    x0: [635, 276, 'middle'],
  },
  end: 64,
  plus: [215, 128],
  lines: {
    'data-noise': [
      [110, 128],
      [203, 128],
    ],
    'noise-noisy': [
      [227, 128],
      [313, 128],
    ],
    'noisy-network': [
      [377, 128],
      [432, 128],
    ],
    'network-guess': [
      [548, 128],
      [603, 128],
    ],
    'guess-loss': [
      [667, 128],
      [748, 128],
    ],
    'epsilon-loss': [
      [240, 44],
      [805, 44],
      [805, 100],
    ],
    'loss-network': [
      [805, 206],
      [805, 234],
      [560, 234],
    ],
    'start-x': [
      [102, 316],
      [313, 316],
    ],
    'x-network': [
      [377, 316],
      [432, 316],
    ],
    'network-picture': [
      [548, 316],
      [603, 316],
    ],
    'picture-step': [
      [667, 316],
      [748, 316],
    ],
    'step-x': [
      [805, 394],
      [805, 440],
      [345, 440],
      [345, 348],
    ],
    'step-end': [
      [862, 316],
      [914, 316],
    ],
  },
  layers: HEIGHTS.map((share, i) => [435 + i * 16.2, 222 - 135 * share, 12, 270 * share] as const),
  titles: [
    [4, 62],
    [4, 275],
  ],
  curve: [946, 128],
  middle: 51,
  under: 404,
};

export const TALL: Layout = {
  size: [340, 952],
  tile: 56,
  parts: {
    why: [4, 4, 332, 36],
    data: [38, 78, 124, 110],
    destroy: [4, 216, 158, 104],
    network: [30, 448, 280, 150],
    guess: [38, 620, 124, 104],
    learning: [28, 744, 134, 84],
    improve: [28, 852, 134, 92],
    sampling: [180, 744, 136, 84],
    game: [180, 852, 156, 92],
  },
  tiles: {
    real: [98, 114],
    epsilon: [46, 258],
    noisy: [100, 390],
    guess: [100, 658],
    start: [248, 114],
    x: [248, 390],
    x0: [248, 658],
    end: [258, 884],
  },
  names: {
    epsilon: [46, 232, 'middle'],
    noisy: [134, 394, 'start'],
    guess: [134, 662, 'start'],
    start: [248, 80, 'middle'],
    x: [256, 352, 'start'],
    x0: [282, 662, 'start'],
  },
  end: 48,
  plus: [112, 258],
  lines: {
    'data-noise': [
      [112, 188],
      [112, 246],
    ],
    'noise-noisy': [
      [112, 320],
      [112, 362],
    ],
    'noisy-network': [
      [100, 418],
      [100, 460],
    ],
    'network-guess': [
      [100, 598],
      [100, 630],
    ],
    'guess-loss': [
      [100, 724],
      [100, 754],
    ],
    'epsilon-loss': [
      [24, 258],
      [13, 258],
      [13, 786],
      [42, 786],
    ],
    'loss-network': [
      [162, 786],
      [171, 786],
      [171, 598],
    ],
    'start-x': [
      [248, 142],
      [248, 362],
    ],
    'x-network': [
      [248, 418],
      [248, 460],
    ],
    'network-picture': [
      [248, 598],
      [248, 630],
    ],
    'picture-step': [
      [248, 686],
      [248, 754],
    ],
    'step-x': [
      [316, 786],
      [329, 786],
      [329, 390],
      [276, 390],
    ],
    'step-end': [
      [258, 828],
      [258, 860],
    ],
  },
  layers: HEIGHTS.map((share, i) => [170 - 120 * share, 462 + i * 13.4, 240 * share, 10] as const),
  titles: [
    [38, 66],
    [216, 60],
  ],
  curve: [95, 888],
  middle: 34,
  under: 582,
};

/** The place at a share of a line's length. */
export function along(line: readonly Point[], share: number): Point {
  const lengths = line.slice(1).map(([x, y], i) => Math.hypot(x - line[i]![0], y - line[i]![1]));
  let left = share * lengths.reduce((a, b) => a + b, 0);
  for (const [i, length] of lengths.entries()) {
    const [from, to] = [line[i]!, line[i + 1]!];
    if (left <= length || i === lengths.length - 1) {
      const part = length === 0 ? 0 : Math.min(1, left / length);
      return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])];
    }
    left -= length;
  }
  return line[0]!;
}

/** A title in lines of at most so many letters, broken between words. */
export function broken(title: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
