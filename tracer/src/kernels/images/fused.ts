/**
 * Kernels that tfjs fuses when nothing is differentiated (tf.fused, tf.layers), taken apart again: the passes and
 * onnxruntime have fusions of their own.
 */

import type { GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { convolution } from '../convolution/convolution.ts';
import { elementwise } from '../tensors/elementwise.ts';
import { matmul } from '../tensors/matmul.ts';
import { combine, scalar } from '../tensors/operators.ts';
import type { KernelAttributes, KernelRow, KernelTable } from '../tensors/row.ts';

/** Rows by the names that tfjs gives to activations. */
const activations: Record<string, KernelRow> = {
  linear: elementwise.Identity!,
  relu: elementwise.Relu!,
  relu6: elementwise.Relu6!,
  elu: elementwise.Elu!,
  sigmoid: elementwise.Sigmoid!,
  leakyrelu: elementwise.LeakyRelu!,
  prelu: elementwise.Prelu!,
};

/** What follows the product: a bias, then an activation. */
function finish(b: GraphBuilder, y: Value, inputs: Record<string, Value>, attrs: KernelAttributes): Value | Value[] {
  const { bias, preluActivationWeights: alpha } = inputs;
  const x = bias ? combine(b, 'Add', [y, bias], y.dtype) : y;
  const activation = activations[attrs.activation ?? 'linear'];
  if (!activation) {
    throw new TraceError(
      `Cannot trace a fused kernel: activation must be one of ${Object.keys(activations).join(', ')}, received ${attrs.activation}.`,
    );
  }
  return activation(b, { x, ...(alpha && { alpha }) }, { alpha: attrs.leakyreluAlpha });
}

const fuse =
  (row: KernelRow): KernelRow =>
  (b, inputs, attrs) =>
    finish(b, row(b, inputs, attrs) as Value, inputs, attrs);

export const fused: KernelTable = {
  _FusedMatMul: fuse(matmul.BatchMatMul!),
  FusedConv2D: fuse(convolution.Conv2D!),
  FusedDepthwiseConv2D: fuse(convolution.DepthwiseConv2dNative!),
  FusedBatchNorm: (b, { x, mean, variance, scale, offset }, { varianceEpsilon }) => {
    const floored = combine(b, 'Add', [variance!, scalar(b, varianceEpsilon)], 'float32');
    const rate = elementwise.Rsqrt!(b, { x: floored }, {}) as Value;
    const factor = scale ? combine(b, 'Mul', [rate, scale], 'float32') : rate;
    const centred = combine(b, 'Sub', [x!, mean!], 'float32');
    const scaled = combine(b, 'Mul', [centred, factor], 'float32');
    return offset ? combine(b, 'Add', [scaled, offset], 'float32') : scaled;
  },
};
