/**
 * Convolutions and pooling of ONNX in tfjs operators. Images are [N, C, h, w] and filters [out, in / groups, kh, kw], constants both in
 * value and in gradient.
 *
 * Source: https://onnx.ai/onnx/operators, Conv, MaxPool and AveragePool.
 */
import * as tf from '@tensorflow/tfjs';
import {
  type Call,
  constantAt,
  floatsOf,
  imageAt,
  integer,
  integers,
  Refused,
  text,
  toFirst,
  toLast,
} from './values.ts';

type Pair = readonly [number, number];
type Pads = [[0, 0], [number, number], [number, number], [0, 0]];

interface Windows {
  kernel: Pair;
  strides: [number, number];
  /** As the file has them: before and after, down and across. */
  pads: readonly [Pair, Pair];
  /** With what `ceil_mode` adds at the end. */
  reach: readonly [Pair, Pair];
  /** Sides of the output. */
  out: Pair;
}

function windowsOf(call: Call, sides: Pair, kernel: Pair): Windows {
  const strides = pair(call, 'strides', [1, 1]);
  const pads = padsOf(call, sides, kernel, strides);
  const whole = integer(call, 'ceil_mode', 0) === 0;
  const axes = ([0, 1] as const).map((axis) => {
    const [before, after] = pads[axis];
    const steps = (sides[axis] + before + after - kernel[axis]) / strides[axis];
    if (steps < 0) throw new Refused(`${call.op} of windows of ${kernel.join(' x ')} on ${sides.join(' x ')} pixels`);
    let out = (whole ? Math.floor(steps) : Math.ceil(steps)) + 1;
    // No window begins in the padding at the end.
    if (!whole && (out - 1) * strides[axis] >= sides[axis] + before) out--;
    const beyond = (out - 1) * strides[axis] + kernel[axis] - sides[axis] - before;
    return { reach: [before, Math.max(after, beyond)] as const, out };
  });
  return {
    kernel,
    strides,
    pads,
    reach: [axes[0]!.reach, axes[1]!.reach],
    out: [axes[0]!.out, axes[1]!.out],
  };
}

function padsOf(call: Call, sides: Pair, kernel: Pair, strides: Pair): [Pair, Pair] {
  const auto = text(call, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET') {
    const [top, left, bottom, right] = (integers(call, 'pads') ?? [0, 0, 0, 0]) as [number, number, number, number];
    if ([top, left, bottom, right].some((pad) => !(pad >= 0))) throw new Refused(`${call.op} with pads below 0`);
    return [
      [top, bottom],
      [left, right],
    ];
  }
  const axes = ([0, 1] as const).map((axis): Pair => {
    if (auto === 'VALID') return [0, 0];
    const out = Math.ceil(sides[axis] / strides[axis]);
    const total = Math.max(0, (out - 1) * strides[axis] + kernel[axis] - sides[axis]);
    const less = Math.floor(total / 2);
    return auto === 'SAME_LOWER' ? [total - less, less] : [less, total - less];
  });
  return [axes[0]!, axes[1]!];
}

function pair(call: Call, name: string, usual: [number, number]): [number, number] {
  const found = integers(call, name) ?? usual;
  if (found.length !== 2) throw new Refused(`${call.op} of ${found.length} axes, where images have 2`);
  return found as [number, number];
}

const padding = (pads: readonly [Pair, Pair]): Pads => [[0, 0], [...pads[0]], [...pads[1]], [0, 0]];

const sidesOf = (x: tf.Tensor4D): Pair => [x.shape[2], x.shape[3]];

export function conv(call: Call): tf.Tensor {
  const x = imageAt(call, 0);
  const weights = constantAt(call, 1);
  if (weights.dims.length !== 4)
    throw new Refused(`Conv of filters of ${weights.dims.length} axes, where images have 4`);
  const [outputs, inputs, tall, wide] = weights.dims as [number, number, number, number];
  const group = integer(call, 'group', 1);
  if (inputs * group !== x.shape[1] || outputs % group !== 0) {
    throw new Refused(`Conv of ${inputs * group} channels on ${x.shape[1]}`);
  }
  const dilations = pair(call, 'dilations', [1, 1]);
  const kernel = [dilations[0] * (tall - 1) + 1, dilations[1] * (wide - 1) + 1] as const;
  const windows = windowsOf(call, sidesOf(x), kernel);
  const values = floatsOf(weights);
  /** Filters with zeros between dilated taps, by where a value lies of output, input and tap. */
  const filter = (sides: [number, number, number, number], place: (o: number, i: number, tap: number) => number) => {
    const spread = new Float32Array(sides[0] * sides[1] * sides[2] * sides[3]);
    for (let o = 0, at = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let r = 0; r < tall; r++) {
          for (let c = 0; c < wide; c++) {
            spread[place(o, i, r * dilations[0] * kernel[1] + c * dilations[1])] = values[at++]!;
          }
        }
      }
    }
    return tf.tensor4d(spread, sides);
  };
  const { strides } = windows;
  const pads = padding(windows.pads);
  const image = toLast(x);
  const result = toFirst(convolved());
  if (call.inputs[2] === undefined) return result;
  return tf.add(result, tf.tensor4d(floatsOf(constantAt(call, 2)), [1, outputs, 1, 1]));

  function convolved(): tf.Tensor4D {
    if (group === 1) {
      const whole = filter([...kernel, inputs, outputs], (o, i, tap) => (tap * inputs + i) * outputs + o);
      return tf.conv2d(image, whole, strides, pads);
    }
    const each = outputs / group;
    if (inputs === 1) {
      const channels = filter([...kernel, group, each], (o, _, tap) => tap * outputs + o);
      return tf.depthwiseConv2d(image, channels, strides, pads);
    }
    const all = filter(
      [group * kernel[0], kernel[1], inputs, each],
      (o, i, tap) => ((Math.floor(o / each) * kernel[0] * kernel[1] + tap) * inputs + i) * each + (o % each),
    );
    const filters = tf.split(all, group, 0) as tf.Tensor4D[];
    const parts = tf.split(image, group, 3) as tf.Tensor4D[];
    return tf.concat(
      parts.map((part, g) => tf.conv2d(part, filters[g]!, strides, pads)),
      3,
    );
  }
}

export function maxPool(call: Call): tf.Tensor {
  const x = imageAt(call, 0);
  if ((integers(call, 'dilations') ?? [1]).some((by) => by !== 1)) throw new Refused('MaxPool with dilations');
  const kernel = pair(call, 'kernel_shape', [1, 1]);
  const { strides, reach } = windowsOf(call, sidesOf(x), kernel);
  return toFirst(tf.maxPool(toLast(x), kernel, strides, padding(reach)));
}

/** Sums over windows, over how many pixels count in each: tfjs' own mean has another gradient where there is padding. */
export function averagePool(call: Call): tf.Tensor {
  const x = imageAt(call, 0);
  const channels = x.shape[1];
  const kernel = pair(call, 'kernel_shape', [1, 1]);
  const { strides, pads, reach, out } = windowsOf(call, sidesOf(x), kernel);
  const counted = integer(call, 'count_include_pad', 0) === 1;
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const side = sidesOf(x)[axis];
    const [first, last] = counted ? [-pads[axis][0], side + pads[axis][1]] : [0, side];
    return Array.from({ length: out[axis] }, (_, i) => {
      const start = i * strides[axis] - pads[axis][0];
      return Math.min(last, start + kernel[axis]) - Math.max(first, start);
    });
  }) as [number[], number[]];
  const shares = Float32Array.from(rows.flatMap((r) => columns.map((c) => 1 / (r * c))));
  const ones = tf.ones<tf.Rank.R4>([...kernel, channels, 1]);
  const sums = toFirst(tf.depthwiseConv2d(toLast(x), ones, strides, padding(reach)));
  return tf.mul(sums, tf.tensor4d(shares, [1, 1, ...out]));
}
