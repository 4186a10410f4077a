/** A rewrite rule: a pattern, a condition and a rewrite, each stated separately. */
import type { ConstantData, Graph, Node } from '../graph/graph.ts';
import type { Inserter } from './insert.ts';
import type { ConstantPattern, OpPattern, OptionalPattern, Pattern } from './pattern.ts';

export interface RewriteRule {
  /** For explanations: what the rule does, `fold a bias into its convolution`. */
  name: string;
  /** Ends in the value that the rewrite computes in another way. */
  pattern: OpPattern;
  /** The rewrite leaves the inner nodes in place, so that other nodes may read them, too. */
  keepsInner?: boolean;
  /** What else must hold. Default: nothing. */
  condition?(match: Match): Unmet | undefined;
  /**
   * Returns the nodes that replace the matched ones, the last with the outputs of `match.root`; or the name of a value
   * that equals the pattern's. Nodes that `insert` makes come before them.
   */
  rewrite(match: Match, insert: Inserter): readonly Node[] | string;
}

/** Why a match cannot be used: which part of the pattern does not suit, and the reason in words. */
export interface Unmet {
  part: Pattern;
  reason: string;
}

/** Where a pattern was found. Each method takes a part of that pattern. */
export interface Match {
  graph: Graph;
  /** The node that the pattern ends in. */
  root: Node;
  /** All matched nodes. */
  nodes: ReadonlySet<Node>;
  node(pattern: OpPattern): Node;
  /** The name of a value. */
  value(pattern: Pattern): string;
  /** The name of an input that may be left out. */
  maybe(pattern: OptionalPattern): string | undefined;
  /** Dimensions in stored order. */
  dims(pattern: Pattern): readonly number[];
  data(pattern: ConstantPattern): ConstantData;
  /** The node that makes any value of the graph. */
  producer(name: string): Node | undefined;
}
