/**
 * Bilinear resizing of bytes, with a filter as wide as what becomes one pixel where an image gets smaller: the arithmetic
 * of Pillow's BILINEAR and of PyTorch's `interpolate(mode='bilinear', antialias=True)`, in one pass an axis.
 */

/** For each pixel of the result: where its window begins, and the weights of the window. */
interface Window {
  first: number;
  weights: Float64Array;
}

function windows(from: number, to: number): Window[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, k) => {
      return Math.max(0, 1 - Math.abs((first + k - centre + 0.5) / reach));
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Resizes planes of `from` [height, width] to planes of `to`, one after the other: values from 0 to 255. */
export function createResizer(from: readonly [number, number], to: readonly [number, number]) {
  const [height, width] = from;
  const [tall, wide] = to;
  const across = windows(width, wide);
  const down = windows(height, tall);
  const lines = new Float32Array(height * wide);
  const same = height === tall && width === wide;

  /** @param bytes [planes, height, width] @param out [planes, tall, wide] */
  return (bytes: Uint8Array, out: Float32Array | Uint8ClampedArray): void => {
    if (same) {
      out.set(bytes);
      return;
    }
    const planes = bytes.length / (height * width);
    for (let plane = 0; plane < planes; plane++) {
      for (let row = 0; row < height; row++) {
        const line = (plane * height + row) * width;
        for (let x = 0; x < wide; x++) {
          const { first, weights } = across[x]!;
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k]! * bytes[line + first + k]!;
          lines[row * wide + x] = sum;
        }
      }
      for (let y = 0; y < tall; y++) {
        const { first, weights } = down[y]!;
        const at = (plane * tall + y) * wide;
        for (let x = 0; x < wide; x++) {
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k]! * lines[(first + k) * wide + x]!;
          out[at + x] = sum;
        }
      }
    }
  };
}
