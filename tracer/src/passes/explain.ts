/** Why the passes left nodes as they are. */
import type { Graph } from '../graph/graph.ts';
import { findMisses, type Miss } from '../rewrite/apply.ts';
import { biasRule } from './bias.ts';
import { blockedRules } from './blocked.ts';
import { groupNormRule } from './group-norm.ts';
import { neutralRules } from './identity.ts';
import { scaleRules } from './scale.ts';

/**
 * The places where a rule of the passes nearly applies, each with the obstacle: say, a value that other nodes read, or
 * a constant of the wrong shape. Places where a rule does apply are not listed. The graph stays as it is.
 *
 * @param graph as `trace` or `traceAnyBatch` gives it
 * @param block the block size of `blockConvolutions`; without it, that pass is not explained
 * @returns in the order of the passes, then of the nodes; Reshapes that have work to do are not listed
 */
export function explainPasses(graph: Graph, { block }: { block?: number } = {}): Miss[] {
  const passes = [neutralRules, [biasRule], [groupNormRule], scaleRules];
  if (block !== undefined) passes.push(blockedRules(block));
  return passes.flatMap((rules) => findMisses(graph, rules));
}
