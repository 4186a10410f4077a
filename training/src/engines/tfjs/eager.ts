/**
 * The training step run op by op on the active tfjs backend, and the tensors that live from step to step. It reads back
 * only what a caller asks for, so a GPU can take the next step while it computes this one.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import type { StepInputs, StepParts, StepTensor, TrainStep } from '../../step/contracts.ts';
import { addPart, countParts, inputsOfPart } from '../../step/parts.ts';

export interface EagerStep {
  /** Replaces one tensor of the state. @throws Error for a name or a length that the step does not have. */
  write(name: string, values: Float32Array): void;
  read(name: string): Float32Array;
  /** One step. The caller disposes of the two scalars. */
  run(inputs: StepInputs): { loss: tf.Scalar; gradNorm: tf.Scalar };
  dispose(): void;
}

export function createEagerStep(step: TrainStep): EagerStep {
  const state = new Map<string, tf.Tensor>();
  const specs = new Map(step.state.map((spec) => [spec.name, spec]));

  return {
    write(name, values) {
      const spec = specs.get(name);
      if (!spec || values.length !== sizeOf(spec.shape)) throw new Error(`the training state has no such ${name}`);
      state.get(name)?.dispose();
      // The cpu backend keeps the array that it gets, and the caller may change it: copy.
      state.set(name, tf.tensor(values.slice(), spec.shape, spec.dtype));
    },
    read(name) {
      return state.get(name)!.dataSync<'float32'>().slice();
    },
    run(inputs) {
      const before = Object.fromEntries(state);
      const { state: after, outputs } = step.accumulated
        ? runParts(step.accumulated, before, inputs)
        : withFeeds(step.inputs, inputs, (feeds) => step.run(before, feeds));
      for (const [name, tensor] of Object.entries(after)) {
        const before = state.get(name)!;
        if (before.id !== tensor.id) before.dispose();
        state.set(name, tensor);
      }
      return outputs;
    },
    dispose() {
      tf.dispose([...state.values()]);
      state.clear();
    },
  };
}

type Tensors = Record<string, tf.Tensor>;

/** An update in its parts: the gradients of one small batch after the other, then the weights. */
function runParts(parts: StepParts, state: Tensors, inputs: StepInputs) {
  const start = ({ name, shape }: StepTensor) => {
    if (state[name]) return tf.clone(state[name]);
    return inputs[name] ? tf.tensor(inputs[name], shape) : tf.zeros(shape);
  };
  let totals: Tensors = Object.fromEntries(parts.gives.map((spec) => [spec.name, start(spec)]));
  for (let number = 0, count = countParts(inputs, parts); number < count; number++) {
    const before = totals;
    const add = (feeds: Tensors) => addPart(parts, before, parts.differentiate({ ...state, ...before }, feeds));
    totals = withFeeds(parts.inputs, inputsOfPart(inputs, parts, number), (feeds) => tf.tidy(() => add(feeds)));
    disposeBut(before, totals);
  }
  const result = withFeeds(parts.scalars, inputs, (scalars) => parts.update(state, totals, scalars));
  disposeBut(totals, { ...result.state, ...result.outputs });
  return result;
}

/** Frees tensors that are not among the others. */
function disposeBut(tensors: Tensors, kept: Tensors): void {
  const ids = new Set(Object.values(kept).map(({ id }) => id));
  for (const tensor of Object.values(tensors)) if (!ids.has(tensor.id)) tensor.dispose();
}

function withFeeds<T>(specs: readonly StepTensor[], inputs: StepInputs, run: (feeds: Tensors) => T): T {
  const feeds: Tensors = {};
  for (const { name, shape, dtype } of specs) {
    const values = inputs[name];
    if (!values) throw new Error(`the training step lacks its input ${name}`);
    feeds[name] = tf.tensor(values, shape, dtype);
  }
  const result = run(feeds);
  tf.dispose(feeds);
  return result;
}
