/** Reads what `--autoencoder` names: a folder with `vae`, be it that of an autoencoder alone or of a model that draws its latents. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { learntPhantoms, readTraining } from '@onnoise/base/folders';
import { type Coder, hashAutoencoder, openCoder } from '@onnoise/runtime-node';
import {
  type AutoencoderFacts,
  type ImageShape,
  MODEL_FILES,
  readAutoencoderFacts,
  scaledSides,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { createModel } from '../model/index.ts';
import { libraryOf, VAE_WEIGHTS } from './folder.ts';

export interface Autoencoder extends AutoencoderFacts {
  /** As `--autoencoder` named it. */
  name: string;
  /** SHA-256 (hex) of its configuration and both graphs: latents of another one mean something else. */
  hash: string;
  /** [C, H, W] of the images that it learnt from. */
  shape: ImageShape;
  /** Of the images that it learnt from, as `Dataset.hash`; undefined where the folder does not say. */
  learnt: string | undefined;
  phantoms: boolean;
  /** Of `vae`, by their paths in a model folder, with those for Python where it has them and they are asked for. */
  files: Readonly<Record<string, Uint8Array>>;
  /** diffusers' class, and where it finds that. */
  className: string;
  library: string;
}

/**
 * @param python whether with what Python needs, where it is there. Default: true
 * @throws InputError for a folder without an autoencoder, or with parts that cannot be read
 */
export async function readAutoencoder(folder: string, { python = true } = {}): Promise<Autoencoder> {
  const action = `read the autoencoder ${folder}`;
  const read = async (path: string): Promise<Uint8Array> => {
    const file = join(folder, path);
    return readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw diskFailure(error, `read ${file}`);
      throw new InputError(
        `Cannot ${action}: it must be the folder of an autoencoder, of pipeline export, but its ${path} is missing.`,
      );
    });
  };
  const config = await read(MODEL_FILES.vae);
  const files = {
    [MODEL_FILES.vae]: config,
    [MODEL_FILES.encoder]: await read(MODEL_FILES.encoder),
    [MODEL_FILES.decoder]: await read(MODEL_FILES.decoder),
  };
  const json = readJson(config, (received) => {
    throw new InputError(`Cannot ${action}: ${MODEL_FILES.vae} must be JSON, received ${received}.`);
  });
  const facts = readAutoencoderFacts(action, json, MODEL_FILES.vae);
  const { scaling_factor: _, shift_factor: __, ...network } = json;
  const { shape, config: own } = createModel(network);
  const training = await readTraining(folder);
  const library = libraryOf({ config: json });
  return {
    ...facts,
    name: folder,
    hash: hashAutoencoder({ config, encoder: files[MODEL_FILES.encoder], decoder: files[MODEL_FILES.decoder] }),
    shape,
    learnt: training?.data.hash,
    phantoms: training !== undefined && learntPhantoms(training),
    className: own._class_name,
    library,
    files: { ...files, ...(python && (await filesForPython(folder, library))) },
  };
}

/** Its weights and the code of its class, where they are there. */
async function filesForPython(folder: string, library: string): Promise<Record<string, Uint8Array>> {
  const paths = [VAE_WEIGHTS, `vae/${library}.py`];
  const found = await Promise.all(paths.map((path) => readFile(join(folder, path)).catch(() => undefined)));
  return Object.fromEntries(paths.flatMap((path, i) => (found[i] ? [[path, found[i]]] : [])));
}

function readJson(bytes: Uint8Array, refuse: (received: string) => never): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** Whether there is one in this folder. */
export const hasAutoencoder = (folder: string): Promise<boolean> =>
  stat(join(folder, MODEL_FILES.vae)).then(
    (found) => found.isFile(),
    () => false,
  );

/** [Z, h, w] of the latents of pictures of this size. */
export function latentShape(
  { latentChannels, stride }: AutoencoderFacts,
  [height, width]: readonly [number, number],
): ImageShape {
  return [latentChannels, ...scaledSides([height, width], 1 / stride)];
}

/** Opens it for pictures of this shape. Its graphs are opened when they are first needed. */
export function openAutoencoder(
  { files, ...facts }: Pick<Autoencoder, 'files'> & AutoencoderFacts,
  shape: ImageShape,
): Coder {
  const [, height, width] = shape;
  const halves = { encoder: files[MODEL_FILES.encoder]!, decoder: files[MODEL_FILES.decoder]! };
  return openCoder(shape, latentShape(facts, [height, width]), halves);
}
