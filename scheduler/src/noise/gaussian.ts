/**
 * Seeded unit normal noise: Philox 4x32-10 and the Box-Muller transform, in float64, rounded to float32. The same seed
 * gives the same bits in Node and in every browser. Largest value: 6.8.
 */

import { checkInteger } from '../rules/rule.ts';
import { cosSinOfWord, logOfWord } from './elementary.ts';
import { type BlockSource, philoxStream } from './random.ts';

/**
 * Fills `out` with values offset, offset + 1 ... of a stream of unit normals.
 *
 * @param seed 0 to 2^53 - 1; an image's seed names its stream.
 * @param offset in values, not in bytes or blocks.
 * @param stream 0 to 2^32 - 1, for independent uses of one seed; sampling draws from 0.
 */
export function gaussian(seed: number, offset: number, out: Float32Array, stream = 0): void {
  checkInteger('draw noise', 'offset', offset, 0, Number.MAX_SAFE_INTEGER);
  gaussianFrom(philoxStream(seed, stream), offset, out);
}

/** The same from other random words. */
export function gaussianFrom(source: BlockSource, offset: number, out: Float32Array | Float64Array): void {
  const words = new Uint32Array(4);
  const block = new Float64Array(4);
  let lane = offset % 4;
  let index = (offset - lane) / 4;
  for (let i = 0; i < out.length; index++, lane = 0) {
    source(index, words);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * logOfWord(words[pair]!));
      cosSinOfWord(words[pair + 1]!, block, pair);
      block[pair]! *= radius;
      block[pair + 1]! *= radius;
    }
    for (; lane < 4 && i < out.length; lane++, i++) out[i] = block[lane]!;
  }
}
