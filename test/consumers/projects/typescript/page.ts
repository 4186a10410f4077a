import { createSamplingWorker, loadModel, type SampleResult } from '@onnoise/runtime-web';

export async function draw(url: string): Promise<SampleResult> {
  const worker = createSamplingWorker();
  await worker.load({ kind: 'url', url });
  return worker.sample({ count: 1, steps: 20 }, { onStep: ({ step, x }) => `${step} ${x.length}` });
}

export const shapeOf = async (url: string): Promise<readonly number[]> => (await loadModel(url)).shape;

// @ts-expect-error a device that there is not
loadModel('model', { device: 'tpu' });
