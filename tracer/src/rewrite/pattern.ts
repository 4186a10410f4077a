/**
 * Patterns of rewrite rules: the computation that a rule looks for, written forwards.
 *
 *     const [x, w, bias] = [value('x'), value('w'), value('bias')];
 *     const conv = op('Conv', x, w);
 *     const biased = op('Add', conv, bias);
 *
 * A pattern that is used twice stands for one value. The idea of rules made of a pattern, a condition and a rewrite is
 * that of onnxscript's rewriter (https://microsoft.github.io/onnxscript/tutorial/rewriter/rewrite_patterns.html).
 */

/** Any value. */
export interface ValuePattern {
  readonly kind: 'value';
  readonly name: string;
}

/** A constant of the graph. */
export interface ConstantPattern {
  readonly kind: 'constant';
  readonly name: string;
}

/** A constant of one element, of this value. */
export interface NumberPattern {
  readonly kind: 'number';
  readonly number: number;
}

/** The one output of a node. */
export interface OpPattern {
  readonly kind: 'op';
  /** Any of these operators, all of the domain ai.onnx. */
  readonly ops: readonly string[];
  readonly inputs: readonly InputPattern[];
}

/** Last among the inputs of an operator: an input that may be left out. */
export interface OptionalPattern {
  readonly kind: 'optional';
  readonly pattern: ValuePattern | ConstantPattern;
}

export type Pattern = ValuePattern | ConstantPattern | NumberPattern | OpPattern;
export type InputPattern = Pattern | OptionalPattern;

export const value = (name: string): ValuePattern => ({ kind: 'value', name });
export const constant = (name: string): ConstantPattern => ({ kind: 'constant', name });
export const number = (number: number): NumberPattern => ({ kind: 'number', number });
export const optional = (pattern: ValuePattern | ConstantPattern): OptionalPattern => ({ kind: 'optional', pattern });

/** @param ops an operator, or a list of which any will do */
export const op = (ops: string | readonly string[], ...inputs: InputPattern[]): OpPattern => ({
  kind: 'op',
  ops: typeof ops === 'string' ? [ops] : ops,
  inputs,
});

/** A pattern as it reads in an explanation, `Add(Conv(x, w), bias)`, down to a depth: `Add(Conv(…), bias)`. */
export function describe(pattern: InputPattern, depth = 2): string {
  if (pattern.kind === 'number') return String(pattern.number);
  if (pattern.kind === 'optional') return `[${describe(pattern.pattern)}]`;
  if (pattern.kind !== 'op') return pattern.name;
  const inputs = depth > 0 ? pattern.inputs.map((input) => describe(input, depth - 1)).join(', ') : '…';
  return `${pattern.ops.join('|')}(${inputs})`;
}

/** How many operators a pattern has; one that is used twice counts once. */
export function countOps(pattern: OpPattern): number {
  const seen = new Set<OpPattern>();
  const visit = (part: InputPattern): void => {
    if (part.kind !== 'op' || seen.has(part)) return;
    seen.add(part);
    part.inputs.forEach(visit);
  };
  visit(pattern);
  return seen.size;
}
