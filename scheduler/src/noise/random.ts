/**
 * Seeded streams on Philox: bits, uniforms, integers, shuffles.
 *
 * A stream is named by a seed (an integer from 0 to 2^53 - 1) and a stream number (0 to 2^32 - 1; sampling draws from
 * stream 0). Value n of a stream is a pure function of (seed, stream, n).
 */
import { checkInteger } from '../rules/rule.ts';
import { philox4x32 } from './philox.ts';

const TWO_32 = 2 ** 32;

/** Fills `out` with block `index` of a stream: four 32-bit words. */
export type BlockSource = (index: number, out: Uint32Array) => void;

/**
 * A stream of blocks of four random words.
 *
 * @throws InputError when seed is not an integer in 0..2^53 - 1 or stream not one in 0..2^32 - 1.
 */
export function philoxStream(seed: number, stream = 0): BlockSource {
  checkInteger('draw random numbers', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('draw random numbers', 'stream', stream, 0, TWO_32 - 1);
  const low = seed % TWO_32;
  const high = Math.floor(seed / TWO_32);
  return (index, out) => philox4x32(index, Math.floor(index / TWO_32), stream, 0, low, high, out);
}

/** Calls `use(word, i)` with word offset + i of a stream, for i below count. */
function eachWord(
  seed: number,
  stream: number,
  offset: number,
  count: number,
  use: (word: number, i: number) => void,
): void {
  const source = philoxStream(seed, stream);
  const words = new Uint32Array(4);
  checkInteger('draw random numbers', 'offset', offset, 0, Number.MAX_SAFE_INTEGER);
  for (let i = 0; i < count; i++) {
    const lane = (offset + i) % 4;
    if (i === 0 || lane === 0) source(Math.floor((offset + i) / 4), words);
    use(words[lane]!, i);
  }
}

/** Fills `out` with uniforms in (0, 1), never the ends: (word + 1/2) / 2^32. Float32Array may round the last ones to 1. */
export function uniform(seed: number, stream: number, offset: number, out: Float64Array | Float32Array): void {
  eachWord(seed, stream, offset, out.length, (word, i) => {
    out[i] = (word + 0.5) / TWO_32;
  });
}

/** Fills `out` with integers in 0..bound - 1. The bias of a value is below bound / 2^32. */
export function randomInts(seed: number, stream: number, offset: number, bound: number, out: Int32Array): void {
  checkInteger('draw random integers', 'bound', bound, 1, 2 ** 31);
  eachWord(seed, stream, offset, out.length, (word, i) => {
    out[i] = Math.floor((word * bound) / TWO_32);
  });
}

/** Shuffles in place (Fisher-Yates) and returns `values`. */
export function shuffle<T extends Uint32Array | Int32Array | unknown[]>(values: T, seed: number, stream: number): T {
  const list = values as unknown[];
  eachWord(seed, stream, 0, Math.max(list.length - 1, 0), (word, i) => {
    const last = list.length - 1 - i;
    const other = Math.floor((word * (last + 1)) / TWO_32);
    const kept = list[last];
    list[last] = list[other];
    list[other] = kept;
  });
  return values;
}
