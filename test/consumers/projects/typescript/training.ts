import { exportRun, prepareImages, train } from '@onnoise/pipeline';
import { loadModel } from 'onnoise';

export async function run(pictures: string): Promise<number> {
  const images = await prepareImages({ data: pictures, size: 28 });
  const pixels = new Uint8Array(images.channels * images.height * images.width);
  await images.read([0], pixels);
  images.close();
  const { loss } = await train({ run: 'run', preset: 'small', settings: { training: { steps: 2 } } });
  const { bytes } = await exportRun({ run: 'run', out: 'model' });
  const model = await loadModel('model');
  await model.dispose();
  return bytes + (loss ?? 0);
}

// @ts-expect-error a setting that there is not
train({ run: 'run', settings: { training: { step: 2 } } });
