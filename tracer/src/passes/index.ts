/**
 * The passes that every traced graph goes through. Each edits the graph in place. Most are rules: see ../rewrite. Those
 * that look at the graph as a whole are functions: dead code, repeated nodes, names of outputs.
 */
import type { Graph } from '../graph/graph.ts';
import { foldBias } from './bias.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { dropIdentities } from './identity.ts';

/**
 * Removes dead code, repeated nodes and nodes that do nothing, and gives convolutions their biases. `trace` has done
 * it; do it again after other passes.
 *
 * @param graph edited in place; values stay the same up to float32's rounding
 * @returns the same graph
 */
export function simplify(graph: Graph): Graph {
  dropIdentities(graph);
  removeDead(graph);
  shareCommon(graph);
  foldBias(graph);
  removeDead(graph);
  return graph;
}
