/**
 * Unit normal noise as ONNX nodes: the bits of `gaussian`, by the same float64 operations in the same order, see
 * scheduler/src/noise/elementary.ts. Only +, -, *, /, sqrt and floor round or not, as IEEE 754 says.
 */
import { drawPhilox } from './philox.ts';
import type { Sketch } from './sketch.ts';

export interface NoiseOptions {
  /** int64 [N] */
  seed: string;
  /** int64 scalar: the values `draw * size` to `(draw + 1) * size - 1` of each stream are drawn. */
  draw: string;
  /** [C, H, W] */
  shape: readonly number[];
}

/** @returns float32 [N, C, H, W] */
export function drawNoise(s: Sketch, { seed, draw, shape }: NoiseOptions): string {
  const size = shape.reduce((product, side) => product * side, 1);
  const offset = s.op('Mul', [draw, s.whole([size], [])], {}, 'offset');
  const first = s.op('Div', [offset, s.whole([4], [])], {}, 'first_block');
  const lane = s.op('Sub', [offset, s.op('Mul', [first, s.whole([4], [])])], {}, 'lane');
  // one block more where a draw may begin within one
  const blocks = Math.ceil(size / 4) + (size % 4 === 0 ? 0 : 1);
  const index = s.op('Add', [first, s.whole(Array.from({ length: blocks }, (_, i) => i))], {}, 'block');
  const { even, odd } = drawPhilox(s, seed, index);

  const radius = s.op('Sqrt', [s.op('Mul', [s.number(-2), logOfWord(s, even)])], {}, 'radius');
  const turned = cosSinOfWord(s, odd).map((value) => s.op('Mul', [value, radius])); // each [2, N, blocks]
  const axes = s.whole([-1]);
  const pairs = turned.map((value) => s.op('Unsqueeze', [value, axes]));
  const block = s.op('Concat', pairs, { axis: { int: -1 } }); // [2, N, blocks, 2]
  const ordered = s.op('Transpose', [block], { perm: { ints: [1, 2, 0, 3] } });
  const flat = s.op('Reshape', [s.cast(ordered, 'float32'), s.whole([-1, 4 * blocks])], {}, 'values');
  const begin = s.op('Reshape', [lane, s.whole([1])]);
  const kept = s.op('Slice', [flat, begin, s.op('Add', [begin, s.whole([size])]), s.whole([1])]);
  return s.op('Reshape', [kept, s.whole([-1, ...shape])], {}, 'noise');
}

/** ln((word + 1/2) / 2^32) */
function logOfWord(s: Sketch, word: string): string {
  const one = s.number(1);
  const constant = (value: number) => s.number(value);
  // 2 word + 1 is brought into [2^32, 2^33), which counts its leading zeros.
  let scaled = s.op('Add', [s.op('Mul', [s.cast(word, 'float64'), constant(2)]), one]);
  let zeros: string | undefined;
  for (const shift of [16, 8, 4, 2, 1, 1]) {
    const small = s.op('Less', [scaled, constant(2 ** (33 - shift))]);
    scaled = s.op('Mul', [scaled, s.op('Where', [small, constant(2 ** shift), one])]);
    const more = s.op('Where', [small, constant(shift), constant(0)]);
    zeros = zeros === undefined ? more : s.op('Add', [zeros, more], {}, 'zeros');
  }
  const mantissa = s.op('Mul', [scaled, constant(2 ** -32)], {}, 'mantissa');
  const above = s.op('Floor', [s.op('Mul', [mantissa, constant(Math.SQRT1_2)])], {}, 'above');
  const centre = s.op('Add', [one, above]);
  const t = s.op('Div', [s.op('Sub', [mantissa, centre]), s.op('Add', [mantissa, centre])]);
  const w = s.op('Mul', [t, t]);
  let series = constant(1 / 23);
  for (let divisor = 21; divisor >= 1; divisor -= 2) {
    series = s.op('Add', [s.op('Mul', [series, w]), constant(1 / divisor)]);
  }
  const exponent = s.op('Sub', [s.op('Sub', [above, zeros!]), one]);
  const tail = s.op('Mul', [s.op('Mul', [constant(2), t]), series]);
  return s.op('Add', [s.op('Mul', [exponent, constant(Math.LN2)]), tail], {}, 'log');
}

/** cos and sin of 2 pi word / 2^32 */
function cosSinOfWord(s: Sketch, word: string): [cos: string, sin: string] {
  const number = (value: number) => s.number(value);
  const one = number(1);
  const whole = s.cast(word, 'float64');
  const quarters = s.op(
    'Floor',
    [s.op('Mul', [s.op('Add', [whole, number(2 ** 29)]), number(2 ** -30)])],
    {},
    'quarters', // 0 to 4
  );
  const rest = s.op('Sub', [whole, s.op('Mul', [quarters, number(2 ** 30)])]);
  const x = s.op('Mul', [s.op('Mul', [rest, number(2 ** -30)]), number(Math.PI / 2)]);
  const w = s.op('Mul', [x, x]);
  const less = (value: string) => s.op('Sub', [one, value]);
  const series = (reciprocals: readonly number[], divisors: readonly number[]): string => {
    let sum = less(s.op('Mul', [w, number(1 / reciprocals[0]!)]));
    for (const each of reciprocals.slice(1)) sum = less(s.op('Mul', [s.op('Mul', [sum, w]), number(1 / each)]));
    for (const each of divisors) sum = less(s.op('Div', [s.op('Mul', [sum, w]), number(each)]));
    return sum;
  };
  const c = series([306, 240, 182, 132, 90], [56, 30, 12, 2]);
  const sine = s.op('Mul', [series([342, 272, 210, 156, 110], [72, 42, 20, 6]), x]);
  // after 0 to 4 quarters (cos, sin) is (c, s), (-s, c), (-c, -s), (s, -c), (c, s)
  const at = s.cast(quarters, 'int64');
  const pick = (table: string) => s.op('Gather', [table, at], { axis: { int: 0 } });
  const odd = pick(s.flags([false, true, false, true, false]));
  const cosine = s.op('Where', [odd, sine, c]);
  const other = s.op('Where', [odd, c, sine]);
  return [
    s.op('Mul', [cosine, pick(s.floats([1, -1, -1, 1, 1], [5]))], {}, 'cos'),
    s.op('Mul', [other, pick(s.floats([1, 1, -1, -1, 1], [5]))], {}, 'sin'),
  ];
}
