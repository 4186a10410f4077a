/**
 * Conv followed by the addition of one number per channel becomes Conv with a bias. The addend may be a constant or a
 * value of the graph (a trained bias in a training step) with one element per channel.
 */
import type { Graph } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import { applyRules } from '../rewrite/apply.ts';
import type { Inserter } from '../rewrite/insert.ts';
import { op, value } from '../rewrite/pattern.ts';
import type { RewriteRule } from '../rewrite/rule.ts';
import { isPerChannel } from './per-channel.ts';

const [x, w, bias] = [value('x'), value('w'), value('bias')];
const conv = op(['Conv', 'ConvTranspose'], x, w);
const biased = op('Add', conv, bias);

export const biasRule: RewriteRule = {
  name: 'fold a bias into its convolution',
  pattern: biased,
  condition({ dims, value }) {
    const channels = dims(conv)[1]!;
    const shape = dims(bias);
    if (!isPerChannel(shape, dims(conv).length, channels)) {
      return { part: bias, reason: `${value(bias)} is [${shape}], not one number for each of ${channels} channels` };
    }
    if (sameList(dims(biased), dims(conv))) return undefined;
    return { part: biased, reason: `the sum has another shape than the convolution: [${dims(biased)}]` };
  },
  // The convolution moves to the place of the addition, where the bias is known, and takes the name of its output.
  rewrite({ graph, root, node, value, dims, producer }, insert) {
    const reshape = producer(value(bias));
    const origin = reshape?.op === 'Reshape' ? reshape.inputs[0]! : value(bias);
    const vector = asVector(graph, insert, origin, dims(conv)[1]!);
    return [{ ...node(conv), inputs: [value(x), value(w), vector], outputs: root.outputs }];
  },
};

/** Folds biases into convolutions that have none yet. Edits the graph in place. */
export const foldBias = (graph: Graph): void => applyRules(graph, [biasRule]);

/** The bias as a vector, made once for all convolutions that it is added to. */
function asVector(graph: Graph, insert: Inserter, bias: string, channels: number): string {
  if (graph.types.get(bias)!.dims.length === 1) return bias;
  return insert.once(`${bias} as a vector`, () => {
    let name = `${bias}.vector`;
    while (graph.types.has(name) || graph.types.has(`${name}.shape`)) name += '_';
    const constant = graph.constants.get(bias);
    if (constant) return insert.newConstant(name, { ...constant, dims: [channels] });
    const data = BigInt64Array.of(BigInt(channels));
    const shape = insert.newConstant(`${name}.shape`, { dtype: 'int64', dims: [1], data });
    graph.types.set(name, { dtype: 'float32', dims: [channels] });
    insert.nodes.push({ name, op: 'Reshape', domain: '', inputs: [bias, shape], outputs: [name], attributes: {} });
    return name;
  });
}
