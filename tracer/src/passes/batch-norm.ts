/**
 * Batch normalisation as a model for inference has it, (x - mean) * scale + offset with constants, goes into the convolution
 * before it: what is added per channel into its bias, and the scale into its filter by the rules of ./scale.ts.
 */
import type { Constant, Graph } from '../graph/graph.ts';
import { applyRules } from '../rewrite/apply.ts';
import { constant, op, optional, value } from '../rewrite/pattern.ts';
import type { RewriteRule } from '../rewrite/rule.ts';
import { unlikeChannels } from './per-channel.ts';
import { scaleRules } from './scale.ts';

const x = value('x');
const [w, shift] = [constant('w'), constant('shift')];
const bias = optional(constant('bias'));
const conv = op('Conv', x, w, bias);
const shifted = op(['Add', 'Sub'], conv, shift);

const shiftRule: RewriteRule = {
  name: 'fold a shift into the bias of its convolution',
  pattern: shifted,
  condition({ dims, value }) {
    const reason = unlikeChannels(dims(shift), dims(w).length, dims(w)[0]!);
    return reason === undefined ? undefined : { part: shift, reason: `${value(shift)} ${reason}` };
  },
  rewrite({ graph, root, node, value, maybe, dims, data }, insert) {
    const channels = dims(w)[0]!;
    const by = data(shift) as Float32Array;
    const sign = root.op === 'Sub' ? -1 : 1;
    const before = maybe(bias);
    const old = before === undefined ? undefined : (graph.constants.get(before) as Constant).data;
    const sum = Float32Array.from({ length: channels }, (_, i) => {
      return Number(old?.[i] ?? 0) + sign * by[by.length === 1 ? 0 : i]!;
    });
    const name = insert.newConstant(`${before ?? value(w)}.shifted`, { dtype: 'float32', dims: [channels], data: sum });
    return [{ ...node(conv), inputs: [value(x), value(w), name], outputs: root.outputs }];
  },
};

/**
 * Folds what batch normalisation leaves into the convolutions before it, in a graph for inference.
 *
 * @param graph edited in place; values stay the same up to float32's rounding. `simplify` removes the old filters.
 */
export const foldBatchNorm = (graph: Graph): void => applyRules(graph, [shiftRule, ...scaleRules]);
