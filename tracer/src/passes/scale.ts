/**
 * Folds a constant per-channel scale, which BatchNorm leaves in evaluation mode, into the convolution before it, also
 * through a ReLU if all scales are positive: s relu(z) = relu(s z). Then adds a constant shift to a smaller addend,
 * (x + c) + t = x + (c + t), to save a pass over the large tensor.
 */
import { type Graph, type Node, sizeOf } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import { applyRules } from '../rewrite/apply.ts';
import type { Inserter } from '../rewrite/insert.ts';
import { constant, op, optional, value } from '../rewrite/pattern.ts';
import type { Match, RewriteRule, Unmet } from '../rewrite/rule.ts';
import { unlikeChannels } from './per-channel.ts';

const x = value('x');
const [w, scale] = [constant('w'), constant('scale')];
const bias = optional(constant('bias'));
const conv = op('Conv', x, w, bias);
const relu = op('Relu', conv);

const scaleRule: RewriteRule = {
  name: 'fold a scale into its convolution',
  pattern: op('Mul', conv, scale),
  condition: (match) => scalesChannels(match),
  rewrite: (match, insert) => [{ ...scaledConv(match, insert), outputs: match.root.outputs }],
};

const reluScaleRule: RewriteRule = {
  name: 'fold a scale through a ReLU into its convolution',
  pattern: op('Mul', relu, scale),
  condition(match) {
    const unmet = scalesChannels(match);
    if (unmet || match.data(scale).every((factor: number | bigint) => factor > 0)) return unmet;
    return { part: scale, reason: `${match.value(scale)} is not positive everywhere, as it must be behind a ReLU` };
  },
  rewrite: (match, insert) => [
    scaledConv(match, insert),
    { ...match.node(relu), outputs: match.root.outputs }, // under its own name
  ],
};

/** Why the scale is neither one number nor one for each channel. */
function scalesChannels({ dims, value }: Match): Unmet | undefined {
  const reason = unlikeChannels(dims(scale), dims(w).length, dims(w)[0]!);
  return reason === undefined ? undefined : { part: scale, reason: `${value(scale)} ${reason}` };
}

/** The convolution with its filter and bias times the scale. */
function scaledConv({ node, value, maybe, graph, data }: Match, insert: Inserter): Node {
  const factors = data(scale) as Float32Array;
  const scaled = (name: string): string => {
    const { data, dims } = graph.constants.get(name)!;
    const block = data.length / dims[0]!;
    const factor = (i: number): number => factors[factors.length === 1 ? 0 : Math.floor(i / block)]!;
    const product = (data as Float32Array).map((value, i) => value * factor(i));
    return insert.newConstant(`${name}.scaled`, { dtype: 'float32', dims, data: product });
  };
  const b = maybe(bias);
  return { ...node(conv), inputs: [value(x), scaled(value(w)), ...(b === undefined ? [] : [scaled(b)])] };
}

const [shift, addend] = [constant('shift'), value('t')];
const shifted = op('Add', x, shift);
const total = op('Add', shifted, addend);

const shiftRule: RewriteRule = {
  name: 'add a constant shift to the smaller addend',
  pattern: total,
  condition({ graph, dims, value }) {
    if (graph.constants.has(value(addend))) return { part: addend, reason: `${value(addend)} is a constant, too` };
    if (sizeOf(dims(addend)) >= sizeOf(dims(x))) {
      return { part: addend, reason: `${value(addend)} is not smaller than ${value(x)}` };
    }
    if (sameList(dims(x), dims(total))) return undefined;
    return { part: total, reason: `the sum has another shape than ${value(x)}: [${dims(total)}]` };
  },
  // The inner node becomes the small sum and moves behind the addend.
  rewrite({ graph, root, node, value, dims }) {
    const small = value(shifted);
    graph.types.set(small, { dtype: 'float32', dims: broadcast(dims(addend), dims(shift)) });
    return [
      { ...node(shifted), inputs: [value(addend), value(shift)] },
      { ...root, inputs: [value(x), small] },
    ];
  },
};

/** The shape of a sum. */
function broadcast(a: readonly number[], c: readonly number[]): number[] {
  const rank = Math.max(a.length, c.length);
  return Array.from({ length: rank }, (_, axis) => Math.max(a.at(axis - rank) ?? 1, c.at(axis - rank) ?? 1));
}

export const scaleRules: readonly RewriteRule[] = [scaleRule, reluScaleRule, shiftRule];

/**
 * Folds constant scales and shifts after convolutions with constant filters, as in a graph for inference.
 *
 * @param graph edited in place; values stay the same up to float32's rounding. `simplify` removes the old filters,
 *   which are dead code.
 */
export const foldScale = (graph: Graph): void => applyRules(graph, scaleRules);
