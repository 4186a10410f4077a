/** A page that samples in a worker, and gives the test what came out. */
import { digits } from '@onnoise/model-digits';
import { createSamplingWorker } from '@onnoise/runtime-web';

export async function sampleInPage() {
  const worker = createSamplingWorker();
  const { device } = await worker.load(digits);
  const { images, seeds } = await worker.sample({ count: 2, steps: 3, seed: 7, labels: [3] });
  worker.dispose();
  window.answer = { device, images: [...images], seeds };
}
