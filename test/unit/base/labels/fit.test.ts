import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitLabels, type ImageShape, needsResize } from '#base/labels/fit.ts';
import { decodeImage } from '#base/pictures/decode.ts';
import { planFit } from '#base/pictures/fit.ts';
import { fitRaw } from '#base/pictures/raw-picture.ts';
import { FITS, type Fit, type ImageOptions } from '#base/pictures/types.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';

const folder = temporaryFolder();
const optionsOf = (size: ImageOptions['size'], fit: Fit): ImageOptions => ({ size, fit, background: 'black' });

/** A map of `width` x `height` whose labels a function gives. */
function mapOf(width: number, height: number, label: (x: number, y: number) => number) {
  const labels = Uint16Array.from({ length: width * height }, (_, i) => label(i % width, Math.floor(i / width)));
  return { width, height, labels };
}

/** One label from a column, or a row, on. */
const HALVES: Record<string, (edge: number) => (x: number, y: number) => number> = {
  columns: (edge) => (x) => Number(x >= edge),
  rows: (edge) => (_, y) => Number(y >= edge),
};

/**
 * Where a picture that is dark and then bright along a line is in the middle of both, in pixels from its beginning, and where
 * the labels of the same line change. Undefined where the edge was cut away.
 */
function edges(levels: readonly number[], labels: readonly number[], middle: number) {
  const at = levels.findIndex((level, i) => i > 0 && level >= middle && levels[i - 1]! < middle);
  const changed = labels.findIndex((label, i) => i > 0 && label === 1 && labels[i - 1] === 0);
  if (at < 4 || at > levels.length - 5) return undefined;
  const [before, after] = [levels[at - 1]!, levels[at]!];
  return { picture: at - 0.5 + (middle - before) / (after - before), labels: changed };
}

/**
 * libvips lays a picture that it enlarges along any side half a pixel of the result further to the right and down: vips_resize
 * displaces its input by half a pixel (resize.c, 8.18), and not its output back.
 */
const displacement = (plan: { width: number; height: number }, { width, height }: { width: number; height: number }) =>
  plan.width > width || plan.height > height ? 0.5 : 0;

/** The line through the middle. */
function lineOf(pixels: ArrayLike<number>, [width, height]: [number, number], along: string, channels: number) {
  const count = along === 'columns' ? width : height;
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = along === 'columns' ? [i, height >> 1] : [width >> 1, i];
    return pixels[channels * (y * width + x)]!;
  });
}

describe('labels lie where their image does', () => {
  const sizes: [number, number][] = [
    [64, 64],
    [16, 16],
    [37, 23],
    [23, 90],
    [200, 150],
  ];
  const cases = FITS.flatMap((fit) => Object.keys(HALVES).map((along) => [fit, along] as const));

  it.each(cases)('%s, across %s', async (fit, along) => {
    let compared = 0;
    let farthest = 0;
    for (const [width, height] of [
      [100, 60],
      [61, 97],
      [64, 64],
    ] as const) {
      for (const share of [0.4, 0.5, 0.57]) {
        const half = HALVES[along]!(Math.round(share * (along === 'columns' ? width : height)));
        const path = join(folder, 'picture.png');
        await writeFiles(folder, { 'picture.png': grayPicture(width, height, (x, y) => 200 * half(x, y)) });
        for (const size of sizes) {
          const options = optionsOf(`${size[0]}x${size[1]}`, fit);
          const { pixels } = await decodeImage(path, options);
          const labels = fitLabels(mapOf(width, height, half), { width, height }, options);
          const found = edges(lineOf(pixels, size, along, 3), lineOf(labels, size, along, 1), 100);
          if (found === undefined) continue;
          compared++;
          const plan = planFit(width, height, { width: size[0], height: size[1] }, fit);
          const at = found.picture - displacement(plan, { width, height });
          farthest = Math.max(farthest, Math.abs(at - found.labels));
        }
      }
    }
    expect(compared).toBeGreaterThan(15);
    // A label changes at the first centre behind the edge, which is at most half a pixel away.
    expect(farthest).toBeLessThan(0.6);
  });

  it('of any form, where all around a pixel are alike', async () => {
    const disc = (x: number, y: number) => Number(Math.hypot(x - 47, y - 28) < 21) + Number(Math.abs(x - 70) < 9);
    await writeFiles(folder, { 'disc.png': grayPicture(100, 60, (x, y) => 100 * disc(x, y)) });
    for (const fit of FITS) {
      for (const [width, height] of sizes) {
        const options = optionsOf(`${width}x${height}`, fit);
        const { pixels } = await decodeImage(join(folder, 'disc.png'), options);
        const labels = fitLabels(mapOf(100, 60, disc), { width: 100, height: 60 }, options);
        // As far as a filter sees.
        const plan = planFit(100, 60, { width, height }, fit);
        const reach = 1 + Math.ceil(Math.max(plan.width / 100, plan.height / 60));
        const steps = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
        let compared = 0;
        const wrong = [...labels].filter((label, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          const inside = x >= reach && y >= reach && x < width - reach && y < height - reach;
          const around = steps.flatMap((down) => steps.map((across) => labels[i + down * width + across]));
          if (!inside || around.some((other) => other !== label)) return false;
          compared++;
          return Math.abs(pixels[3 * i]! - 100 * label) > 40;
        });
        expect(compared).toBeGreaterThan(5);
        expect(wrong).toEqual([]);
      }
    }
  });

  it('with pixels that are no squares, and in the middle of a long strip', async () => {
    const shapes: ImageShape[] = [
      { width: 100, height: 60, aspect: 0.5 },
      { width: 60, height: 60, aspect: 3 },
      { width: 900, height: 20 },
      { width: 20, height: 900, aspect: 0.7 },
    ];
    let compared = 0;
    for (const shape of shapes) {
      for (const [along, halves] of Object.entries(HALVES)) {
        const half = halves(Math.round(0.5 * (along === 'columns' ? shape.width : shape.height)) + 1);
        const { labels } = mapOf(shape.width, shape.height, half);
        const pixels = Uint16Array.from(labels, (label) => 60_000 * label);
        for (const fit of FITS) {
          const options = { ...optionsOf('40x32', fit), depth: 16 } as const;
          const picture = await fitRaw({ ...shape, pixels }, options);
          const fitted = fitLabels({ ...shape, labels }, shape, options);
          const found = edges(lineOf(picture, [40, 32], along, 1), lineOf(fitted, [40, 32], along, 1), 30_000);
          if (found === undefined) continue;
          compared++;
          const { width, height, aspect = 1 } = shape;
          const plan = planFit(Math.round(width * aspect), height, { width: 40, height: 32 }, fit);
          const at = found.picture - displacement(plan, { width, height });
          expect(Math.abs(at - found.labels)).toBeLessThan(0.6);
        }
      }
    }
    expect(compared).toBeGreaterThan(12);
  });
});

describe('a label map', () => {
  it('of its size stays as it is, and has 0 in the border', () => {
    const map = mapOf(3, 2, (x, y) => 1000 * x + y + 1);
    const image = { width: 3, height: 2 };
    expect(fitLabels(map, image, { size: '3x2', fit: 'crop' })).toEqual(map.labels);
    expect([...fitLabels(map, image, { size: '3x4', fit: 'pad' })]).toEqual([
      ...[0, 0, 0, 1, 1001, 2001],
      ...[2, 1002, 2002, 0, 0, 0],
    ]);
  });

  it('takes the label under the centre of a pixel, and of two the right or lower one', () => {
    const map = mapOf(4, 4, (x, y) => 10 * y + x);
    const image = { width: 4, height: 4 };
    expect([...fitLabels(map, image, { size: 2, fit: 'stretch' })]).toEqual([11, 13, 31, 33]);
    expect([...fitLabels(map, image, { size: '8x1', fit: 'stretch' })]).toEqual([20, 20, 21, 21, 22, 22, 23, 23]);
  });

  it('of another size is laid onto its image first', () => {
    const half = mapOf(50, 30, (x) => Number(x >= 25));
    expect(needsResize(half, { width: 100, height: 60 })).toBe(true);
    const whole = mapOf(100, 60, (x) => Number(x >= 50));
    for (const fit of FITS) {
      const options = { size: '37x41', fit } as const;
      const image = { width: 100, height: 60 };
      expect(fitLabels(half, image, options)).toEqual(fitLabels(whole, image, options));
    }
  });

  it.each([
    [30, 40, 64, 64],
    [64, 63, 128, 128],
    [1, 2, 64, 64],
    [60, 100, 100, 60],
  ])('of other proportions is refused: %d x %d for %d x %d', (width, height, wide, high) => {
    expect(() => needsResize({ width, height }, { width: wide, height: high })).toThrow(
      `it is ${width} x ${height} pixels, and its image ${wide} x ${high}`,
    );
  });

  it('may have rounded sides', () => {
    expect(needsResize({ width: 166, height: 250 }, { width: 333, height: 500 })).toBe(true);
    expect(needsResize({ width: 167, height: 250 }, { width: 333, height: 500 })).toBe(true);
    expect(needsResize({ width: 333, height: 500 }, { width: 333, height: 500 })).toBe(false);
  });
});
