/**
 * The tiny network that learns points in the plane: three layers, told x_t and sines of t. The page and the script that
 * traces its training step share this file.
 */

/** Points of a batch, and of every call. */
export const BATCH = 256;
/** Timesteps. */
export const T = 100;
/** Frequencies of the time embedding. */
const FREQUENCIES = 4;
/** Two coordinates, a sine and a cosine for each frequency. */
export const FEATURES = 2 + 2 * FREQUENCIES;
/** Of a hidden layer. */
export const WIDTH = 64;

export const LAYERS: readonly { from: number; to: number }[] = [
  { from: FEATURES, to: WIDTH },
  { from: WIDTH, to: WIDTH },
  { from: WIDTH, to: 2 },
];

/** All weights and biases in one vector, layer by layer: weights [from, to], then biases. */
export const SIZE = LAYERS.reduce((sum, { from, to }) => sum + from * to + to, 0);

/** Adam's decays, and what keeps its divisions finite. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * What the network sees of points, [N, FEATURES].
 * @param points [N, 2]
 * @param times [N], 0 to T - 1
 */
export function featuresOf(points: Float32Array, times: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const out = new Float32Array(times.length * FEATURES);
  for (let n = 0; n < times.length; n++) {
    out.set(points.subarray(2 * n, 2 * n + 2), n * FEATURES);
    for (let i = 0; i < FREQUENCIES; i++) {
      const angle = (Math.PI / 2) * ((times[n]! + 1) / T) * 2 ** i;
      out[n * FEATURES + 2 + 2 * i] = Math.sin(angle);
      out[n * FEATURES + 3 + 2 * i] = Math.cos(angle);
    }
  }
  return out;
}

/**
 * Untrained weights from unit normals, [SIZE]: divided by the root of what flows in; no biases; a quiet last layer.
 * @param width the neurons of a hidden layer that are in use. The others keep weights of 0 for ever: SiLU(0) is 0, so no
 * gradient reaches them, and the network is one of that width.
 */
export function untrained(normals: Float32Array, width = WIDTH): Float32Array<ArrayBuffer> {
  const out = new Float32Array(SIZE);
  let at = 0;
  for (const [i, { from, to }] of LAYERS.entries()) {
    const last = i === LAYERS.length - 1;
    const [used, given] = [i === 0 ? from : width, last ? to : width];
    const scale = (last ? 0.1 : 1) / Math.sqrt(used);
    for (let row = 0; row < used; row++) {
      for (let column = 0; column < given; column++) {
        const k = at + row * to + column;
        out[k] = normals[k]! * scale;
      }
    }
    at += from * to + to;
  }
  return out;
}

/** Weights and biases of a network that is so wide. */
export const weightsOf = (width: number): number => (FEATURES + 1) * width + (width + 1) * width + 2 * (width + 1);
