/**
 * Finds a rule's pattern at a node. It compares pattern and graph from the end. For a commutative operator it tries
 * both orders of the inputs, and backtracks when the rest does not fit.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { type ConstantPattern, describe, type InputPattern, type OpPattern, type Pattern } from './pattern.ts';
import type { Match, RewriteRule, Unmet } from './rule.ts';
import type { Uses } from './uses.ts';

/** The failed attempt that came closest. */
export interface Mismatch extends Unmet {
  /** How many nodes fitted; Infinity if all did, and only another use or the condition prevented the match. */
  fitted: number;
}

const COMMUTATIVE = new Set(['Add', 'Mul', 'Max', 'Min', 'Sum', 'Equal', 'And', 'Or', 'Xor']);

type Continue = () => boolean;

/** @param onFailure gets the reason if there is no match */
export function findMatch(
  graph: Graph,
  uses: Uses,
  rule: RewriteRule,
  root: Node,
  onFailure?: (failure: Mismatch) => void,
): Match | undefined {
  const nodes = new Map<OpPattern, Node>();
  const values = new Map<Pattern, string>();
  let furthest: Mismatch | undefined;

  /** Notes a failure; the reason is put into words only if somebody wants it. */
  const fail = (part: Pattern, reason: () => string, fitted = nodes.size): false => {
    if (onFailure && fitted > (furthest?.fitted ?? -1)) furthest = { part, reason: reason(), fitted };
    return false;
  };

  const bind = (pattern: Pattern, name: string, next: Continue): boolean => {
    const bound = values.get(pattern);
    if (bound === name) return next();
    if (bound !== undefined) {
      return fail(pattern, () => `${describe(pattern)} is ${bound} in one place and ${name} in another`);
    }
    values.set(pattern, name);
    if (next()) return true;
    values.delete(pattern);
    return false;
  };

  const matchInput = (pattern: InputPattern, name: string, next: Continue): boolean => {
    if (pattern.kind === 'optional') return matchInput(pattern.pattern, name, next);
    if (pattern.kind === 'value') return bind(pattern, name, next);
    const found = graph.constants.get(name);
    if (pattern.kind === 'op') {
      const node = uses.producer(name);
      if (node) return matchNode(pattern, node, next);
      const kind = found ? 'a constant' : 'an input of the graph';
      return fail(pattern, () => `${name} is ${kind}, not the output of ${pattern.ops.join(' or ')}`);
    }
    if (!found) return fail(pattern, () => `${name} is not a constant`);
    if (pattern.kind === 'constant') return bind(pattern, name, next);
    const fits = found.data.length === 1 && Number(found.data[0]) === pattern.number;
    return fits ? next() : fail(pattern, () => `${name} is not the number ${pattern.number}`);
  };

  const matchInputs = (patterns: readonly InputPattern[], names: readonly string[], next: Continue): boolean => {
    const [pattern, ...rest] = patterns;
    if (!pattern || names.length === 0) return next();
    return matchInput(pattern, names[0]!, () => matchInputs(rest, names.slice(1), next));
  };

  const matchNode = (pattern: OpPattern, node: Node, next: Continue): boolean => {
    const { op, domain, inputs, outputs } = node;
    if (!pattern.ops.includes(op) || domain !== '' || outputs.length !== 1) {
      return fail(pattern, () => `${outputs[0]} is the output of ${op}, not of ${pattern.ops.join(' or ')}`);
    }
    return bind(pattern, outputs[0]!, () => {
      if (nodes.has(pattern)) return next();
      nodes.set(pattern, node);
      const required = pattern.inputs.filter(({ kind }) => kind !== 'optional').length;
      const fits = inputs.length >= required && inputs.length <= pattern.inputs.length;
      const orders = COMMUTATIVE.has(op) && inputs.length === 2 ? [inputs, inputs.toReversed()] : [inputs];
      const matched = fits
        ? orders.some((names) => matchInputs(pattern.inputs, names, next))
        : fail(pattern, () => `${op} has ${inputs.length} inputs, not ${required}`);
      if (!matched) nodes.delete(pattern);
      return matched;
    });
  };

  const match = (): Match => {
    const bound = (pattern: Pattern): string => values.get(pattern)!;
    return {
      graph,
      root,
      nodes: new Set(nodes.values()),
      node: (pattern) => nodes.get(pattern)!,
      value: bound,
      maybe: ({ pattern }) => values.get(pattern),
      dims: (pattern) => graph.types.get(bound(pattern))!.dims,
      data: (pattern: ConstantPattern) => graph.constants.get(bound(pattern))!.data,
      producer: uses.producer,
    };
  };

  let found: Match | undefined;
  matchNode(rule.pattern, root, () => {
    const candidate = match();
    const unmet = (rule.keepsInner ? undefined : usedElsewhere(uses, nodes, candidate)) ?? rule.condition?.(candidate);
    if (unmet) return fail(unmet.part, () => unmet.reason, Number.POSITIVE_INFINITY);
    found = candidate;
    return true;
  });
  if (!found && furthest) onFailure?.(furthest);
  return found;
}

/** An inner value that other nodes read too: it would have to be computed twice. */
function usedElsewhere(uses: Uses, nodes: ReadonlyMap<OpPattern, Node>, match: Match): Unmet | undefined {
  for (const [part, node] of nodes) {
    if (node === match.root) continue;
    const output = node.outputs[0]!;
    if (uses.isOutput(output)) return { part, reason: `${node.op}'s output ${output} is an output of the graph` };
    const inside = [...match.nodes].flatMap(({ inputs }) => inputs).filter((input) => input === output).length;
    const others = uses.reads(output) - inside;
    if (others > 0) {
      return { part, reason: `${node.op}'s output ${output} has ${others} other use${others === 1 ? '' : 's'}` };
    }
  }
  return undefined;
}
