/**
 * Loads a model folder and samples it.
 *
 *     const model = await loadModel('models/digits');
 *     const { images, shape } = await model.sample({ count: 16, steps: 20 });
 *     await writeFile('sheet.png', await sheet(images, shape));
 */
import type { Denoiser } from '@onnoise/scheduler';
import { type Artefact, LOADING, onnxReason } from '@onnoise/scheduler/model';
import { check, InputError, oneOf } from '@onnoise/scheduler/rules';
import type { DeviceReport } from './choose.ts';
import { DEVICE_CHOICES, type Device, type DeviceChoice } from './devices.ts';
import { decodeSamples, encodeStart, picturesOf } from './in-latents.ts';
import { folderOf, type ModelFiles } from './model-files.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { openModel } from './open-model.ts';
import { type ReconstructOptions, reconstructInBatches } from './reconstruct.ts';
import { completeRequest, type SampleOptions } from './request.ts';
import { type SampleCallbacks, type Samples, sampleInBatches } from './sample.ts';
import { createDenoiser } from './session.ts';

export interface LoadOptions {
  /** Default: `auto`, the best that works (see `openOnDevice`). */
  device?: DeviceChoice | undefined;
  /** Called with the chosen device and the reason. */
  onDevice?: ((report: DeviceReport) => void) | undefined;
}

export interface DiffusionModel extends Artefact {
  folder: string;
  device: Device;
  /**
   * New pictures. The same seed, conditions, guidance, steps and sampler give the same picture, whatever the count and
   * the batch.
   * @throws InputError before anything is computed, for an option out of range or one that does not fit this model.
   */
  sample: (options?: SampleOptions & SampleCallbacks) => Promise<Samples>;
  /**
   * Pictures taken part of the way to noise and sampled from there, without a condition, float32 [N, C, H, W].
   * @throws InputError for options out of range, or a model that needs a condition.
   */
  reconstruct: (options: ReconstructOptions) => Promise<Float32Array>;
  /** Pictures of what a step shows, [N, C, H, W]: of a network that draws latents, and of others the same. */
  decode: (drawn: Float32Array) => Promise<Float32Array>;
  /** Frees the network. */
  dispose: () => Promise<void>;
}

/**
 * Loads a model folder: its path or `file:` URL, or what a package of a model exports.
 * @throws InputError for a missing or broken folder, a network that does not fit its config, an unavailable device.
 */
export async function loadModel(
  source: string | URL | ModelFiles,
  { device = 'auto', onDevice }: LoadOptions = {},
): Promise<DiffusionModel> {
  check(LOADING, 'device', oneOf(DEVICE_CHOICES), device);
  const artefact = await readModelFolder(folderOf(source));
  const { session, report } = await openModel(artefact, device);
  onDevice?.(report);
  const create = (rows: readonly Float32Array[]) => explained(artefact, createDenoiser(session, artefact, rows));
  const pictures = picturesOf(artefact, report.device);
  const { onnx: _, format: __, ...facts } = artefact;

  return {
    ...facts,
    device: report.device,
    sample: async ({ onStep, onProgress, signal, ...options } = {}) => {
      const asked = completeRequest(artefact, options);
      const request = pictures ? await encodeStart(asked, pictures) : asked;
      const drawn = await sampleInBatches(request, artefact, create, { onStep, onProgress, signal });
      return pictures ? decodeSamples(drawn, asked, pictures) : drawn;
    },
    decode: async (drawn) => (pictures ? pictures.decode(drawn) : drawn),
    reconstruct: async (options) => {
      if (!pictures) return reconstructInBatches(options, artefact, create);
      const images = await pictures.encode(options.images);
      return pictures.decode(await reconstructInBatches({ ...options, images }, artefact, create));
    },
    dispose: async () => {
      await pictures?.dispose();
      await session.release();
    },
  };
}

/** The network with errors that name it and the timestep, which it may not know. */
function explained({ onnx }: ModelFolder, denoise: Denoiser): Denoiser {
  return (x, timesteps, step) =>
    denoise(x, timesteps, step).catch((error: unknown) => {
      throw new InputError(
        `Cannot sample images: ${onnx} must run at timestep ${timesteps[0]}, received "${onnxReason(error)}".`,
        { cause: error },
      );
    });
}
