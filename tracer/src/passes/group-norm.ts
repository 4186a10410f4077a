/**
 * GroupNorm as it is traced (mean, difference, variance, root, scale, shift over [N, G, C / G, H, W]) becomes ONNX's
 * InstanceNormalization of [N, G, C / G * H * W] with one scale and one shift per channel after it: one operator, which
 * every execution provider has, replaces seven.
 */
import { type Graph, sizeOf } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import { applyRules } from '../rewrite/apply.ts';
import { type ConstantPattern, constant, op, value } from '../rewrite/pattern.ts';
import type { RewriteRule } from '../rewrite/rule.ts';

const x = value('x'); // [N, C, H, W]
const [scale, shift, epsilon] = [constant('scale'), constant('shift'), constant('epsilon')];
const [meanAxes, varianceAxes] = [constant('axes of the mean'), constant('axes of the variance')];
const [groupedShape, shape] = [value('shape of the groups'), value('shape')];

const grouped = op('Reshape', x, groupedShape); // [N, G, C / G, H, W]
const centred = op('Sub', grouped, op('ReduceMean', grouped, meanAxes));
const variance = op('ReduceMean', op('Mul', centred, centred), varianceAxes);
const inverse = op('Reciprocal', op('Sqrt', op('Add', variance, epsilon)));
const normal = op('Mul', centred, op('Mul', inverse, scale));
const normalized = op('Reshape', op('Add', normal, shift), shape);

export const groupNormRule: RewriteRule = {
  name: 'make a group normalization one operator',
  pattern: normalized,
  condition({ dims, data, value }) {
    const groups = dims(grouped);
    const image = dims(x);
    if (groups.length !== 5 || image.length !== 4 || image[1] !== groups[1]! * groups[2]!) {
      return { part: grouped, reason: `[${image}] to [${groups}] is not [N, C, H, W] to [N, G, C / G, H, W]` };
    }
    for (const axes of [meanAxes, varianceAxes]) {
      if (!sameList(Array.from(data(axes), Number), [2, 3, 4])) {
        return { part: axes, reason: `the axes are [${data(axes)}], not [2, 3, 4]` };
      }
    }
    for (const part of [scale, shift]) {
      const channels = image[1]!;
      if (![1, channels].includes(data(part).length)) {
        return { part, reason: `${value(part)} has ${data(part).length} values, not 1 or one for each of ${channels}` };
      }
    }
    if (sameList(dims(normalized), image)) return undefined;
    return { part: normalized, reason: `the result is [${dims(normalized)}], not [${image}] as ${value(x)} is` };
  },
  rewrite({ root, dims, value, data }, insert) {
    const after = root.outputs[0]!;
    const [image, [, groups = 1]] = [dims(x), dims(grouped)];
    const rows = [image[0]!, groups, sizeOf(image) / image[0]! / groups];
    const perGroup = (name: string, value: number): string =>
      insert.constant(`${name}_${groups}`, 'float32', [groups], () => new Float32Array(groups).fill(value));
    const perChannel = (part: ConstantPattern): string => {
      const dims = data(part).length === 1 ? [] : [image[1]!, 1, 1];
      return insert.constant(`${value(part)}.channels`, 'float32', dims, () => data(part));
    };
    const byGroup = insert.vector([0, groups, -1]); // 0 keeps the batch
    const flat = insert.add('Reshape', [value(x), byGroup], rows, { after });
    const normal = insert.add('InstanceNormalization', [flat, perGroup('ones', 1), perGroup('zeros', 0)], rows, {
      after,
      attributes: { epsilon: { float: data(epsilon)[0] as number } },
    });
    const restored = insert.add('Reshape', [normal, value(shape)], image, { after });
    const scaled = insert.add('Mul', [restored, perChannel(scale)], image, { after });
    return [{ ...root, op: 'Add', inputs: [scaled, perChannel(shift)] }];
  },
};

/**
 * Fuses group normalizations whose scale and shift are constants, as in a graph for inference.
 *
 * @param graph edited in place; values stay the same up to float32's rounding. `simplify` removes the dead code that is
 *   left over.
 */
export const fuseGroupNorm = (graph: Graph): void => applyRules(graph, [groupNormRule]);
