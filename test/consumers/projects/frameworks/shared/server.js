/** A route of a server: the same pictures, sampled in Node. */
import { digits } from '@onnoise/model-digits';
import { loadModel } from '@onnoise/runtime-node';

export async function sampleInServer() {
  const model = await loadModel(digits);
  const { images, seeds } = await model.sample({ count: 2, steps: 3, seed: 7, labels: [3] });
  await model.dispose();
  return { device: model.device, images: [...images], seeds };
}
