/** Where a pattern is found, and why not. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { findMatch, type Mismatch } from '#tracer/rewrite/match.ts';
import { constant, describe as describePattern, number, op, optional, value } from '#tracer/rewrite/pattern.ts';
import type { Match, RewriteRule } from '#tracer/rewrite/rule.ts';
import { usesOf } from '#tracer/rewrite/uses.ts';
import { type Description, handmade, vector } from '../passes/handmade.ts';

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
function matchLast(
  graph: Graph,
  rule: Pick<RewriteRule, 'pattern'> & Partial<RewriteRule>,
): { match?: Match; failure?: Mismatch } {
  let failure: Mismatch | undefined;
  const whole: RewriteRule = { name: 'test', rewrite: () => [], ...rule };
  const match = findMatch(graph, usesOf(graph), whole, graph.nodes.at(-1)!, (found) => {
    failure = found;
  });
  return { ...(match && { match }), ...(failure && { failure }) };
}

describe('findMatch', () => {
  it('binds the values and nodes of a pattern that is written forwards', () => {
    const exp = op('Exp', x);
    const difference = op('Sub', exp, z);
    const graph = graphOf(['e = Exp(a)', 'y = Sub(e, b)']);
    const match = matchLast(graph, { pattern: difference }).match!;
    expect([x, z, exp, difference].map(match.value)).toEqual(['a', 'b', 'e', 'y']);
    expect(match.node(exp)).toBe(graph.nodes[0]);
    expect(match.root).toBe(graph.nodes[1]);
    expect([...match.nodes]).toHaveLength(2);
    expect(match.dims(exp)).toEqual([3]);
  });

  it('takes the inputs of a commutative operator in either order, and those of no other', () => {
    const nodes = (last: string): Description['nodes'] => ['e = Exp(a)', `y = ${last}(b, e)`];
    const match = matchLast(graphOf(nodes('Add')), { pattern: op('Add', op('Exp', x), z) }).match!;
    expect([match.value(x), match.value(z)]).toEqual(['a', 'b']);
    const { failure } = matchLast(graphOf(nodes('Sub')), { pattern: op('Sub', op('Exp', x), z) });
    expect(failure!.reason).toBe('b is an input of the graph, not the output of Exp');
  });

  it('takes back a choice that does not fit with what comes later', () => {
    // x is first bound to a, but the outer sum needs it to be b.
    const graph = graphOf(['m = Mul(a, b)', 'y = Sub(m, b)']);
    const match = matchLast(graph, { pattern: op('Sub', op('Mul', x, z), x) }).match!;
    expect([match.value(x), match.value(z)]).toEqual(['b', 'a']);
  });

  it('tries the other order where the condition refuses the first', () => {
    const graph = graphOf(['y = Add(a, b)']);
    const wanted = (name: string) => {
      return (match: Match) => (match.value(x) === name ? undefined : { part: x, reason: `x is not ${name}` });
    };
    const pattern = op('Add', x, z);
    expect(matchLast(graph, { pattern, condition: wanted('a') }).match!.value(z)).toBe('b');
    expect(matchLast(graph, { pattern, condition: wanted('b') }).match!.value(z)).toBe('a');
    expect(matchLast(graph, { pattern, condition: wanted('c') }).failure).toEqual({
      part: x,
      reason: 'x is not c',
      fitted: Number.POSITIVE_INFINITY,
    });
  });

  it('wants a value that stands in two places to be one', () => {
    const pattern = op('Mul', x, x);
    expect(matchLast(graphOf(['y = Mul(a, a)']), { pattern }).match).toBeDefined();
    expect(matchLast(graphOf(['y = Mul(a, b)']), { pattern }).failure!.reason).toBe(
      'x is a in one place and b in another',
    );
    const exp = op('Exp', x);
    const twice = op('Mul', exp, exp);
    const nodes: Description['nodes'] = ['e = Exp(a)', 'f = Exp(a)', 'y = Mul(e, e)'];
    expect(matchLast(graphOf(nodes), { pattern: twice }).match!.nodes.size).toBe(2);
    const two = graphOf([...nodes.slice(0, 2), 'y = Mul(e, f)']);
    expect(matchLast(two, { pattern: twice }).failure!.reason).toBe('Exp(x) is e in one place and f in another');
  });

  it('tells constants and numbers from other values', () => {
    const k = constant('k');
    const scaled = graphOf(['y = Mul(half, a)']);
    const match = matchLast(scaled, { pattern: op('Mul', x, k) }).match!;
    expect([match.value(k), ...Array.from(match.data(k), Number)]).toEqual(['half', 0.5]);
    expect(matchLast(graphOf(['y = Mul(a, b)']), { pattern: op('Mul', x, k) }).failure).toMatchObject({
      part: k,
      reason: 'b is not a constant',
    });
    expect(matchLast(scaled, { pattern: op('Mul', x, number(0.5)) }).match).toBeDefined();
    expect(matchLast(graphOf(['y = Sub(a, one)']), { pattern: op('Sub', x, number(0)) }).failure!.reason).toBe(
      'one is not the number 0',
    );
  });

  it('takes any of several operators, with and without an optional input', () => {
    const bias = optional(z);
    const pattern = op(['Clip', 'Exp'], x, bias);
    expect(matchLast(graphOf(['y = Exp(a)']), { pattern }).match!.maybe(bias)).toBeUndefined();
    expect(matchLast(graphOf(['y = Clip(a, b)']), { pattern }).match!.maybe(bias)).toBe('b');
    expect(matchLast(graphOf(['y = Clip(a, b, c)']), { pattern }).failure!.reason).toBe('Clip has 3 inputs, not 1');
  });

  it('takes operators of the domain ai.onnx alone', () => {
    const graph = graphOf(['y = Exp(a)']);
    graph.nodes[0]!.domain = 'com.microsoft';
    expect(matchLast(graph, { pattern: op('Exp', x) }).match).toBeUndefined();
  });
});

describe('an inner value', () => {
  const exp = op('Exp', x);
  const pattern = op('Add', exp, z);

  it.each([
    ['one other node', 1, "Exp's output e has 1 other use"],
    ['two other nodes', 2, "Exp's output e has 2 other uses"],
  ])('that %s reads is refused', (_, count, reason) => {
    const others = Array.from({ length: count }, (_, i) => `o${i} = Neg(e)`);
    const graph = graphOf(['e = Exp(a)', ...others, 'y = Add(e, b)']);
    expect(matchLast(graph, { pattern }).failure).toMatchObject({ part: exp, reason });
    expect(matchLast(graph, { pattern, keepsInner: true }).match).toBeDefined();
  });

  it('that the pattern itself reads twice is taken', () => {
    const graph = graphOf(['e = Exp(a)', 'y = Add(e, e)']);
    expect(matchLast(graph, { pattern }).match!.value(z)).toBe('e');
  });

  it('that is an output of the graph is refused', () => {
    const nodes: Description['nodes'] = ['e = Exp(a)', 'y = Add(e, b)'];
    const graph = graphOf(nodes, ['y', 'e']);
    expect(matchLast(graph, { pattern }).failure).toMatchObject({
      part: exp,
      reason: "Exp's output e is an output of the graph",
    });
    expect(matchLast(graph, { pattern, keepsInner: true }).match).toBeDefined();
  });
});

describe('why there is no match', () => {
  it('is told of the attempt that came furthest', () => {
    const graph = graphOf(['n = Neg(a)', 'e = Exp(n)', 'l = Log(b)', 'y = Add(l, e)']);
    const abs = op('Abs', x);
    expect(matchLast(graph, { pattern: op('Add', op('Exp', abs), z) }).failure).toEqual({
      part: abs,
      reason: 'n is the output of Neg, not of Abs',
      fitted: 2,
    });
  });

  it('names a part as it is written, down to a depth', () => {
    const conv = op(['Conv', 'ConvTranspose'], x, value('w'), optional(value('bias')));
    expect(describePattern(conv)).toBe('Conv|ConvTranspose(x, w, [bias])');
    expect(describePattern(op('Add', op('Relu', conv), number(1)))).toBe('Add(Relu(Conv|ConvTranspose(…)), 1)');
  });
});
