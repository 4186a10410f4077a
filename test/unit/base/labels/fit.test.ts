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
function lineOf(pixels: ArrayLike<number>, [width, height]: [number, number], along: string) {
  const count = along === 'columns' ? width : height;
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = along === 'columns' ? [i, height >> 1] : [width >> 1, i];
    return pixels[y * width + x]!;
  });
}

type Shape = ImageShape & { file?: boolean };
/** Pictures of files, and of pixels that are no squares and long strips, which have no file. */
const SHAPES: Shape[] = [
  { width: 100, height: 60, file: true },
  { width: 61, height: 97, file: true },
  { width: 64, height: 64, file: true },
  { width: 100, height: 60, aspect: 0.5 },
  { width: 60, height: 60, aspect: 3 },
  { width: 900, height: 20 },
  { width: 20, height: 900, aspect: 0.7 },
];
const OTHER: [number, number][] = [[40, 32]];
const SIZES: [number, number][] = [
  [64, 64],
  [16, 16],
  [37, 23],
  [23, 90],
  [200, 150],
];

describe('labels lie where their image does', () => {
  it.each(FITS.flatMap((fit) => Object.keys(HALVES).map((along) => [fit, along] as const)))(
    '%s, across %s',
    async (fit, along) => {
      let compared = 0;
      for (const { file, ...shape } of SHAPES) {
        for (const share of [0.4, 0.5, 0.57]) {
          const half = HALVES[along]!(Math.round(share * (along === 'columns' ? shape.width : shape.height)));
          const map = mapOf(shape.width, shape.height, half);
          await writeFiles(folder, {
            'picture.png': grayPicture(shape.width, shape.height, (x, y) => 200 * half(x, y)),
          });
          for (const size of file ? SIZES : OTHER) {
            const options = optionsOf(`${size[0]}x${size[1]}`, fit);
            const picture = file
              ? (await decodeImage(join(folder, 'picture.png'), options)).pixels.filter((_, i) => i % 3 === 0)
              : (
                  await fitRaw(
                    { ...shape, pixels: map.labels.map((label) => 51_400 * label) },
                    { ...options, depth: 16 },
                  )
                ).map((level) => level / 257);
            const labels = fitLabels(map, shape, options);
            const found = edges(lineOf(picture, size, along), lineOf(labels, size, along), 100);
            if (found === undefined) continue;
            compared++;
            const { width, height, aspect = 1 } = shape;
            const plan = planFit(Math.round(width * aspect), height, { width: size[0], height: size[1] }, fit);
            const at = found.picture - displacement(plan, { width, height });
            // A label changes at the first centre behind the edge, which is at most half a pixel away.
            expect(Math.abs(at - found.labels)).toBeLessThan(0.6);
          }
        }
      }
      expect(compared).toBeGreaterThan(25);
    },
  );
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
