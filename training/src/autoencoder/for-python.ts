/** What Python needs of an autoencoder of which there are only the graphs, as in the shipped models. */
import { MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { NotRecovered } from '@onnoise/tracer';
import { recoverHalves } from '../folder/recover.ts';
import { createModel } from '../model/index.ts';
import { VAE_WEIGHTS, vaeForPython } from './folder.ts';
import type { Autoencoder } from './read.ts';

/**
 * The autoencoder with its weights and the code of its class among its files. The weights are read out of the graphs, unless they are there.
 * @param action for the error: `export runs/hands`
 * @throws InputError where the graphs are not those that this version exports
 */
export async function autoencoderForPython(action: string, autoencoder: Autoencoder): Promise<Autoencoder> {
  const { files, name } = autoencoder;
  if (files[VAE_WEIGHTS]) return autoencoder;
  const file = (path: string) => files[path]!;
  const { scaling_factor: _, shift_factor: __, ...config } = JSON.parse(Buffer.from(file(MODEL_FILES.vae)).toString());
  const { halves, ...described } = createModel(config);
  const model = { ...described, halves: halves! };
  try {
    const values = recoverHalves(model, { encoder: file(MODEL_FILES.encoder), decoder: file(MODEL_FILES.decoder) });
    return { ...autoencoder, files: { ...files, ...(await vaeForPython(model, values)) } };
  } catch (error) {
    if (!(error instanceof NotRecovered)) throw error;
    throw new InputError(
      `Cannot ${action}: the graphs of the autoencoder ${name} must hold its weights, but ${error.message}. Leave out weights for Python.`,
      { cause: error },
    );
  }
}
