import { gaussian, InputError } from '@onnoise/scheduler';
import { type DiffusionModel, loadModel, sheet } from 'onnoise';

export async function draw(folder: string): Promise<Uint8Array> {
  try {
    const model: DiffusionModel = await loadModel(folder, { device: 'cpu' });
    const { images, shape } = await model.sample({
      count: 2,
      steps: 20,
      onStep: ({ done, total }) => `${done}/${total}`,
    });
    gaussian(1, 0, images);
    return await sheet(images, shape);
  } catch (error) {
    if (error instanceof InputError) throw new Error(error.message);
    throw error;
  }
}

// @ts-expect-error a device that there is not
loadModel('model', { device: 'tpu' });
