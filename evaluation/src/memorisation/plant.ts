/**
 * Copies as a model may make them: training images moved, with other contrast and brightness, noise and JPEG's traces.
 * Every second one is mirrored, turned or inverted, too.
 */
import { gaussian, randomInts, shuffle, uniform } from '@onnoise/scheduler';
import sharp from 'sharp';
import type { ImageSet } from '../sets/types.ts';
import { shiftOf } from './geometry.ts';
import { newPlaces, orientationsOf } from './orientations.ts';

const CHOICE_STREAM = 0x0c0b_0000;
const SHIFT_STREAM = 0x0c0b_0001;
const LIGHT_STREAM = 0x0c0b_0002;
const NOISE_STREAM = 0x0c0b_0003;
const ORIENTATION_STREAM = 0x0c0b_0004;
/** Most change of the contrast (share) and the brightness (levels), either way; deviation of the noise, at most (levels). */
const MOST = { contrast: 0.1, brightness: 8, noise: 8 };
const JPEG_QUALITY = 85;

/** `count` changed copies of different training images, drawn by the seed; fewer if there are fewer training images. */
export async function plantCopies(training: ImageSet, count: number, seed: number): Promise<ImageSet> {
  const [channels, rows, columns] = training.shape;
  const size = channels * rows * columns;
  const order = shuffle(
    Uint32Array.from({ length: training.count }, (_, i) => i),
    seed,
    CHOICE_STREAM,
  );
  const drawn = order.subarray(0, count);
  const most = shiftOf(training.shape);
  const shifts = new Int32Array(2 * drawn.length);
  randomInts(seed, SHIFT_STREAM, 0, 2 * most + 1, shifts);
  const orientations = orientationsOf(training.shape).map((orientation) => newPlaces(orientation, training.shape));
  // Of the first half as they are, of the second inverted; 0, neither laid nor inverted, is left out.
  const laid = new Int32Array(drawn.length);
  randomInts(seed, ORIENTATION_STREAM, 0, 2 * orientations.length - 1, laid);
  const pixels = new Uint8Array(drawn.length * size);
  for (const [n, image] of drawn.entries()) {
    const [right, down] = [shifts[2 * n]! - most, shifts[2 * n + 1]! - most];
    const original = training.pixels.subarray(image * size, (image + 1) * size);
    const laying = n % 2 === 0 ? 0 : laid[n]! + 1;
    const inverted = laying >= orientations.length;
    const places = orientations[laying % orientations.length]!;
    const lying = new Uint8Array(size);
    for (let start = 0; start < size; start += rows * columns) {
      for (const [i, place] of places.entries()) {
        const level = original[start + i]!;
        lying[start + place] = inverted ? 255 - level : level;
      }
    }
    const moved = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      const [x, y] = [i % columns, Math.floor(i / columns) % rows];
      const channel = Math.floor(i / (rows * columns));
      moved[i] = lying[(channel * rows + within(y - down, rows)) * columns + within(x - right, columns)]!;
    }
    pixels.set(await worsened(moved, training.shape, { seed, n }), n * size);
  }
  return { shape: training.shape, count: drawn.length, pixels };
}

/** With other contrast and brightness, noise and JPEG's traces. @param n number of the copy: each has its own changes */
export async function worsened(
  bytes: Uint8Array,
  shape: ImageSet['shape'],
  { seed, n }: { seed: number; n: number },
): Promise<Uint8Array> {
  const light = new Float64Array(3);
  uniform(seed, LIGHT_STREAM, 3 * n, light);
  const [contrast, brightness, deviation] = [
    1 + MOST.contrast * (2 * light[0]! - 1),
    MOST.brightness * (2 * light[1]! - 1),
    MOST.noise * light[2]!,
  ];
  const noise = new Float32Array(bytes.length);
  gaussian(seed, n * bytes.length, noise, NOISE_STREAM);
  const changed = Uint8ClampedArray.from(
    bytes,
    (level, i) => 127.5 + contrast * (level - 127.5) + brightness + deviation * noise[i]!,
  );
  return throughJpeg(changed, shape);
}

const within = (at: number, extent: number): number => Math.min(Math.max(at, 0), extent - 1);

/** [C, H, W] bytes, coded and decoded; channels that are no colours one by one. */
async function throughJpeg(
  planes: Uint8ClampedArray,
  [channels, rows, columns]: ImageSet['shape'],
): Promise<Uint8Array> {
  const plane = rows * columns;
  if (channels !== 1 && channels !== 3) {
    const coded = new Uint8Array(planes.length);
    for (let from = 0; from < planes.length; from += plane) {
      coded.set(await throughJpeg(planes.subarray(from, from + plane), [1, rows, columns]), from);
    }
    return coded;
  }
  const raw = { width: columns, height: rows, channels: channels as 1 | 3 };
  const interleaved = Uint8Array.from(planes, (_, i) => planes[(i % channels) * plane + Math.floor(i / channels)]!);
  const jpeg = await sharp(interleaved, { raw })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const out = new Uint8Array(planes.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = data[(i % plane) * info.channels + Math.floor(i / plane)]!;
  }
  return out;
}
