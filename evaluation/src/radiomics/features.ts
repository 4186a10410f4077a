/**
 * Radiomics features of a gray picture, as frd-score 1.0.1 takes them by default (`v1`, 2D) from pyradiomics (commit 8ed5793): values
 * brought to a deviation of 100, a grid of twice the pixel's size, bins of 5; of the picture and of its four wavelet images first
 * order, GLCM, GLRLM, GLSZM and NGTDM; and the 13 numbers of its "diagnostics". 398 in all. The Laplacians of Gaussian that its
 * settings name need four slices, so of a plane there are none.
 */
import { firstOrder } from './first-order.ts';
import { glcm } from './glcm.ts';
import { glrlm } from './glrlm.ts';
import { glszm } from './glszm.ts';
import { ngtdm } from './ngtdm.ts';
import { type Box, boxOf, crop, levelsOf, type Region } from './region.ts';
import { resample } from './resample.ts';
import { wavelets } from './wavelet.ts';

const SCALE = 100;
const BIN_WIDTH = 5;
const SHIFT = 300;
/** Of a pixel, once the grid is twice as wide. */
const AREA = 4;

export interface RadiomicsImage {
  height: number;
  width: number;
  /** [H, W] uint8. */
  pixels: Uint8Array;
  /** [H, W]: what counts is not 0. Default: all but the first pixel, as frd-score has it. */
  mask?: Uint8Array | undefined;
}

/**
 * By pyradiomics' names, in its order.
 * @returns undefined where too little counts: at most one pixel, or none in a row or column of the new grid
 */
export function radiomicsOf({ height, width, pixels, mask }: RadiomicsImage): Record<string, number> | undefined {
  const own = mask ? mask.map((value) => (value === 0 ? 0 : 1)) : new Uint8Array(height * width).fill(1, 1);
  if (own.reduce((sum, value) => sum + value, 0) <= 1) return undefined;
  const original: Region = { height, width, values: Float64Array.from(pixels), mask: own };
  const normal = { ...original, values: normalized(original.values) };
  const region = resample(normal);
  const box = region && boxOf(region);
  if (region === undefined || box === undefined || box.top === box.bottom || box.left === box.right) return undefined;
  return {
    ...diagnostics(original, region),
    ...familiesOf(region, box, ''),
    ...Object.assign(
      {},
      ...wavelets(region).map(([name, image]) => familiesOf({ ...image, mask: region.mask }, box, `wavelet-${name}_`)),
    ),
  };
}

function familiesOf(region: Region, box: Box, prefix: string): Record<string, number> {
  const cut = crop(region, box);
  const levels = levelsOf(cut, BIN_WIDTH);
  const families = {
    firstorder: firstOrder(cut, levels, { shift: SHIFT, area: AREA }),
    glcm: glcm(levels),
    glrlm: glrlm(levels),
    glszm: glszm(levels),
    ngtdm: ngtdm(levels),
  };
  return Object.fromEntries(
    Object.entries(families).flatMap(([family, features]) =>
      Object.entries(features).map(([name, value]) => [`${prefix}${family}_${name}`, value]),
    ),
  );
}

/** As SimpleITK's filter: by the deviation of a sample. */
function normalized(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return values.map((value) => (SCALE * (value - mean)) / Math.sqrt(variance));
}

function diagnostics(original: Region, region: Region): Record<string, number> {
  const image = statistics(original.values);
  const [all, inside] = [region.values, region.values.filter((_, i) => region.mask[i] === 1)].map(statistics);
  const named = (name: string, { mean, least, most }: ReturnType<typeof statistics>) => ({
    [`diagnostics_${name}_Mean`]: mean,
    [`diagnostics_${name}_Minimum`]: least,
    [`diagnostics_${name}_Maximum`]: most,
  });
  const counted = (name: string, { mask, ...of }: Region) => ({
    [`diagnostics_${name}_VoxelNum`]: mask.reduce((sum, value) => sum + value, 0),
    [`diagnostics_${name}_VolumeNum`]: parts({ mask, ...of }),
  });
  return {
    ...named('Image-original', image),
    ...counted('Mask-original', original),
    ...named('Image-interpolated', all!),
    ...counted('Mask-interpolated', region),
    ...named('Mask-interpolated', inside!),
  };
}

function statistics(values: Float64Array) {
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { mean: sum / values.length, least, most };
}

/** Of the mask, that hang together by sides. */
function parts({ height, width, mask }: Region): number {
  const left = mask.slice();
  let found = 0;
  for (let start = 0; start < left.length; start++) {
    if (left[start] !== 1) continue;
    found++;
    const part = [start];
    left[start] = 0;
    for (let i = 0; i < part.length; i++) {
      const [y, x] = [Math.floor(part[i]! / width), part[i]! % width];
      for (const [r, c] of [
        [y - 1, x],
        [y + 1, x],
        [y, x - 1],
        [y, x + 1],
      ] as const) {
        if (r < 0 || c < 0 || r >= height || c >= width || left[r * width + c] !== 1) continue;
        left[r * width + c] = 0;
        part.push(r * width + c);
      }
    }
  }
  return found;
}
