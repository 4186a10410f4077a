/**
 * Muon: the momentum of a hidden weight matrix, made orthogonal, is its update. A gradient's few large directions would
 * else drown all others; so every direction moves alike, and a network learns in about half the steps. All other
 * parameters get AdamW.
 *
 *     m' = b m + (1 - b) g      u = b m' + (1 - b) g      p' = p - lr 0.2 sqrt(max(rows, columns)) orthogonal(u)
 *
 * orthogonal(u) is about U V' of the singular value decomposition u = U S V', by five Newton-Schulz steps
 * X' = a X + b (X X') X + c (X X')^2 X. These change X by a matrix on its shorter side alone, so they are done on
 * X X', and X is multiplied once at the end; matrices of one side share their steps. The factor 0.2 sqrt(...) gives
 * the update the size of AdamW's, so both use one learning rate.
 *
 * Source: Jordan et al., "Muon" (https://kellerjordan.github.io/posts/muon); the size, Liu et al., "Muon is Scalable
 * for LLM Training" (arXiv 2502.16982), equation 4. The numbers are those of torch.optim.Muon with
 * adjust_lr_fn="match_rms_adamw", in float32 rather than bfloat16.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';

const MUON_MOMENTUM = 0.95;
/** The size of AdamW's updates: root of the mean square of their values, in learning rates. */
const ADAMW_SIZE = 0.2;
/** a, b and c of a Newton-Schulz step: singular values of 0.002 and more come to 0.7 to 1.2 in five. */
const NEWTON_SCHULZ = [3.4445, -4.775, 2.0315] as const;
const NEWTON_SCHULZ_STEPS = 5;
/** The smallest norm that a matrix is divided by. */
const LEAST_NORM = 1e-7;
/** Sides of a hidden matrix have at least so many values: the layers at the ends have fewer. */
const LEAST_SIDE = 16;

interface Named {
  name: string;
  shape: readonly number[];
}

/** Rows and columns of a parameter as a matrix: filters [out, in, kh, kw] are [out, in * kh * kw]. */
export const sidesOf = ({ shape }: Named): [number, number] => [shape[0] ?? 1, sizeOf(shape) / (shape[0] ?? 1)];

/** Whether a parameter is a hidden weight matrix: no vector, no embedding, no first or last layer. */
export function isHiddenMatrix(parameter: Named): boolean {
  const { name, shape } = parameter;
  return shape.length > 1 && !name.includes('embedding') && Math.min(...sidesOf(parameter)) >= LEAST_SIDE;
}

/**
 * The momentum after a step and the direction to go, both of the gradient's shape.
 * @param clip scales the gradient, if given
 */
export function muonMomentum(
  momentum: tf.Tensor,
  gradient: tf.Tensor,
  clip: tf.Scalar | undefined,
): { m: tf.Tensor; direction: tf.Tensor } {
  const share = clip ? tf.mul(clip, 1 - MUON_MOMENTUM) : 1 - MUON_MOMENTUM;
  const fresh = tf.mul(gradient, share);
  const mix = (old: tf.Tensor) => tf.add(tf.mul(old, MUON_MOMENTUM), fresh);
  const m = mix(momentum);
  return { m, direction: mix(m) };
}

/**
 * What to subtract from matrices.
 * @param directions stacks of matrices, each [count, rows, columns]
 * @returns in the same order and shapes
 */
export function muonUpdates(directions: readonly tf.Tensor3D[], lr: tf.Scalar): tf.Tensor3D[] {
  const stacks = directions.map((x) => {
    const [count, rows, columns] = x.shape;
    const tall = rows > columns;
    const size = ADAMW_SIZE * Math.sqrt(Math.max(rows, columns));
    return { x, count, tall, size, side: Math.min(rows, columns), gram: tf.matMul(x, x, tall, !tall) };
  });
  const updates: tf.Tensor3D[] = [];
  for (const side of new Set(stacks.map((stack) => stack.side))) {
    const places = [...stacks.keys()].filter((i) => stacks[i]!.side === side);
    const alike = places.map((i) => stacks[i]!);
    const sizes = tf.tensor3d(
      alike.flatMap(({ count, size }) => new Array<number>(count).fill(size)),
      [alike.reduce((sum, { count }) => sum + count, 0), 1, 1],
    );
    const factors = orthogonalFactors(tf.concat(alike.map(({ gram }) => gram)) as tf.Tensor3D, tf.mul(sizes, lr));
    const parts = tf.split(
      factors,
      alike.map(({ count }) => count),
    );
    for (const [i, { x, tall }] of alike.entries()) {
      updates[places[i]!] = tall ? tf.matMul(x, parts[i]!) : tf.matMul(parts[i]!, x);
    }
  }
  return updates;
}

/** Q with Q X about orthogonal, times `sizes` [count, 1, 1]. @param grams X X' of each matrix, [count, side, side] */
function orthogonalFactors(grams: tf.Tensor3D, sizes: tf.Tensor): tf.Tensor3D {
  const [a, b, c] = NEWTON_SCHULZ;
  const one = tf.expandDims(tf.eye(grams.shape[1]), 0);
  const norm = tf.maximum(tf.sqrt(tf.sum(tf.mul(grams, one), [1, 2], true)), LEAST_NORM); // Frobenius, [count, 1, 1]
  let gram: tf.Tensor = tf.div(grams, tf.mul(norm, norm));
  let factor: tf.Tensor | undefined;
  for (let step = 1; step <= NEWTON_SCHULZ_STEPS; step++) {
    const change = tf.add(tf.add(tf.mul(gram, b), tf.mul(tf.matMul(gram, gram), c)), tf.mul(one, a));
    factor = factor ? tf.matMul(change, factor) : change;
    if (step < NEWTON_SCHULZ_STEPS) gram = tf.matMul(tf.matMul(change, gram), change);
  }
  return tf.mul(factor!, tf.div(sizes, norm));
}
