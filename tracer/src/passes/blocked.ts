/**
 * Runs convolutions with trained filters on onnxruntime's blocked kernels (operators of the domain com.microsoft.nchwc,
 * CPU only).
 *
 * These kernels are 1.3 to 1.6 times as fast as onnxruntime's plain Conv, but onnxruntime itself uses them only for
 * constant filters, that is for inference. Here the graph rearranges the filter at each step, which is cheap beside the
 * convolution: images become [N, C / B, H, W, B] and filters [O / B, C / B, kH, kW, B of C, B of O], where B is the
 * width of a vector register. The block size depends on the machine, so this pass is for graphs that run where they
 * were made.
 */
import { type Graph, type Node, sizeOf } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import { applyRules } from '../rewrite/apply.ts';
import type { Inserter } from '../rewrite/insert.ts';
import { constant, op, optional, value } from '../rewrite/pattern.ts';
import type { Match, RewriteRule, Unmet } from '../rewrite/rule.ts';
import {
  BLOCKED,
  fewPixels,
  notOfImages,
  type Quad,
  reordered,
  straightBlocks,
  swappedBlocks,
  unevenBlocks,
} from './blocked-layout.ts';
import { transposedRule } from './blocked-transpose.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { stayBlocked } from './stay-blocked.ts';
import { thereAndBackRule } from './there-and-back.ts';

/**
 * Replaces convolutions that gain by it with onnxruntime's blocked ones, and rearranges images and filters around them.
 * Images stay in blocks from one to the next where what is between allows it.
 *
 * @param graph edited in place; values stay the same up to float32's rounding
 * @param block the machine's block size, 8 or 16: with the wrong one onnxruntime computes wrong values
 */
export function blockConvolutions(graph: Graph, block: number): void {
  applyRules(graph, blockedRules(block));
  applyRules(graph, [thereAndBackRule]);
  shareCommon(graph);
  removeDead(graph);
  stayBlocked(graph, block);
}

export const blockedRules = (block: number): readonly RewriteRule[] => [
  swappedRule(block),
  straightRule(block),
  transposedRule(block),
];

const NAME = 'run a convolution on blocked kernels';
const [x, w, filter] = [value('x'), value('w'), value('filter')];
const bias = optional(value('bias'));
const straight = op('Conv', x, w, bias);

const straightRule = (block: number): RewriteRule => ({
  name: NAME,
  pattern: straight,
  condition: (match) => unsuited(match, match.value(w), block),
  rewrite: (match, insert) =>
    blocked(match, insert, () => straightBlocks(insert, match.value(w), match.dims(w) as Quad, block)),
});

// As in the gradient of an input: the filter with its channels swapped and its taps reversed.
const [starts, ends, axes, steps] = [constant('starts'), value('ends'), constant('axes'), constant('steps')];
const swapped = op('Transpose', filter);
const reversed = op('Slice', swapped, starts, ends, axes, steps);

/** Makes the blocks from the original filter instead of swapping, reversing and rearranging it. */
const swappedRule = (block: number): RewriteRule => ({
  name: NAME,
  pattern: op('Conv', x, reversed, bias),
  keepsInner: true,
  condition(match) {
    const { node, data, dims } = match;
    const { ints } = node(swapped).attributes.perm as { ints: readonly number[] };
    if (!sameList(ints, [1, 0, 2, 3])) return { part: swapped, reason: `it moves axes [${ints}], not [1, 0, 2, 3]` };
    const isLast = (values: ArrayLike<number | bigint>) => Array.from(values, Number).every((at) => at === -1);
    const whole = sameList(dims(reversed), dims(swapped)) && sameList(Array.from(data(axes), Number), [2, 3]);
    if (!whole || !isLast(data(starts)) || !isLast(data(steps))) {
      return { part: reversed, reason: 'it does not reverse both axes of the taps' };
    }
    return unsuited(match, match.value(reversed), block);
  },
  rewrite(match, insert) {
    const dims = match.dims(reversed) as Quad;
    const taps = Array.from({ length: sizeOf(dims.slice(2)) }, (_, tap) => tap).reverse();
    return blocked(match, insert, () => swappedBlocks(insert, match.value(filter), dims, block, taps, dims));
  },
});

/** Why there is no blocked kernel for the convolution `match.root` with the filter `w`, or none that pays. */
function unsuited({ graph, root }: Match, w: string, block: number): Unmet | undefined {
  const unmet = (reason: string): Unmet => ({ part: straight, reason });
  if (graph.constants.has(w)) return unmet(`${w} is a constant, which onnxruntime rearranges by itself`);
  const { dims } = graph.types.get(w)!;
  if (dims.length !== 4) return unmet(notOfImages(dims));
  const [outputs, inputs, kH, kW] = dims as Quad;
  const { group } = root.attributes as { group: { int: number } };
  if (group.int !== 1) return unmet(`it has ${group.int} groups, not 1`);
  if (kH * kW === 1) return unmet('its kernel is 1x1');
  const reason = unevenBlocks(inputs, outputs, block) ?? fewPixels(graph, root.outputs[0]!);
  return reason === undefined ? undefined : unmet(reason);
}

/** @param rearranged makes the filter in blocks */
function blocked({ graph, root, value, maybe }: Match, insert: Inserter, rearranged: () => string): Node[] {
  const output = root.outputs[0]!;
  const { dims } = graph.types.get(output)!;
  const image = insert.add('ReorderInput', [value(x)], graph.types.get(value(x))!.dims, { domain: BLOCKED });
  const b = maybe(bias);
  const conv = insert.add('Conv', [image, rearranged(), ...(b === undefined ? [] : [b])], dims, {
    domain: BLOCKED,
    attributes: root.attributes,
    after: output,
  });
  return [reordered(conv, output, dims[1]!)];
}
