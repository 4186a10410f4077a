/** Nodes that several lowerings of convolutions use. They work on stored values by name. */
import type { GraphBuilder } from '../../graph/graph.ts';
import { convAttributes, type Geometry } from './geometry.ts';

/** Shifts of an image: the geometry of the window, and which of its taps, in order. */
export interface Shifts {
  geometry: Geometry;
  taps: readonly number[];
}

/**
 * A depthwise convolution whose filters pick one tap each: every shift of every channel, [N, C, H, W] to [N, C * taps,
 * H', W']. It pads, strides and runs on all threads, where Slice and Pad run on one.
 * @param dims those of the result
 */
export function depthwise(
  b: GraphBuilder,
  x: string,
  channels: number,
  dims: readonly number[],
  { geometry, taps }: Shifts,
): string {
  const [kH, kW] = geometry.kernel;
  const weights = `taps_${channels}_${kH}x${kW}_${taps.join('_')}`;
  if (!b.graph.constants.has(weights)) {
    const data = new Float32Array(channels * taps.length * kH * kW);
    for (let row = 0; row < channels * taps.length; row++) data[row * kH * kW + taps[row % taps.length]!] = 1;
    b.constant(data, [channels * taps.length, 1, kH, kW], 'float32', weights);
  }
  return b.emit('Conv', [x, weights], { dtype: 'float32', dims }, { attributes: convAttributes(geometry, channels) });
}

export function reshape(b: GraphBuilder, name: string, dims: readonly number[]): string {
  return b.emit('Reshape', [name, b.shape(dims)], { dtype: 'float32', dims });
}

export function transpose(b: GraphBuilder, name: string, perm: readonly number[]): string {
  const { dims } = b.graph.types.get(name)!;
  const type = { dtype: 'float32', dims: perm.map((axis) => dims[axis]!) } as const;
  return b.emit('Transpose', [name], type, { attributes: { perm: { ints: perm } } });
}
