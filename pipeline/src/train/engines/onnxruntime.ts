/**
 * The embedded engine: the training step traced into one ONNX graph (forward, backward, clip, Adam, EMA) and run by
 * onnxruntime-node. It needs nothing but npm.
 *
 * State lives in two sets of buffers that swap roles each step: one is read, the other is written in place, so a step
 * allocates nothing of the size of the model.
 */

import { blockConvolutions, encodeModel, type Graph, trace } from '@onnoise/tracer';
import * as ort from 'onnxruntime-node';
import { sizeOf } from '../../shape.ts';
import type { StepInputs, StepTensor, TrainEngine, TrainStep } from '../contracts.ts';
import { blockSize } from './block-size.ts';

const NEXT = 'next.';

/** The step as a graph: state and inputs in, `next.<state>`, `loss` and `gradNorm` out. */
export function traceStep(step: TrainStep): Graph {
  return trace(
    (tensors) => {
      const { state, outputs } = step.run(tensors, tensors);
      const next = Object.entries(state).map(([name, tensor]) => [NEXT + name, tensor]);
      return { ...outputs, ...Object.fromEntries(next) };
    },
    [...step.state, ...step.inputs],
    { name: 'training_step' },
  );
}

type Tensors = Record<string, ort.Tensor>;

export async function createOnnxruntimeEngine(
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
): Promise<TrainEngine> {
  const graph = traceStep(step);
  const block = await blockSize();
  if (block) blockConvolutions(graph, block);
  const session = await ort.InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
  // No closure here may hold the initial state: it is as large as the buffers.
  let current = buffers(step.state, state);
  let spare = buffers(step.state, new Map());
  const scalars: Tensors = { loss: tensor([], new Float32Array(1)), gradNorm: tensor([], new Float32Array(1)) };

  return {
    name: 'onnxruntime (cpu)',
    depth: 1,
    async step(inputs) {
      const written = Object.entries(spare).map(([name, buffer]) => [NEXT + name, buffer]);
      await session.run({ ...current, ...feeds(step.inputs, inputs) }, { ...scalars, ...Object.fromEntries(written) });
      [current, spare] = [spare, current];
      return { loss: scalars.loss!.data[0] as number, gradNorm: scalars.gradNorm!.data[0] as number };
    },
    async readState() {
      return new Map(step.state.map(({ name }) => [name, (current[name]!.data as Float32Array).slice()]));
    },
    async writeState(values) {
      for (const { name } of step.state) (current[name]!.data as Float32Array).set(values.get(name)!);
    },
    async dispose() {
      current = {};
      spare = {};
      await session.release();
    },
  };
}

const tensor = (shape: readonly number[], data: Float32Array | Int32Array): ort.Tensor =>
  data instanceof Int32Array ? new ort.Tensor('int32', data, shape) : new ort.Tensor('float32', data, shape);

/** A buffer for every tensor of the state, filled from `initial` where that has it. */
function buffers(specs: readonly StepTensor[], initial: ReadonlyMap<string, Float32Array>): Tensors {
  return Object.fromEntries(
    specs.map(({ name, shape }) => [
      name,
      tensor(shape, initial.get(name)?.slice() ?? new Float32Array(sizeOf(shape))),
    ]),
  );
}

function feeds(specs: readonly StepTensor[], inputs: StepInputs): Tensors {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const data = inputs[name];
      if (!data) throw new Error(`the training step lacks its input ${name}`);
      return [name, tensor(shape, data)];
    }),
  );
}
