/**
 * The latents of a set of images, made once: `<cacheDir>/latents-<key>/data.bin`, for each image the means of its latents and the
 * logarithms of their variances, [2 Z, h, w], in half precision, and `index.json`. A folder gets its name only when it is complete.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireSpace, temporaryName } from '@onnoise/base/files';
import { gaussian } from '@onnoise/scheduler';
import { type ImageShape, NO_VARIANCE, narrowHalf, scaled, sizeOf, widenHalf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type Dataset, type LatentDraw, type Latents, readTold } from '../data/index.ts';
import { type Autoencoder, latentShape, openAutoencoder } from './read.ts';

/** Part of every key: a higher number retires all older caches. */
const FORMAT = 1;
/** Images per call of the encoder. */
const BATCH = 8;
/** Noise of latents has its own stream, apart from that of training and sampling. */
const STREAM = 0x7e00_0040;

interface Index {
  format: number;
  count: number;
  shape: ImageShape;
  /** SHA-256 (hex) of data.bin. */
  hash: string;
}

export interface EncodeOptions {
  cacheDir: string;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The set with its latents in place of its pixels, made now unless an earlier run did. Closing it closes their file, not the set.
 * @throws InputError for latents that are NaN or infinite
 */
export async function withLatents(
  dataset: Dataset,
  autoencoder: Autoencoder,
  options: EncodeOptions,
): Promise<Dataset> {
  const { height, width, count } = dataset;
  const shape = latentShape(autoencoder, [height, width]);
  const key = createHash('sha256')
    .update(JSON.stringify([FORMAT, dataset.hash, autoencoder.hash]))
    .digest('hex');
  const folder = join(options.cacheDir, `latents-${key.slice(0, 32)}`);
  if (!(await isWhole(folder, shape, count))) await encode(folder, dataset, autoencoder, shape, options);
  const file = await open(join(folder, 'data.bin'));
  return {
    ...dataset,
    latents: latentsOf(file, shape, autoencoder),
    close: () => void file.close(),
  };
}

async function isWhole(folder: string, shape: ImageShape, count: number): Promise<boolean> {
  try {
    const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as Index;
    const data = join(folder, 'data.bin');
    if (index.format !== FORMAT || index.count !== count || index.shape.join() !== shape.join()) return false;
    if ((await stat(data)).size !== bytesOf(shape) * count) return false;
    return (
      createHash('sha256')
        .update(await readFile(data))
        .digest('hex') === index.hash
    );
  } catch {
    return false; // made again
  }
}

/** Of an image. */
const bytesOf = (shape: ImageShape) => 2 * 2 * sizeOf(shape);

async function encode(
  folder: string,
  dataset: Dataset,
  autoencoder: Autoencoder,
  shape: ImageShape,
  { cacheDir, onProgress, signal }: EncodeOptions,
): Promise<void> {
  const { count, channels, height, width } = dataset;
  await requireSpace(cacheDir, bytesOf(shape) * count, `write the latents of ${count} images in ${cacheDir}`);
  const temporary = temporaryName(folder);
  await mkdir(temporary, { recursive: true });
  const coder = openAutoencoder(autoencoder, [channels, height, width]);
  const sha = createHash('sha256');
  const size = sizeOf(shape);
  try {
    const file = await open(join(temporary, 'data.bin'), 'w');
    try {
      for (let first = 0; first < count; first += BATCH) {
        signal?.throwIfAborted();
        const numbers = Uint32Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
        const { mean, logVariance } = await coder.encode((await readTold(dataset, numbers)).images);
        const bad = [mean, logVariance]
          .map((values) => values.findIndex((value) => !Number.isFinite(value)))
          .find((i) => i >= 0);
        if (bad !== undefined) {
          throw new InputError(
            `Cannot encode ${dataset.name}: latents must be finite, those of image ${first + Math.floor(bad / size) + 1} are not. The autoencoder ${autoencoder.name} is broken.`,
          );
        }
        for (const i of numbers.keys()) {
          for (const values of [mean, logVariance]) {
            const bits = narrowHalf(values.subarray(i * size, (i + 1) * size));
            const bytes = new Uint8Array(bits.buffer);
            sha.update(bytes);
            await file.write(bytes);
          }
        }
        onProgress?.(first + numbers.length, count);
      }
    } finally {
      await file.close();
    }
    const index: Index = { format: FORMAT, count, shape, hash: sha.digest('hex') };
    await writeFile(join(temporary, 'index.json'), JSON.stringify(index));
    if (existsSync(folder)) await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await coder.dispose();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Reads latents as the network learns them: about 1 wide or less, by the autoencoder's scale. */
function latentsOf(
  file: FileHandle,
  shape: ImageShape,
  scale: Pick<Autoencoder, 'scaling' | 'shift' | 'stride'>,
): Latents {
  const size = sizeOf(shape);
  const bytes = bytesOf(shape);
  return {
    shape,
    stride: scale.stride,
    async read(numbers, draw) {
      const values = new Float32Array(numbers.length * size);
      const bits = new Uint16Array(2 * size);
      for (let i = 0; i < numbers.length; i++) {
        await file.read(new Uint8Array(bits.buffer), 0, bytes, numbers[i]! * bytes);
        const moments = widenHalf(bits);
        const own = values.subarray(i * size, (i + 1) * size);
        own.set(moments.subarray(0, size));
        if (draw) addNoise(own, moments.subarray(size), draw, i);
      }
      return scaled(values, scale);
    },
  };
}

/** Draws from the distribution, where there is one; the place of the image in the run decides the noise. */
function addNoise(mean: Float32Array, logVariance: Float32Array, { seed, place }: LatentDraw, i: number): void {
  const noise = new Float32Array(mean.length);
  gaussian(seed, (place + i) * noise.length, noise, STREAM);
  for (let k = 0; k < mean.length; k++) {
    if (logVariance[k]! > NO_VARIANCE) mean[k]! += noise[k]! * Math.exp(logVariance[k]! / 2);
  }
}
