/**
 * A folder of pictures to prepare: 512 x 512 pixels in colour, PNG and JPEG in turn. Noise of five sizes is laid over each
 * other, the coarse ones strongest, as in photographs, so that both formats have about the bytes that photographs take.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { randomInts } from '@onnoise/scheduler';
import sharp from 'sharp';

const SIDE = 512;
/** Files differ in name only after this many: decoders keep nothing from one file to the next. */
const DISTINCT = 40;
/** Side of the noise before it is enlarged, and its weight. */
const OCTAVES = [
  [4, 1],
  [16, 0.5],
  [64, 0.25],
  [256, 0.08],
  [512, 0.03],
] as const;

/** Makes the folder unless it is there. */
export async function makePictures(folder: string, count: number): Promise<void> {
  if (existsSync(folder)) return;
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  const name = (number: number) =>
    join(temporary, `${String(number).padStart(4, '0')}.${number % 2 === 0 ? 'png' : 'jpg'}`);
  for (let number = 0; number < count; number++) {
    if (number >= DISTINCT) copyFileSync(name(number % DISTINCT), name(number));
    else await writePicture(name(number), number);
  }
  renameSync(temporary, folder);
}

async function writePicture(path: string, seed: number): Promise<void> {
  const sum = new Float32Array(SIDE * SIDE * 3);
  for (const [stream, [side, weight]] of OCTAVES.entries()) {
    const noise = new Int32Array(side * side * 3);
    randomInts(seed, stream, 0, 256, noise);
    const layer = await sharp(Uint8Array.from(noise), { raw: { width: side, height: side, channels: 3 } })
      .resize(SIDE, SIDE, { kernel: 'cubic' })
      .raw()
      .toBuffer();
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * layer[i]!;
  }
  const most = OCTAVES.reduce((total, [, weight]) => total + weight, 0);
  const pixels = Uint8Array.from(sum, (value) => value / most);
  const picture = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
  await (path.endsWith('.png') ? picture.png() : picture.jpeg({ quality: 90 })).toFile(path);
}
