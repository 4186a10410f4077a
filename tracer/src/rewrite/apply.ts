/** Applies rewrite rules to a graph, and finds where one nearly matched. */
import { countFold } from '../graph/folds.ts';
import { bodiesOf, type Graph, type Node } from '../graph/graph.ts';
import { createInserter } from './insert.ts';
import { findMatch, type Mismatch } from './match.ts';
import { countOps, describe } from './pattern.ts';
import type { RewriteRule } from './rule.ts';
import { redirect, usesOf } from './uses.ts';

/**
 * Goes through the nodes once, in order, and rewrites each with the first rule that matches. Later nodes see the
 * result, so overlapping matches are handled in the order of their last nodes. Constants, and nodes that `keepsInner`
 * left, may be dead code afterwards.
 */
export function applyRules(graph: Graph, rules: readonly RewriteRule[]): void {
  const uses = usesOf(graph);
  const suiting = byOp(rules);
  const insert = createInserter(graph);
  const gone = new Set<Node>();
  const renamed = new Map<string, string>();

  const rewrite = (rule: RewriteRule, root: Node): boolean => {
    const match = findMatch(graph, uses, rule, root);
    if (!match) return false;
    const begin = insert.nodes.length;
    const made = rule.rewrite(match, insert);
    if (typeof made === 'string') {
      const output = root.outputs[0]!;
      renamed.set(output, made);
      uses.move(output, made);
      if (uses.isOutput(output)) return false;
    } else insert.nodes.push(...made);
    for (const node of rule.keepsInner ? [root] : match.nodes) {
      uses.remove(node);
      gone.add(node);
    }
    for (const node of insert.nodes.slice(begin)) uses.add(node);
    countFold(graph, rule.name);
    return true;
  };

  for (const node of graph.nodes) {
    if (renamed.size > 0) {
      node.inputs = node.inputs.map((input) => renamed.get(input) ?? input);
      for (const body of bodiesOf(node.attributes)) redirect(body, renamed);
    }
    if (!suiting.get(node.op)?.some((rule) => rewrite(rule, node))) insert.nodes.push(node);
  }
  graph.nodes = insert.nodes.filter((node) => !gone.has(node));
}

/** Rules by the operators that their patterns end in. */
function byOp(rules: readonly RewriteRule[]): Map<string, RewriteRule[]> {
  const map = new Map<string, RewriteRule[]>();
  for (const rule of rules) for (const op of rule.pattern.ops) map.set(op, [...(map.get(op) ?? []), rule]);
  return map;
}

/** A place where a rule nearly applied, and the obstacle. */
export interface Miss {
  /** What the rule does. */
  rule: string;
  /** The name of the node that the pattern ends in. */
  node: string;
  /** The part of the pattern that does not fit, written forwards: `Conv(x, w)`. */
  part: string;
  /** Why, in words. */
  reason: string;
}

/** Did at least two operators of the pattern fit, and half of them? Less says nothing: most Adds end no pattern. */
const isNear = (fitted: number, { pattern }: RewriteRule): boolean => fitted >= Math.max(2, countOps(pattern) / 2);

/**
 * Nodes at which no rule applies though one nearly does. If several nearly do, only the closest is listed. The graph
 * stays as it is.
 */
export function findMisses(graph: Graph, rules: readonly RewriteRule[]): Miss[] {
  const uses = usesOf(graph);
  const suiting = byOp(rules);
  return graph.nodes.flatMap((node) => {
    let furthest: (Mismatch & { rule: RewriteRule }) | undefined;
    const matched = suiting.get(node.op)?.some((rule) => {
      return findMatch(graph, uses, rule, node, (failure) => {
        if (failure.fitted > (furthest?.fitted ?? 0)) furthest = { ...failure, rule };
      });
    });
    if (matched || !furthest || !isNear(furthest.fitted, furthest.rule)) return [];
    const { rule, part, reason } = furthest;
    return [{ rule: rule.name, node: node.name, part: describe(part), reason }];
  });
}
