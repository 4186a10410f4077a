/**
 * Gradients that tfjs 4.22 has wrong, as they should be. They stand in for tfjs' own while a function is traced.
 *
 * - mirrorPad forgets what the border hands back; cumsum turns the gradient round where its axis is not the last; gather
 *   takes two batch dimensions or more for none.
 * - maximum, minimum, squaredDifference and matMul do not sum over axes that were broadcast.
 */
import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../graph/graph.ts';
import { identityOrder } from '../graph/layout.ts';

/** The part of `dy` along `axis` that a border of mirrored elements hands back, and what lies between the borders. */
function unmirrored(
  dy: tf.Tensor,
  axis: number,
  [before, after]: readonly [number, number],
  skipped: 0 | 1,
): tf.Tensor {
  const size = dy.shape[axis]! - before - after;
  const cut = (from: number, length: number) =>
    tf.slice(
      dy,
      dy.shape.map((_, i) => (i === axis ? from : 0)),
      dy.shape.map((dim, i) => (i === axis ? length : dim)),
    );
  /** A border, turned round, where its elements were taken from. */
  const back = (border: tf.Tensor, at: number) => {
    const rest = size - at - border.shape[axis]!;
    return tf.pad(
      tf.reverse(border, axis),
      dy.shape.map((_, i) => (i === axis ? [at, rest] : [0, 0]) as [number, number]),
    );
  };
  const parts = [cut(before, size)];
  if (before > 0) parts.push(back(cut(0, before), skipped));
  if (after > 0) parts.push(back(cut(before + size, after), size - skipped - after));
  return tf.addN(parts);
}

/** The gradient of a gather in step with `batch` axes: a product with the one-hot matrix of the indices. */
function gatherGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number, batch: number): tf.Tensor {
  const [outer, between] = [x.shape.slice(0, batch), x.shape.slice(batch, axis)];
  const after = x.shape.slice(axis + 1);
  const items = sizeOf(outer);
  const reads = indices.size / items;
  const size = x.shape[axis]!;
  const given = tf.reshape(dy, [items, sizeOf(between), reads, sizeOf(after)]);
  const rows = tf.reshape(tf.transpose(given, [0, 2, 1, 3]), [items, reads, sizeOf(between) * sizeOf(after)]);
  const hits = tf.oneHot(tf.reshape(indices, [items, reads]), size, 1, 0, 'float32');
  const sums = tf.reshape(tf.matMul(hits, rows, true), [items, size, sizeOf(between), sizeOf(after)]);
  return tf.reshape(tf.transpose(sums, [0, 2, 1, 3]), x.shape);
}

/** `gradient` summed over the axes along which an input of this shape was broadcast. */
function summed(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const added = gradient.rank - shape.length;
  const axes = identityOrder(gradient.rank).filter(
    (i) => i < added || (shape[i - added] === 1 && gradient.shape[i] !== 1),
  );
  return axes.length === 0 ? gradient : tf.reshape(tf.sum(gradient, axes), [...shape]);
}

/** tfjs' own gradient of an operator of inputs a and b, with that sum. */
function unbroadcast(kernelName: string): tf.GradConfig {
  const own = tf.getGradient(kernelName);
  return {
    ...own,
    gradFunc: (dy, saved, attrs) => {
      const gradients = own.gradFunc(dy, saved, attrs);
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => summed(gradients.a!(), a.shape), b: () => summed(gradients.b!(), b.shape) };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tfjs types attributes per kernel.
type Attributes = Record<string, any>;

const corrected = (): tf.GradConfig[] => [
  {
    kernelName: 'MirrorPad',
    gradFunc: (dy, _, attrs) => {
      const { paddings, mode } = attrs as Attributes;
      const pads = paddings as [number, number][];
      const x = () =>
        pads.reduce(
          (gradient, pad, axis) => unmirrored(gradient, axis, pad, mode === 'reflect' ? 1 : 0),
          dy as tf.Tensor,
        );
      return { x };
    },
  },
  {
    kernelName: 'Cumsum',
    gradFunc: (dy, _, attrs) => {
      const { axis, exclusive, reverse } = attrs as Attributes;
      return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
    },
  },
  batched(tf.getGradient('GatherV2')),
  ...['Maximum', 'Minimum', 'SquaredDifference', 'BatchMatMul'].map(unbroadcast),
];

/** tfjs' own gradient of gather, but where there are batch dimensions. */
function batched(own: tf.GradConfig): tf.GradConfig {
  return {
    ...own,
    gradFunc: (dy, saved, attrs) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor];
      const { axis, batchDims = 0 } = attrs as Attributes;
      if (batchDims === 0) return own.gradFunc(dy, saved, attrs);
      const along = axis < 0 ? axis + x.rank : axis;
      const batch = batchDims < 0 ? batchDims + indices.rank : batchDims;
      return { x: () => gatherGradient(dy as tf.Tensor, x, indices, along, batch), indices: () => indices };
    },
  };
}

/** Runs `run` with the corrected gradients in place of tfjs' own, and puts those back. */
export function withCorrectedGradients<T>(run: () => T): T {
  const ours = corrected();
  const own = ours.map(({ kernelName }) => tf.getGradient(kernelName));
  replace(ours);
  try {
    return run();
  } finally {
    replace(own);
  }
}

function replace(gradients: readonly tf.GradConfig[]): void {
  for (const gradient of gradients) {
    tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
