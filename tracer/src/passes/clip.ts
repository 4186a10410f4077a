/** A ReLU before a Clip from 0, as ReLU6 is traced, does nothing. */
import type { Graph } from '../graph/graph.ts';
import { applyRules } from '../rewrite/apply.ts';
import { number, op, value } from '../rewrite/pattern.ts';
import type { RewriteRule } from '../rewrite/rule.ts';

const [x, most] = [value('x'), value('most')];
const clipped = op('Clip', op('Relu', x), number(0), most);

const clipRule: RewriteRule = {
  name: 'drop a ReLU before a Clip from 0',
  pattern: clipped,
  rewrite: ({ root, value }) => [{ ...root, inputs: [value(x), ...root.inputs.slice(1)] }],
};

/** @param graph edited in place; values stay the same */
export const dropClippedRelus = (graph: Graph): void => applyRules(graph, [clipRule]);
