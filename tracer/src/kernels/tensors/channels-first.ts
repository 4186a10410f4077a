/**
 * Convolutions of images that are NCHW for tfjs, too: the same rows on images whose axes are relabelled. Nothing moves,
 * since images are stored NCHW anyway.
 */
import { relabel, type Value } from '../../graph/layout.ts';
import type { KernelAttributes, KernelRow, KernelTable } from './row.ts';

/** From NCHW to NHWC, and back. */
const TO_LAST = [0, 2, 3, 1] as const;
const TO_FIRST = [0, 3, 1, 2] as const;

const permuted = <T>(list: readonly T[]): T[] => TO_LAST.map((axis) => list[axis]!);

/** Inputs that are images, or that are added to channels. The others are filters. */
const IMAGES = new Set(['x', 'dy', 'input', 'bias', 'preluActivationWeights']);

function channelsLast(name: string, value: Value): Value {
  if (!IMAGES.has(name)) return value;
  if (value.shape.length === 4) return relabel(value, TO_LAST);
  return value.shape.length === 3 ? relabel(value, [1, 2, 0]) : value;
}

function lastAttributes(attrs: KernelAttributes): KernelAttributes {
  const { inputShape, pad } = attrs;
  return {
    ...attrs,
    dataFormat: 'NHWC',
    ...(inputShape && { inputShape: permuted(inputShape) }),
    ...(Array.isArray(pad) && { pad: permuted(pad) }),
  };
}

const anyFormat =
  (kernel: string, row: KernelRow): KernelRow =>
  (b, inputs, attrs) => {
    if (attrs.dataFormat !== 'NCHW') return row(b, inputs, attrs);
    const last = Object.entries(inputs).map(([name, value]) => [name, channelsLast(name, value)] as const);
    const out = row(b, Object.fromEntries(last), lastAttributes(attrs)) as Value;
    return kernel.endsWith('BackpropFilter') ? out : relabel(out, TO_FIRST);
  };

/** The rows of `table`, for images of either format. */
export const inEitherFormat = (table: KernelTable): KernelTable =>
  Object.fromEntries(Object.entries(table).map(([kernel, row]) => [kernel, anyFormat(kernel, row)]));
