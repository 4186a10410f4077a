/**
 * Convolutions of volumes, and their gradients. The input gradient is a transposed convolution. The filter gradient is a
 * product of dy with every shift of x, which a depthwise convolution with one-hot filters makes.
 */
import { full, inOrder } from '../../graph/layout.ts';
import type { KernelTable } from '../tensors/row.ts';
import { reshape, transpose } from './images.ts';
import { convolutionGeometry, OIDHW, outputPadding, volume, volumeValue, windowAttributes } from './volume-geometry.ts';

export const volumes: KernelTable = {
  Conv3D: (b, { x, filter }, attrs) => {
    const g = convolutionGeometry(x!.shape, filter!.shape, attrs);
    const out = volumeValue('', [x!.shape[0]!, ...g.out, filter!.shape[4]!]);
    const weights = full(b, inOrder(b, filter!, OIDHW));
    const attributes = { ...windowAttributes(g), dilations: { ints: g.dilations } };
    return { ...out, name: b.emit('Conv', [volume(b, x!).name, weights.name], out, { attributes }) };
  },
  Conv3DBackpropInputV2: (b, { dy, filter }, attrs) => {
    const g = convolutionGeometry(attrs.inputShape, filter!.shape, attrs);
    const out = volumeValue('', attrs.inputShape);
    const weights = full(b, inOrder(b, filter!, OIDHW));
    const padding = { output_padding: outputPadding(g, attrs.inputShape), dilations: { ints: g.dilations } };
    const attributes = { ...windowAttributes(g), ...padding };
    return { ...out, name: b.emit('ConvTranspose', [volume(b, dy!).name, weights.name], out, { attributes }) };
  },
  Conv3DBackpropFilterV2: (b, { x, dy }, attrs) => {
    const g = convolutionGeometry(x!.shape, attrs.filterShape, attrs);
    const [batch, , , , channels] = x!.shape as [number, number, number, number, number];
    const outputs = dy!.shape[4]!;
    const taps = g.kernel.reduce((product, size) => product * size, 1);
    const pixels = g.out.reduce((product, size) => product * size, 1);
    // One-hot filters: every shift of every channel, [N, C taps, D', H', W'].
    const data = new Float32Array(channels * taps * taps);
    for (let row = 0; row < channels * taps; row++) data[row * taps + (row % taps)] = 1;
    const oneHot = b.constant(data, [channels * taps, 1, ...g.kernel], 'float32');
    const attributes = { ...windowAttributes(g), dilations: { ints: g.dilations }, group: { int: channels } };
    const type = { dtype: 'float32', dims: [batch, channels * taps, ...g.out] } as const;
    const shifts = b.emit('Conv', [volume(b, x!).name, oneHot], type, { attributes });
    const rows = reshape(b, volume(b, dy!).name, [batch, outputs, pixels]);
    const columns = transpose(b, reshape(b, shifts, [batch, channels * taps, pixels]), [0, 2, 1]);
    const products = b.emit('MatMul', [rows, columns], { dtype: 'float32', dims: [batch, outputs, channels * taps] });
    const summed = { dtype: 'float32', dims: [outputs, channels * taps] } as const;
    const flat = b.emit('ReduceSum', [products, b.shape([0])], summed, { attributes: { keepdims: { int: 0 } } });
    const dims = OIDHW.map((axis) => attrs.filterShape[axis]);
    return { name: reshape(b, flat, dims), dtype: 'float32', shape: attrs.filterShape, order: OIDHW, dims };
  },
};
