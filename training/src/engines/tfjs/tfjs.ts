/** The eager engine on this thread, on a tfjs backend that needs no set-up: for tiny networks and for checks. */
import * as tf from '@tensorflow/tfjs';
import type { TrainEngine, TrainStep } from '../../step/contracts.ts';
import { createEagerStep } from './eager.ts';

/** @param backend a registered tfjs backend @param name what the engine calls itself */
export async function createTfjsEngine(
  backend: string,
  name: string,
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
): Promise<TrainEngine> {
  // Without this the cpu backend prints advice to install another one.
  tf.enableProdMode();
  const eager = createEagerStep(step);
  // Other code may have switched backends since.
  const activate = async () => {
    if (tf.getBackend() === backend) return;
    if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend ${backend} does not start`);
  };
  const writeState = async (values: ReadonlyMap<string, Float32Array>) => {
    await activate();
    for (const { name: key } of step.state) {
      const array = values.get(key);
      if (!array) throw new Error(`the training state lacks ${key}`);
      eager.write(key, array);
    }
  };

  await writeState(state);
  return {
    name,
    depth: 1,
    async step(inputs) {
      await activate();
      const outputs = eager.run(inputs);
      const [loss, gradNorm] = [outputs.loss.dataSync()[0]!, outputs.gradNorm.dataSync()[0]!];
      tf.dispose([outputs.loss, outputs.gradNorm]);
      return { loss, gradNorm };
    },
    async readState() {
      await activate();
      return new Map(step.state.map(({ name: key }) => [key, eager.read(key)]));
    },
    writeState,
    countTensors: async () => tf.memory().numTensors,
    async dispose() {
      await activate();
      eager.dispose();
    },
  };
}
