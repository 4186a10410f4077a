/** How near reconstructed pictures are to their images. */
import { type ImageShape, sizeOf, toBytes } from '@onnoise/scheduler/model';
import { msSsim } from './ms-ssim.ts';

/** Means over the pictures, rounded to 8 bits. */
export interface Quality {
  /** Peak signal-to-noise ratio in dB; at most 100, of equal pictures. */
  psnr: number;
  /** Multi-scale structural similarity, 0 to 1. */
  msSsim: number;
  /** What is kept of the differences between neighbours: less than 1 where pictures are soft, more where they are noisy. */
  detail: number;
}

const MOST_PSNR = 100;

/** @param pictures, images [N, C, H, W] from -1 to 1 */
export function qualityOf(pictures: Float32Array, images: Float32Array, shape: ImageShape): Quality {
  const [made, real] = [toBytes(pictures), toBytes(images)].map((bytes) => new Uint8Array(bytes.buffer));
  const size = sizeOf(shape);
  const count = images.length / size;
  const total = { psnr: 0, msSsim: 0 };
  const slopes = { made: 0, real: 0 };
  for (let i = 0; i < count; i++) {
    const [a, b] = [made!, real!].map((bytes) => bytes.subarray(i * size, (i + 1) * size)) as [Uint8Array, Uint8Array];
    total.psnr += psnr(a, b);
    total.msSsim += msSsim(a, b, shape);
    slopes.made += slopesOf(a, shape);
    slopes.real += slopesOf(b, shape);
  }
  const detail = slopes.real === 0 ? 1 : slopes.made / slopes.real; // nothing to keep of flat images
  return { psnr: total.psnr / count, msSsim: total.msSsim / count, detail };
}

function psnr(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2;
  return Math.min(MOST_PSNR, -10 * Math.log10(sum / one.length / 255 ** 2));
}

/** The sum of the absolute differences between neighbours, down and across. */
function slopesOf(pixels: Uint8Array, [channels, height, width]: ImageShape): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (c * height + y) * width + x;
        if (x + 1 < width) sum += Math.abs(pixels[at + 1]! - pixels[at]!);
        if (y + 1 < height) sum += Math.abs(pixels[at + width]! - pixels[at]!);
      }
    }
  }
  return sum;
}
