/**
 * Local response normalization across channels, and its gradient:
 *
 *   s = bias + alpha * sum of x^2 over the neighbouring channels        y = x * s^-beta
 *   dx = dy * s^-beta - 2 * alpha * beta * x * sum of (dy * y / s) over the neighbouring channels
 */
import type { GraphBuilder } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { image } from '../convolution/convolution.ts';
import { imageValue } from '../convolution/geometry.ts';
import { combine, scalar } from '../tensors/operators.ts';
import type { KernelTable } from '../tensors/row.ts';

const multiply = (b: GraphBuilder, ...values: Value[]): Value =>
  values.reduce((x, y) => combine(b, 'Mul', [x, y], 'float32'));

/** The sum over channels up to `radius` away: a convolution with a band of ones. */
function neighbours(b: GraphBuilder, x: Value, radius: number): Value {
  const channels = x.shape[3]!;
  const band = new Float32Array(channels * channels);
  for (let i = 0; i < band.length; i++) {
    if (Math.abs(Math.floor(i / channels) - (i % channels)) <= radius) band[i] = 1;
  }
  const weights = b.constant(band, [channels, channels, 1, 1], 'float32');
  const out = imageValue('', x.shape);
  return { ...out, name: b.emit('Conv', [image(b, x).name, weights], out) };
}

export const responseNormalization: KernelTable = {
  LRN: (b, { x }, { depthRadius, bias, alpha, beta }) => {
    const source = image(b, x!);
    // In ONNX alpha is shared out among the channels of the window.
    const size = 2 * depthRadius + 1;
    const attributes = {
      size: { int: size },
      bias: { float: bias },
      alpha: { float: alpha * size },
      beta: { float: beta },
    };
    const out = imageValue('', source.shape);
    return { ...out, name: b.emit('LRN', [source.name], out, { attributes }) };
  },
  LRNGrad: (b, { x, y, dy }, { depthRadius, bias, alpha, beta }) => {
    const squares = neighbours(b, multiply(b, x!, x!), depthRadius);
    const s = combine(b, 'Add', [multiply(b, squares, scalar(b, alpha)), scalar(b, bias)], 'float32');
    const direct = multiply(b, dy!, combine(b, 'Pow', [s, scalar(b, -beta)], 'float32'));
    const shared = neighbours(b, combine(b, 'Div', [multiply(b, dy!, y!), s], 'float32'), depthRadius);
    return combine(b, 'Sub', [direct, multiply(b, x!, shared, scalar(b, 2 * alpha * beta))], 'float32');
  },
};
