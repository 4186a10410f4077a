/** A model folder's network, to be called as it is: for measures of the network itself. */
import type { Artefact } from '@onnoise/scheduler/model';
import type { DeviceReport } from './choose.ts';
import type { Device, DeviceChoice } from './devices.ts';
import type { ModelFolder } from './model-folder.ts';
import { openModel } from './open-model.ts';
import { createDenoiser } from './session.ts';

export interface Network extends Artefact {
  device: Device;
  /**
   * x [N, C, H, W], what it is told as timesteps [N], and N rows (see `conditionRows`) to its output [N, C, H, W], which the next call
   * may overwrite.
   */
  call: (x: Float32Array, timesteps: Float32Array, rows: readonly Float32Array[]) => Promise<Float32Array>;
  /** Frees the network. */
  dispose: () => Promise<void>;
}

/** @throws InputError for a network that does not fit its config, and an unavailable device. */
export async function openNetwork(
  model: ModelFolder,
  { device = 'auto', onDevice }: { device?: DeviceChoice | undefined; onDevice?: (report: DeviceReport) => void } = {},
): Promise<Network> {
  const { session, report } = await openModel(model, device);
  onDevice?.(report);
  const { onnx: _, format: __, folder: ___, ...facts } = model;
  return {
    ...facts,
    device: report.device,
    call: (x, timesteps, rows) => createDenoiser(session, model, rows)(x, timesteps, 0),
    dispose: () => session.release(),
  };
}
