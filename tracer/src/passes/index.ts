/** The passes that every traced graph goes through. Each is a function that edits the graph in place. */
import type { Graph } from '../graph.ts';
import { foldBias } from './bias.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';
import { dropIdentities } from './identity.ts';

export function simplify(graph: Graph): Graph {
  dropIdentities(graph);
  removeDead(graph);
  shareCommon(graph);
  foldBias(graph);
  removeDead(graph);
  return graph;
}
