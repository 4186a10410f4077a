/** Where a pattern is found, and why not. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { findMatch, type Mismatch } from '#tracer/rewrite/match.ts';
import {
  constant,
  describe as describePattern,
  number,
  type OpPattern,
  op,
  optional,
  type Pattern,
  value,
} from '#tracer/rewrite/pattern.ts';
import type { Match, RewriteRule } from '#tracer/rewrite/rule.ts';
import { usesOf } from '#tracer/rewrite/uses.ts';
import { type Description, handmade, vector } from '../passes/handmade.ts';

type Rule = Pick<RewriteRule, 'pattern'> & Partial<RewriteRule>;
const [x, z] = [value('x'), value('z')];

/** A graph over inputs a, b, c and the constants half, one; the last node is the root. */
function graphOf(nodes: Description['nodes'], outputs?: string[]): Graph {
  return handmade({
    inputs: { a: [3], b: [3], c: [3] },
    constants: { half: vector(0.5), one: vector(1) },
    nodes,
    ...(outputs && { outputs }),
  });
}

/** The match at the last node, or the reason against it. */
function matchLast(graph: Graph, rule: Rule): { match?: Match; failure?: Mismatch } {
  let failure: Mismatch | undefined;
  const whole: RewriteRule = { name: 'test', rewrite: () => [], ...rule };
  const match = findMatch(graph, usesOf(graph), whole, graph.nodes.at(-1)!, (found) => {
    failure = found;
  });
  return { ...(match && { match }), ...(failure && { failure }) };
}

const exp = op('Exp', x);
const k = constant('k');
const bias = optional(z);
const [ZERO, CLIP, ABS] = [number(0), op(['Clip', 'Exp'], x, bias), op('Abs', x)];

/** Nodes, the pattern of the last of them, and what its values are bound to. */
const FOUND: [string, string[], OpPattern, Record<string, string | undefined>][] = [
  ['commutative inputs in either order', ['e = Exp(a)', 'y = Add(b, e)'], op('Add', exp, z), { x: 'a', z: 'b' }],
  // x is first bound to a, but the outer difference needs it to be b.
  ['what comes later', ['m = Mul(a, b)', 'y = Sub(m, b)'], op('Sub', op('Mul', x, z), x), { x: 'b', z: 'a' }],
  ['one value in two places', ['y = Mul(a, a)'], op('Mul', x, x), { x: 'a' }],
  ['one node in two places', ['e = Exp(a)', 'y = Mul(e, e)'], op('Mul', exp, exp), { x: 'a' }],
  ['a constant', ['y = Mul(half, a)'], op('Mul', x, k), { x: 'a', k: 'half' }],
  ['a number', ['y = Mul(half, a)'], op('Mul', x, number(0.5)), { x: 'a' }],
  ['any of several operators', ['y = Exp(a)'], CLIP, { x: 'a', bias: undefined }],
  ['an optional input', ['y = Clip(a, b)'], CLIP, { x: 'a', bias: 'b' }],
  ['an inner value that is read twice', ['e = Exp(a)', 'y = Add(e, e)'], op('Add', exp, z), { z: 'e' }],
];

/** Nodes, a pattern that the last of them lacks, the part that does not suit, and why. */
const REFUSED: [string[], OpPattern, Pattern, string][] = [
  [['e = Exp(a)', 'y = Sub(b, e)'], op('Sub', exp, z), exp, 'b is an input of the graph, not the output of Exp'],
  [['y = Mul(a, b)'], op('Mul', x, x), x, 'x is a in one place and b in another'],
  [
    ['e = Exp(a)', 'f = Exp(a)', 'y = Mul(e, f)'],
    op('Mul', exp, exp),
    exp,
    'Exp(x) is e in one place and f in another',
  ],
  [['y = Mul(a, b)'], op('Mul', x, k), k, 'b is not a constant'],
  [['y = Sub(a, one)'], op('Sub', x, ZERO), ZERO, 'one is not the number 0'],
  [['y = Clip(a, b, c)'], CLIP, CLIP, 'Clip has 3 inputs, not 1'],
  // The attempt that came furthest.
  [
    ['n = Neg(a)', 'e = Exp(n)', 'l = Log(b)', 'y = Add(l, e)'],
    op('Add', op('Exp', ABS), z),
    ABS,
    'n is the output of Neg, not of Abs',
  ],
];

describe('findMatch', () => {
  it.each(FOUND)('finds %s', (_, nodes, pattern, bound) => {
    const match = matchLast(graphOf(nodes), { pattern }).match!;
    const parts = {
      x: () => match.value(x),
      z: () => match.value(z),
      k: () => match.value(k),
      bias: () => match.maybe(bias),
    };
    for (const [part, name] of Object.entries(bound)) expect(parts[part as 'x'](), part).toBe(name);
  });

  it.each(REFUSED)('refuses %j and says why', (nodes, pattern, part, reason) => {
    expect(matchLast(graphOf(nodes), { pattern })).toEqual({ failure: expect.objectContaining({ part, reason }) });
  });

  it('tries the other order where the condition refuses the first', () => {
    const found = (name: string) =>
      matchLast(graphOf(['y = Add(a, b)']), {
        pattern: op('Add', x, z),
        condition: (match) => (match.value(x) === name ? undefined : { part: x, reason: `x is not ${name}` }),
      });
    expect(['a', 'b'].map((name) => found(name).match!.value(z))).toEqual(['b', 'a']);
    expect(found('c').failure).toEqual({ part: x, reason: 'x is not c', fitted: Number.POSITIVE_INFINITY });
  });

  it('binds the values and nodes of a pattern that is written forwards', () => {
    const pattern = op('Mul', exp, k);
    const graph = graphOf(['e = Exp(a)', 'y = Mul(e, half)']);
    const match = matchLast(graph, { pattern }).match!;
    expect([x, exp, pattern].map(match.value)).toEqual(['a', 'e', 'y']);
    expect([match.node(exp), match.root, [...match.nodes].length]).toEqual([...graph.nodes, 2]);
    expect([match.dims(exp), Array.from(match.data(k), Number)]).toEqual([[3], [0.5]]);
  });

  it('takes operators of the domain ai.onnx alone', () => {
    const graph = graphOf(['y = Exp(a)']);
    graph.nodes[0]!.domain = 'com.microsoft';
    expect(matchLast(graph, { pattern: exp }).match).toBeUndefined();
  });

  it.each([
    ['one other node reads', ['o = Neg(e)'], ['y'], '1 other use'],
    ['two other nodes read', ['o = Neg(e)', 'p = Neg(e)'], ['y'], '2 other uses'],
    ['is an output of the graph', [], ['y', 'e'], 'an output of the graph'],
  ])('refuses an inner value that %s, unless the rule keeps it', (_, others, outputs, use) => {
    const graph = graphOf(['e = Exp(a)', ...others, 'y = Add(e, b)'], outputs);
    const pattern = op('Add', exp, z);
    const { failure } = matchLast(graph, { pattern });
    expect([failure!.part, failure!.reason.endsWith(use)]).toEqual([exp, true]);
    expect(matchLast(graph, { pattern, keepsInner: true }).match).toBeDefined();
  });
});

it('a part of a pattern is named as it is written, down to a depth', () => {
  const conv = op(['Conv', 'ConvTranspose'], x, value('w'), optional(value('bias')));
  expect(describePattern(conv)).toBe('Conv|ConvTranspose(x, w, [bias])');
  expect(describePattern(op('Add', op('Relu', conv), number(1)))).toBe('Add(Relu(Conv|ConvTranspose(…)), 1)');
});
