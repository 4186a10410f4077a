/** The weave of spongy bone: noise that is smooth at two sizes, in a square whose edges fit together. */
import { drawFor } from './random.ts';
import { TEXTURE } from './tube.ts';

let made: Float32Array | undefined;

/** Values around 0 with a deviation of 1. [TEXTURE, TEXTURE], made once. */
export function boneTexture(): Float32Array {
  made ??= makeTexture();
  return made;
}

function makeTexture(): Float32Array {
  const fine = smooth(noise(0), 1);
  const coarse = smooth(noise(1), 3);
  return normalise(fine.map((value, i) => value + 0.45 * coarse[i]!));
}

function noise(number: number): Float32Array {
  const draw = drawFor(0x7765, number, 'bones');
  return Float32Array.from({ length: TEXTURE * TEXTURE }, () => draw.uniform(-1, 1));
}

/** Averages over squares of 2 r + 1 pixels, around the edges, twice. */
function smooth(values: Float32Array, r: number): Float32Array {
  let from = values;
  for (const step of [1, TEXTURE, 1, TEXTURE]) {
    const to = new Float32Array(from.length);
    for (let i = 0; i < to.length; i++) {
      const [row, column] = [i >> 8, i & (TEXTURE - 1)];
      for (let k = -r; k <= r; k++) {
        const at =
          step === 1
            ? (row << 8) | ((column + k + TEXTURE) & (TEXTURE - 1))
            : (((row + k + TEXTURE) & (TEXTURE - 1)) << 8) | column;
        to[i]! += from[at]!;
      }
    }
    from = to;
  }
  return normalise(from);
}

function normalise(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(square));
}
