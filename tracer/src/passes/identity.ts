/**
 * Drops nodes that do nothing: x * 1, x + 0, x - 0, x / 1, a Reshape of a Reshape, and the Identity that names an
 * output if its producer can take the name instead. The last is a function, not a rule: it renames the node before.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import { applyRules } from '../rewrite/apply.ts';
import { number, type OpPattern, op, value } from '../rewrite/pattern.ts';
import type { Match, RewriteRule, Unmet } from '../rewrite/rule.ts';
import { producers, redirect } from '../rewrite/uses.ts';

export function dropIdentities(graph: Graph): void {
  applyRules(graph, reshapeRules);
  applyRules(graph, neutralRules);
  nameOutputs(graph);
}

const x = value('x');

/** The condition that a pattern has the shape of `x`. */
const keepsShape =
  (pattern: OpPattern) =>
  ({ dims, value }: Match): Unmet | undefined => {
    if (sameList(dims(x), dims(pattern))) return undefined;
    return { part: pattern, reason: `it makes [${dims(pattern)}] of ${value(x)}, which is [${dims(x)}]` };
  };

const neutral = (pattern: OpPattern): RewriteRule => ({
  name: 'drop an operation that changes no value',
  pattern,
  condition: keepsShape(pattern),
  rewrite: ({ value }) => value(x),
});

export const neutralRules: readonly RewriteRule[] = [
  neutral(op('Add', x, number(0))),
  neutral(op('Sub', x, number(0))),
  neutral(op('Mul', x, number(1))),
  neutral(op('Div', x, number(1))),
];

const shape = value('shape');
const inner = op('Reshape', x, value('inner shape'));
const twice = op('Reshape', inner, shape);
const once = op('Reshape', x, shape);

const returns = (pattern: OpPattern): RewriteRule => ({
  name: 'drop a Reshape that gives the shape that was there',
  pattern,
  keepsInner: true,
  condition: keepsShape(pattern),
  rewrite: ({ value }) => value(x),
});

const mergeRule: RewriteRule = {
  name: 'make two Reshapes one',
  pattern: twice,
  keepsInner: true,
  condition({ graph, value, dims }) {
    // A 0 in a shape copies the input's dimension at that place.
    const copied = Array.from(graph.constants.get(value(shape))?.data ?? [], Number);
    const axis = copied.findIndex((size, i) => size === 0 && dims(inner)[i] !== dims(x)[i]);
    if (axis < 0) return undefined;
    return { part: shape, reason: `it copies axis ${axis} of ${value(inner)}, which is another one in ${value(x)}` };
  },
  rewrite: ({ root, value }) => [{ ...root, inputs: [value(x), value(shape)] }],
};

const reshapeRules: readonly RewriteRule[] = [returns(twice), mergeRule, returns(once)];

/** Gives a value the name of the output that an Identity makes of it, unless it is an input, constant or output. */
function nameOutputs(graph: Graph): void {
  const producer = producers(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const renamed = new Map<string, string>();
  const dropped = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'Identity' || !outputs.has(node.outputs[0]!)) continue;
    const source = node.inputs[0]!;
    const from = producer.get(source);
    if (!from || outputs.has(source) || renamed.has(source)) continue;
    renamed.set(source, node.outputs[0]!);
    from.outputs = from.outputs.map((output) => (output === source ? node.outputs[0]! : output));
    dropped.add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !dropped.has(node));
  redirect(graph, renamed);
  for (const name of renamed.keys()) graph.types.delete(name);
}
