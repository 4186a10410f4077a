/**
 * Philox 4x32-10 as ONNX nodes: the blocks of `philoxStream` (stream 0), for many seeds at once.
 *
 * Words are int64, 0 to 2^32 - 1, and no product passes 2^49, so that nothing depends on how overflow is handled. The two
 * products of a round are made as one: even holds the words 0 and 2 of all blocks, odd the words 1 and 3. The new word 0
 * comes from word 2 and the other way round, so even is swapped first.
 */
import type { Sketch } from './sketch.ts';

const WORD = 2 ** 32;
const HALF = 2 ** 16;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** Words of blocks: the first two, and the last two. */
export interface PhiloxWords {
  /** Words 0 and 2, int64 [2, N, blocks]. */
  even: string;
  /** Words 1 and 3, int64 [2, N, blocks]. */
  odd: string;
}

/**
 * @param seed int64 [N], 0 to 2^53 - 1
 * @param index int64 [blocks], which blocks of each seed's stream
 */
export function drawPhilox(s: Sketch, seed: string, index: string): PhiloxWords {
  const split = (value: string, label: string, dims: number[]) => {
    const high = s.op('Div', [value, s.whole([WORD], [])]);
    const low = s.op('Sub', [value, s.op('Mul', [high, s.whole([WORD], [])])]);
    const shape = s.whole([1, ...dims]);
    return s.op('Concat', [s.op('Reshape', [low, shape]), s.op('Reshape', [high, shape])], { axis: { int: 0 } }, label);
  };
  let key = split(seed, 'key', [-1, 1]); // [2, N, 1]
  const counter = split(index, 'counter', [1, -1]); // [2, 1, blocks]: words 0 and 1
  const pair = (word: number) => {
    const [zero, one] = [s.whole([word]), s.whole([word + 1])];
    return s.op('Slice', [counter, zero, one, s.whole([0])]); // [1, 1, blocks]
  };
  // words 2 and 3 are 0: the stream, and nothing
  const withZero = (word: string) =>
    s.op('Concat', [word, s.op('Mul', [word, s.whole([0], [])])], { axis: { int: 0 } });
  let [even, odd] = [withZero(pair(0)), withZero(pair(1))];
  for (let round = 0; round < ROUNDS; round++) {
    const swapped = s.op('Gather', [even, s.whole([1, 0])], { axis: { int: 0 } });
    const { high, low } = multiply(s, swapped);
    even = s.op('BitwiseXor', [s.op('BitwiseXor', [high, odd]), key], {}, 'even');
    odd = low;
    if (round < ROUNDS - 1) key = nextKey(s, key);
  }
  return { even, odd };
}

/** The upper and lower 32 bits of words [2, N, blocks] times the multipliers of words 2 and 0. */
function multiply(s: Sketch, words: string): { high: string; low: string } {
  const part = (of: (multiplier: number) => number) => s.whole([of(MULTIPLIERS[1]), of(MULTIPLIERS[0])], [2, 1, 1]);
  const half = s.whole([HALF], []);
  const lower = s.op('Mul', [words, part((multiplier) => multiplier % HALF)]);
  const carried = s.op('Div', [lower, half]);
  const upper = s.op('Add', [s.op('Mul', [words, part((multiplier) => Math.floor(multiplier / HALF))]), carried]);
  const high = s.op('Div', [upper, half], {}, 'high');
  const rest = (value: string, quotient: string) => s.op('Sub', [value, s.op('Mul', [quotient, half])]);
  const low = s.op('Add', [s.op('Mul', [rest(upper, high), half]), rest(lower, carried)], {}, 'low');
  return { high, low };
}

/** (key + step) mod 2^32 */
function nextKey(s: Sketch, key: string): string {
  const sum = s.op('Add', [key, s.whole([...KEY_STEPS], [2, 1, 1])]);
  const over = s.op('Div', [sum, s.whole([WORD], [])]);
  return s.op('Sub', [sum, s.op('Mul', [over, s.whole([WORD], [])])], {}, 'key');
}
