/**
 * The autoencoder of a smaller copy: its weights as float16, whatever the network's are, since 8 bits would show in every picture. The
 * copy's training.json names it as the one whose latents the network draws.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashAutoencoder, type ModelFolder, openCoder } from '@onnoise/runtime-node';
import { gaussian } from '@onnoise/scheduler';
import { FORMAT_KEY, formatOf, MODEL_FILES, sizeOf, unscaled } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { decodeModel, encodeModel } from '@onnoise/tracer';
import { narrowWeights } from '@onnoise/training/folder';

/** Latents to compare with, and the largest difference that passes: half a level of 8 bits, as a root mean square. */
const COUNT = 2;
const MOST = 1 / 255;

interface Halves {
  encoder: Uint8Array;
  decoder: Uint8Array;
}

/** Files of the copy; none for a model without an autoencoder. @throws InputError where pictures differ that anyone would see */
export async function smallerAutoencoder(
  action: string,
  { folder, shape, autoencoder }: ModelFolder,
): Promise<Record<string, Uint8Array | string>> {
  if (!autoencoder) return {};
  const read = (path: string) => readFile(join(folder, ...path.split('/')));
  const [config, ...halves] = await Promise.all([MODEL_FILES.vae, MODEL_FILES.encoder, MODEL_FILES.decoder].map(read));
  const before: Halves = { encoder: halves[0]!, decoder: halves[1]! };
  const after: Halves = { encoder: narrow(before.encoder), decoder: narrow(before.decoder) };
  const noise = new Float32Array(COUNT * sizeOf(shape));
  gaussian(0, 0, noise);
  // About as wide as latents are.
  const latents = unscaled(
    noise.map((value) => value / 4),
    autoencoder,
  );
  const [large, small] = await Promise.all([before, after].map((files) => decodeWith(files, latents)));
  const difference = Math.sqrt(large!.reduce((sum, value, i) => sum + (value - small![i]!) ** 2, 0) / large!.length);
  if (!(difference <= MOST)) {
    throw new InputError(
      `Cannot ${action}: pictures of its autoencoder as float16 must differ by at most ${MOST.toPrecision(2)}, received ${difference.toPrecision(2)}.`,
    );
  }
  const training = await read(MODEL_FILES.training).catch(() => undefined);
  return {
    [MODEL_FILES.encoder]: after.encoder,
    [MODEL_FILES.decoder]: after.decoder,
    ...(training && { [MODEL_FILES.training]: withHash(training, hashAutoencoder({ config: config!, ...after })) }),
  };

  async function decodeWith(files: Halves, values: Float32Array): Promise<Float32Array> {
    const coder = openCoder(autoencoder!.shape, shape, files);
    return coder.decode(values).finally(coder.dispose);
  }
}

/** The same where it is float16 already. */
function narrow(onnx: Uint8Array): Uint8Array {
  const { metadata, opset: _, ...graph } = decodeModel(onnx);
  if (formatOf(metadata) !== 'float32') return onnx;
  narrowWeights(graph);
  return encodeModel(graph, { ...metadata, [FORMAT_KEY]: 'float16' });
}

function withHash(bytes: Uint8Array, hash: string): string {
  const file = JSON.parse(new TextDecoder().decode(bytes));
  if (file.settings?.training?.autoencoderHash !== undefined) file.settings.training.autoencoderHash = hash;
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
