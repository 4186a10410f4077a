/** Graphs after rules. Every rewritten graph is run, and must give the same values as before. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { applyRules, findMisses } from '#tracer/rewrite/apply.ts';
import { op, value } from '#tracer/rewrite/pattern.ts';
import type { RewriteRule } from '#tracer/rewrite/rule.ts';
import { type Description, expectPass, handmade } from '../passes/handmade.ts';

const x = value('x');
const inner = op('Neg', x);

/** -(-x) is x. */
const negations: RewriteRule = {
  name: 'drop two negations',
  pattern: op('Neg', inner),
  rewrite: ({ value }) => value(x),
};

/** |-x| is |x|. */
const absolute: RewriteRule = {
  name: 'drop a negation in an absolute value',
  pattern: op('Abs', inner),
  rewrite: ({ root, value }) => [{ ...root, inputs: [value(x)] }],
};

const graphOf = (nodes: Description['nodes'], outputs: readonly string[] = ['y']) =>
  handmade({ inputs: { a: [3] }, nodes, outputs });

const apply =
  (...rules: RewriteRule[]) =>
  (graph: Graph) =>
    applyRules(graph, rules);

describe('applyRules', () => {
  it('puts new nodes in the place of all that matched', async () => {
    const graph = graphOf(['n = Neg(a)', 'e = Exp(a)', 'm = Abs(n)', 'y = Add(m, e)']);
    await expectPass(graph, apply(absolute), ['e = Exp(a)', 'm = Abs(a)', 'y = Add(m, e)']);
  });

  it('has all readers read the value that a rule says is the same', async () => {
    const graph = graphOf(['n = Neg(a)', 'm = Neg(n)', 'e = Exp(m)', 'y = Add(m, e)']);
    await expectPass(graph, apply(negations), ['e = Exp(a)', 'y = Add(a, e)']);
  });

  it('keeps the nodes of such a value that is an output of the graph', async () => {
    const graph = graphOf(['n = Neg(a)', 'm = Neg(n)', 'y = Exp(m)'], ['m', 'y']);
    await expectPass(graph, apply(negations), ['n = Neg(a)', 'm = Neg(n)', 'y = Exp(a)']);
  });

  it('takes the first of two matches that overlap, and then what is left', async () => {
    // Four negations disappear in two pairs; of three, one stays.
    const chain = (count: number): Description['nodes'] =>
      Array.from({ length: count }, (_, i) => `n${i} = Neg(${i === 0 ? 'a' : `n${i - 1}`})`);
    const read = (from: string): Description['nodes'] => [`y = Exp(${from})`];
    await expectPass(graphOf([...chain(4), ...read('n3')]), apply(negations), ['y = Exp(a)']);
    await expectPass(graphOf([...chain(3), ...read('n2')]), apply(negations), ['n2 = Neg(a)', 'y = Exp(n2)']);
  });

  it('takes the first rule that matches, and lets later nodes see what it made', async () => {
    const graph = graphOf(['n = Neg(a)', 'o = Neg(n)', 'p = Neg(o)', 'y = Abs(p)']);
    await expectPass(graph, apply(negations, absolute), ['y = Abs(a)']);
  });

  it('rewrites both of two matches that share an inner value only where the rule keeps it', async () => {
    const nodes: Description['nodes'] = ['n = Neg(a)', 'p = Abs(n)', 'q = Abs(n)', 'y = Add(p, q)'];
    const same = ['n = Neg(a)', 'p = Abs(n)', 'q = Abs(n)', 'y = Add(p, q)'];
    await expectPass(graphOf(nodes), apply(absolute), same);
    await expectPass(graphOf(nodes), apply({ ...absolute, keepsInner: true }), [
      'n = Neg(a)',
      'p = Abs(a)',
      'q = Abs(a)',
      'y = Add(p, q)',
    ]);
  });
});

describe('findMisses', () => {
  const nodes: Description['nodes'] = ['n = Neg(a)', 'p = Abs(n)', 'q = Exp(n)', 'r = Abs(a)', 'y = Sum(p, q, r)'];

  it('tells where a rule nearly applies, and changes nothing', () => {
    const graph = graphOf(nodes);
    const before = structuredClone(graph);
    expect(findMisses(graph, [absolute])).toEqual([
      {
        rule: 'drop a negation in an absolute value',
        node: 'p',
        part: 'Neg(x)',
        reason: "Neg's output n has 1 other use",
      },
    ]);
    expect(graph).toEqual(before);
  });

  it('says nothing of a node at which another rule applies', () => {
    expect(findMisses(graphOf(nodes), [absolute, { ...absolute, keepsInner: true }])).toEqual([]);
  });
});
