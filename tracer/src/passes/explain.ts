/** Why the passes left nodes as they are. */
import type { Graph } from '../graph.ts';
import { findMisses, type Miss } from '../rewrite/apply.ts';
import { biasRule } from './bias.ts';
import { blockedRules } from './blocked.ts';
import { groupNormRule } from './group-norm.ts';
import { neutralRules } from './identity.ts';
import { scaleRules } from './scale.ts';

/**
 * The places where a rule of the passes nearly applies, each with what stands against it: a value that other nodes
 * read, say, or a constant of the wrong shape. A place where a rule does apply is not listed. Changes nothing.
 *
 * @param graph as `trace` or `traceAnyBatch` gives it
 * @param block the block size of `blockConvolutions`; that pass is left out of the explanation where it is not given
 * @returns in the order of the passes, then of the nodes; Reshapes that have work to do are not listed
 */
export function explainPasses(graph: Graph, { block }: { block?: number } = {}): Miss[] {
  const passes = [neutralRules, [biasRule], [groupNormRule], scaleRules];
  if (block !== undefined) passes.push(blockedRules(block));
  return passes.flatMap((rules) => findMisses(graph, rules));
}
