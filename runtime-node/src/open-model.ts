/**
 * Opens a network on a device, and times it there where devices compete. Apart from `load.ts`, whose declarations users read:
 * those of onnxruntime-node need the DOM's.
 */
import { conditionRows, extraInputs, usualBatch } from '@onnoise/scheduler/model';
import { type DeviceReport, openOnDevice } from './choose.ts';
import type { DeviceChoice } from './devices.ts';
import type { ModelFolder } from './model-folder.ts';
import type { InferenceSession } from './onnxruntime.ts';
import { imageSize } from './pictures/pixels.ts';
import { createDenoiser, openSession } from './session.ts';

/** Opens a folder's network on the requested device, or on the best. @throws InputError as `loadModel` does. */
export async function openModel(
  unet: ModelFolder,
  device: DeviceChoice,
): Promise<{ session: InferenceSession; report: DeviceReport }> {
  const { onnx, shape } = unet;
  const { value: session, report } = await openOnDevice(device, async (on) => {
    const opened = await openSession(onnx, on, unet);
    const probe = Math.min(4, usualBatch(shape));
    return {
      value: opened,
      close: () => opened.release(),
      time: async () => {
        const rows = conditionRows(extraInputs(unet), {}, probe);
        const x = new Float32Array(probe * imageSize(shape));
        const begin = performance.now();
        await createDenoiser(opened, unet, rows)(x, new Float32Array(probe), 0);
        return performance.now() - begin;
      },
    };
  });
  return { session, report };
}
