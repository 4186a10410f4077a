/** Pooling over windows of a volume, and its gradients. */

import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { sameList, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import {
  outputPadding,
  poolingGeometry,
  type VolumeGeometry,
  volume,
  volumeValue,
  windowAttributes,
} from '../convolution/volume-geometry.ts';
import { empty } from '../tensors/operators.ts';
import type { KernelAttributes, KernelTable } from '../tensors/row.ts';
import { unpooled } from './max-pool-gradient.ts';

/** onnxruntime pools with no padding as wide as the window. */
function requireNarrowPads(op: string, { begin, end, kernel }: VolumeGeometry): void {
  const wide = [...begin, ...end].find((pad, i) => pad >= kernel[i % 3]!);
  if (wide === undefined) return;
  throw new TraceError(
    `Cannot trace ${op}: its pad must be smaller than its window of ${kernel.join('x')}, received ${wide}; pad before it.`,
  );
}

function pool(b: GraphBuilder, op: 'avgPool3d' | 'maxPool3d', x: Value, attrs: KernelAttributes): Value {
  const g = poolingGeometry(op, x.shape, attrs);
  requireNarrowPads(op, g);
  const source = volume(b, x);
  const shape = [x.shape[0]!, ...g.out, x.shape[4]!];
  // A window larger than the volume.
  if (sizeOf(shape) === 0) return empty(b, 'float32', shape);
  if (sizeOf(g.kernel) === 1 && sameList(shape, x.shape)) return source;
  const out = volumeValue('', shape);
  const name = op === 'maxPool3d' ? 'MaxPool' : 'AveragePool';
  return { ...out, name: b.emit(name, [source.name], out, { attributes: windowAttributes(g) }) };
}

export const volumePooling: KernelTable = {
  AvgPool3D: (b, { x }, attrs) => pool(b, 'avgPool3d', x!, attrs),
  MaxPool3D: (b, { x }, attrs) => pool(b, 'maxPool3d', x!, attrs),
  AvgPool3DGrad: (b, { dy, input }, attrs) => {
    const op = 'the gradient of avgPool3d';
    const g = poolingGeometry(op, input!.shape, attrs);
    // With padding, tfjs' cpu backend averages over the volume, but divides its gradient by the whole window.
    if ([...g.begin, ...g.end].some((pad) => pad !== 0)) {
      throw new TraceError(
        `Cannot trace ${op}: its pad must add nothing, as tfjs has this gradient wrong; use conv3d with equal weights.`,
      );
    }
    const channels = input!.shape[4]!;
    const share = new Float32Array(channels * sizeOf(g.kernel)).fill(1 / sizeOf(g.kernel));
    const weights = b.constant(share, [channels, 1, ...g.kernel], 'float32');
    const out = volumeValue('', input!.shape);
    const padding = { group: { int: channels }, output_padding: outputPadding(g, input!.shape) };
    const attributes = { ...windowAttributes(g), ...padding };
    return { ...out, name: b.emit('ConvTranspose', [volume(b, dy!).name, weights], out, { attributes }) };
  },
  MaxPool3DGrad: (b, { dy, input }, attrs) => {
    const op = 'the gradient of maxPool3d';
    const g = poolingGeometry(op, input!.shape, attrs);
    requireNarrowPads(op, g);
    return unpooled(b, volume(b, input!), volume(b, dy!), windowAttributes(g));
  },
};
