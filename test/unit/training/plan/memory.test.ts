import { describe, expect, it } from 'vitest';
import { usableCores } from '#runtime-node/cores.ts';
import type { Graph } from '#tracer/index.ts';
import { peakBytes } from '#training/engines/onnx/graph-memory.ts';
import { machineMemory } from '#training/engines/onnx/machine-memory.ts';
import { traceStep } from '#training/engines/onnx/onnxruntime.ts';
import { coresOfSums } from '#training/engines/onnx/parallel-sums.ts';
import { countParameters } from '#training/model/index.ts';
import { estimateMemory, estimatePlan, memoryShortage } from '#training/plan/memory.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';
import type { StepParts } from '#training/step/contracts.ts';

type NodeRow = [op: string, inputs: string[], output: string];

/** Every value is float32 of `sizes[name]` elements. */
function graphOf(sizes: Record<string, number>, inputs: string[], nodes: NodeRow[], outputs: string[]): Graph {
  const port = (name: string) => ({ name, dtype: 'float32' as const, dims: [sizes[name]!] });
  return {
    name: 'g',
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    nodes: nodes.map(([op, from, to]) => ({ name: to, op, domain: '', inputs: from, outputs: [to], attributes: {} })),
    constants: new Map(),
    types: new Map(Object.entries(sizes).map(([name, size]) => [name, { dtype: 'float32', dims: [size] }])),
  };
}

it('estimateMemory counts what lives at one time, inputs and outputs apart, and the copies for saving', () => {
  const graph = graphOf(
    { x: 10, a: 100, b: 200, c: 50, y: 10 },
    ['x'],
    [
      ['Exp', ['x'], 'a'], // a: 100
      ['Exp', ['a'], 'b'], // a, b: 300
      ['Exp', ['b'], 'c'], // b, c: 250
      ['Exp', ['c'], 'y'],
    ],
    ['y'],
  );
  expect(peakBytes(graph)).toBe(300 * 4);
  const { state, saving } = estimateMemory(graph, 7);
  expect({ state, saving }).toEqual({ state: 20 * 4, saving: 10 * 4 + 4 * 7 * 4 });
});

it.each<[string, number, NodeRow[]]>([
  [
    'keeps a value alive to its last reader',
    350,
    [
      ['Exp', ['x'], 'a'],
      ['Exp', ['a'], 'b'],
      ['Exp', ['b'], 'c'], // a, b, c
      ['Add', ['a', 'c'], 'y'],
    ],
  ],
  [
    'counts a reshaped value once',
    100,
    [
      ['Exp', ['x'], 'a'],
      ['Reshape', ['a'], 'r'],
      ['ReduceSum', ['r'], 'y'],
    ],
  ],
])('peakBytes %s', (_, most, nodes) => {
  expect(peakBytes(graphOf({ x: 1, a: 100, b: 200, c: 50, r: 100, y: 1 }, ['x'], nodes, ['y']))).toBe(most * 4);
});

describe('estimatePlan', () => {
  const planOf = (batch: number) => {
    const model = { _class_name: 'SimpleUnet', sample_size: 32, image_channels: 1, channels: [2, 4], time_emb_dim: 4 };
    return planFromConfig(resolveConfig([{ name: 'the test', config: { model, training: { batch } } }]));
  };

  it('reckons a batch that is too large to trace as tracing would', { tags: 'long' }, async () => {
    const plan = planOf(2000);
    const traced = estimateMemory(traceStep(plan.step), countParameters(plan.model));
    const reckoned = await estimatePlan(plan);
    for (const [part, bytes] of Object.entries(traced)) {
      expect([part, reckoned[part as keyof typeof reckoned] / bytes]).toEqual([part, expect.closeTo(1, 3)]);
    }
  });

  it('takes any batch, and advises one that fits', { tags: 'long' }, async () => {
    const plan = planOf(100_000_000);
    const estimate = await estimatePlan(plan);
    expect(await memoryShortage(estimate, plan, estimate.total)).toBeUndefined();
    const said = (await memoryShortage(estimate, plan, 2 ** 30))!;
    expect(said).toMatch(/^the machine must have about [\d.]+ TiB of memory, but it has 1 GiB\./);
    const advised = planOf(Number(/Try --batch (\d+) or less\.$/.exec(said)![1]));
    expect((await estimatePlan(advised)).total / 2 ** 30).toBeCloseTo(0.9, 2);
    const small = planOf(1);
    expect(await memoryShortage(await estimatePlan(small), small, 2 ** 20)).toMatch(/ Try a smaller network\.$/);
  });
});

it('a private step has as many cores as half of the free memory holds, and one at least', () => {
  const step = { state: [], accumulated: { count: undefined } as StepParts };
  const graph = (values: number) => graphOf({ x: values }, ['x'], [], ['x']);
  const { free } = machineMemory();
  expect(coresOfSums(step, graph(1))).toBe(Math.min(usableCores(), 16));
  expect(coresOfSums(step, graph(free / 4))).toBe(1);
  expect(coresOfSums({ ...step, accumulated: { ...step.accumulated, count: 4 } }, graph(1))).toBe(1);
});

it('machineMemory has no more free than there is', () => {
  const { total, free } = machineMemory();
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(total);
});
