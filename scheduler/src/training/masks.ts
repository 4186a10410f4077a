/**
 * The masks of a step's dropout, a pure function of (seed, step) as its other draws are: a continued run drops the same
 * values, on any engine.
 */
import type { ImageShape } from '../model/pixels.ts';
import { sizeOf } from '../model/size.ts';
import { philoxStream } from '../noise/random.ts';

/** A layer that drops values in training: the pass needs a mask of its name. */
export interface DropoutSpec {
  name: string;
  /** Share of the values that are dropped, above 0 and below 1. */
  share: number;
  /** [C, H, W] of what it drops from. */
  shape: ImageShape;
}

/** A step's input for a mask is called `dropout.` and the layer's name. */
export const MASK = 'dropout.';

/** The first layer draws from this stream, the next from the one after it. */
const FIRST_STREAM = 0x7e10_0000;
/** Values that a block of four random words decides, 16 bits each: shares are exact to 1 / 65,536. */
const PER_BLOCK = 8;

/**
 * @param step counts from 0
 * @returns a mask of 0 and 1 / (1 - share) [B, C, H, W] for each layer, by the name of its input
 */
export function drawMasks(
  seed: number,
  step: number,
  batch: number,
  dropouts: readonly DropoutSpec[],
): Record<string, Float32Array> {
  return Object.fromEntries(
    dropouts.map(({ name, share, shape }, layer) => {
      const mask = new Float32Array(batch * sizeOf(shape));
      fill(mask, share, philoxStream(seed, FIRST_STREAM + layer), step * Math.ceil(mask.length / PER_BLOCK));
      return [MASK + name, mask];
    }),
  );
}

function fill(mask: Float32Array, share: number, source: ReturnType<typeof philoxStream>, block: number): void {
  const words = new Uint32Array(4);
  const halves = new Uint16Array(words.buffer);
  const [limit, kept] = [Math.round(share * 2 ** 16), 1 / (1 - share)];
  for (let first = 0; first < mask.length; first += PER_BLOCK, block++) {
    source(block, words);
    const end = Math.min(PER_BLOCK, mask.length - first);
    for (let i = 0; i < end; i++) mask[first + i] = halves[i]! < limit ? 0 : kept;
  }
}
