/**
 * The eager engine: runs the training step op by op on a tfjs backend. `cpu` is plain JavaScript, for tiny networks and
 * for checking other engines; `tensorflow` is libtensorflow behind tfjs-node or tfjs-node-gpu.
 */
import * as tf from '@tensorflow/tfjs';
import type { TensorSpec, TrainEngine, TrainStep } from '../contracts.ts';

/** @param backend a registered tfjs backend @param name what the engine calls itself */
export async function createTfjsEngine(
  backend: string,
  name: string,
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
): Promise<TrainEngine> {
  // Without this the cpu backend prints advice to install another one.
  tf.enableProdMode();
  let tensors: Record<string, tf.Tensor> = {};

  const activate = async () => {
    if (tf.getBackend() === backend) return;
    if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend ${backend} does not start`);
  };
  const create = ({ shape, dtype }: TensorSpec, values: Float32Array | Int32Array) => tf.tensor(values, shape, dtype);
  const drop = (kept: Record<string, tf.Tensor>) => {
    const ids = new Set(Object.values(kept).map(({ id }) => id));
    for (const tensor of Object.values(tensors)) if (!ids.has(tensor.id)) tensor.dispose();
    tensors = kept;
  };
  const write = async (values: ReadonlyMap<string, Float32Array>) => {
    await activate();
    const next: Record<string, tf.Tensor> = {};
    for (const spec of step.state) {
      const array = values.get(spec.name);
      if (!array) throw new Error(`the training state lacks ${spec.name}`);
      // The cpu backend keeps the array it is given: copy, so that the caller's stays its own.
      next[spec.name] = create(spec, array.slice());
    }
    drop(next);
  };

  await write(state);
  return {
    name,
    async step(inputs) {
      await activate();
      const feeds: Record<string, tf.Tensor> = {};
      for (const spec of step.inputs) {
        const array = inputs[spec.name];
        if (!array) throw new Error(`the training step lacks its input ${spec.name}`);
        feeds[spec.name] = create(spec, array);
      }
      const { state: after, outputs } = step.run(tensors, feeds);
      const [loss, gradNorm] = [outputs.loss.dataSync()[0]!, outputs.gradNorm.dataSync()[0]!];
      tf.dispose([feeds, outputs]);
      drop(after);
      return { loss, gradNorm };
    },
    async readState() {
      await activate();
      return new Map(step.state.map(({ name: key }) => [key, tensors[key]!.dataSync<'float32'>().slice()]));
    },
    writeState: write,
    async dispose() {
      await activate();
      drop({});
    },
  };
}
