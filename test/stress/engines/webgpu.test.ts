/** The engine on WebGPU, and each operator of a step there: software adapters need minutes. */
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';
import { lossesOf, networks, planOf, startState } from '#test/train/engines.ts';
import { LACKS_WEBGPU } from '#test/train/webgpu.ts';
import { encodeModel, type Graph, type Node } from '#tracer/index.ts';
import { createEngine } from '#training/engines/index.ts';
import { flatStepGraph } from '#training/engines/onnx/graphs.ts';
import { createFlatStep } from '#training/step/flat-step.ts';

const LONG = 900_000;

describe('onnxruntime-webgpu', skipBecause(LACKS_WEBGPU), () => {
  it.each(['SimpleUnet', 'UNet2DModel'] as const)(
    'has the losses of onnxruntime, goes on from its state, and gives back its own: %s',
    async (name) => {
      const plan = planOf(networks[name]);
      const reference = await createEngine('onnxruntime', plan.step, startState(plan));
      const first = await lossesOf(reference, plan, 0, 5);
      const halfway = await reference.readState();
      const then = await lossesOf(reference, plan, 5, 10);
      await reference.dispose();

      const engine = await createEngine('onnxruntime-webgpu', plan.step, startState(plan));
      expectClose(await lossesOf(engine, plan, 0, 5), first, { relative: 1e-3, what: 'losses' });
      await engine.writeState(halfway);
      expect(await engine.readState()).toEqual(halfway);
      expectClose(await lossesOf(engine, plan, 5, 10), then, { relative: 1e-3, what: 'losses' });
      const own = await engine.readState();
      await engine.dispose();
      const back = await createEngine('onnxruntime', plan.step, own);
      expect((await lossesOf(back, plan, 10, 11))[0]).toBeGreaterThan(0);
      await back.dispose();
    },
    LONG,
  );

  it.each(['SimpleUnet', 'UNet2DModel', 'residualResampling'] as const)(
    'computes each operator of a step as the CPU does: %s',
    async (name) => {
      const plan = planOf(networks[name]);
      const graph = separated(flatStepGraph(createFlatStep(plan.model, plan.step.recipe!.options)));
      const model = encodeModel(graph);
      const values = inputsOf(graph);
      const expected = await run(model, values, ['cpu']);
      const found = await run(model, values, [{ name: 'webgpu', preferredLayout: 'NCHW' }]);
      for (const { outputs, op } of graph.nodes) {
        const [output] = outputs as [string];
        const [numbers, wanted] = [found[output]!.data, expected[output]!.data].map((data) =>
          Array.from(data as never, Number),
        );
        expectClose(numbers!, wanted!, { absolute: 2e-5, relative: 2e-4, what: `${op} ${output}` });
      }
    },
    LONG,
  );
});

/** Each kind of node of a graph once, on inputs of its own: an error shows at the operator that makes it. */
function separated(graph: Graph): Graph {
  const made: Graph = { ...graph, name: 'operators', inputs: [], outputs: [], nodes: [], constants: new Map() };
  const seen = new Set<string>();
  for (const node of graph.nodes) {
    const typesOf = (names: readonly string[]) => names.map((name) => graph.types.get(name));
    const constants = node.inputs.map((input) =>
      Array.from(graph.constants.get(input)?.data ?? [], String).slice(0, 64),
    );
    const kind = JSON.stringify([node.op, node.attributes, typesOf(node.inputs), typesOf(node.outputs), constants]);
    if (seen.has(kind)) continue;
    seen.add(kind);
    made.nodes.push(alone(graph, made, node, seen.size));
  }
  return made;
}

function alone(graph: Graph, made: Graph, node: Node, number: number): Node {
  const rename = (name: string) => `${number}.${name}`;
  const inputs = node.inputs.map((input) => {
    const constant = graph.constants.get(input);
    if (constant) {
      made.constants.set(input, constant);
      return input;
    }
    if (input === '') return input;
    const name = rename(input);
    if (!made.inputs.some((port) => port.name === name)) made.inputs.push({ name, ...graph.types.get(input)! });
    return name;
  });
  for (const output of node.outputs) made.outputs.push({ name: rename(output), ...graph.types.get(output)! });
  return { ...node, name: rename(node.name), inputs, outputs: node.outputs.map(rename) };
}

/** Numbers from 0.1 on, so that roots and reciprocals are tame; whole ones are 0 or 1, which every table has. */
function inputsOf({ inputs }: Graph): Record<string, ort.Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, dtype, dims }, k) => {
      const size = (dims as number[]).reduce((product, side) => product * side, 1);
      const draw = (i: number) => Math.abs(Math.sin(i * 1.3 + k)) + 0.1;
      const whole = (i: number) => (i + k) % 2;
      if (dtype === 'int32')
        return [
          name,
          new ort.Tensor(
            'int32',
            Int32Array.from({ length: size }, (_, i) => whole(i)),
            dims as number[],
          ),
        ];
      if (dtype === 'bool')
        return [
          name,
          new ort.Tensor(
            'bool',
            Uint8Array.from({ length: size }, (_, i) => whole(i)),
            dims as number[],
          ),
        ];
      return [
        name,
        new ort.Tensor(
          'float32',
          Float32Array.from({ length: size }, (_, i) => draw(i)),
          dims as number[],
        ),
      ];
    }),
  );
}

async function run(model: Uint8Array, inputs: Record<string, ort.Tensor>, executionProviders: unknown[]) {
  const options = { logSeverityLevel: 3, graphOptimizationLevel: 'basic', executionProviders };
  const session = await ort.InferenceSession.create(model, options as ort.InferenceSession.SessionOptions);
  const results = await session.run(inputs);
  await session.release();
  return results;
}
