/**
 * The autoencoder of a smaller copy: its weights as float16, or in 8 bits where the network's are. It computes with float32 in each: what
 * it rounds shows in every picture. The copy's training.json names it as the one whose latents the network draws.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashAutoencoder, type ModelFolder, openCoder } from '@onnoise/runtime-node';
import { gaussian } from '@onnoise/scheduler';
import { FORMAT_KEY, formatOf, MODEL_FILES, sizeOf, unscaled } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { decodeModel, encodeModel } from '@onnoise/tracer';
import { narrowWeights, planWeights, roundWeights, widenWeights } from '@onnoise/training/folder';
import type { SmallFormat } from './names.ts';

/** Latents to compare with, and the largest difference that passes: a level of 8 bits, as a root mean square. */
const COUNT = 2;
const MOST = 2 / 255;

interface Halves {
  encoder: Uint8Array;
  decoder: Uint8Array;
}

/**
 * Files of the copy; none for a model without an autoencoder. Of 8 bits that would show it gets float16.
 * @throws InputError where pictures differ that anyone would see
 */
export async function smallerAutoencoder(
  action: string,
  { folder, shape, autoencoder }: ModelFolder,
  network: SmallFormat,
): Promise<Record<string, Uint8Array | string>> {
  if (!autoencoder) return {};
  const read = (path: string) => readFile(join(folder, ...path.split('/')));
  const [config, ...halves] = await Promise.all([MODEL_FILES.vae, MODEL_FILES.encoder, MODEL_FILES.decoder].map(read));
  const before: Halves = { encoder: halves[0]!, decoder: halves[1]! };
  const noise = new Float32Array(COUNT * sizeOf(shape));
  gaussian(0, 0, noise);
  // About as wide as latents are.
  const latents = unscaled(
    noise.map((value) => value / 4),
    autoencoder,
  );
  const large = await decodeWith(before);
  const after = network === 'float16' ? await smaller('float16') : await smaller('int8-weights', 'float16');
  const training = await read(MODEL_FILES.training).catch(() => undefined);
  return {
    [MODEL_FILES.encoder]: after.encoder,
    [MODEL_FILES.decoder]: after.decoder,
    ...(training && { [MODEL_FILES.training]: withHash(training, hashAutoencoder({ config: config!, ...after })) }),
  };

  async function smaller(format: Rounding, finer?: Rounding): Promise<Halves> {
    const [encoder, decoder] = [before.encoder, before.decoder].map((onnx) => round(action, onnx, format));
    const rounded = { encoder: encoder!, decoder: decoder! };
    const small = await decodeWith(rounded);
    const difference = Math.sqrt(large.reduce((sum, value, i) => sum + (value - small[i]!) ** 2, 0) / large.length);
    if (difference <= MOST) return rounded;
    if (finer) return smaller(finer);
    throw new InputError(
      `Cannot ${action}: pictures of its autoencoder as ${format} must differ by at most ${MOST.toPrecision(2)}, received ${difference.toPrecision(2)}.`,
    );
  }

  async function decodeWith(files: Halves): Promise<Float32Array> {
    const coder = openCoder(autoencoder!.shape, shape, files);
    return coder.decode(latents).finally(coder.dispose);
  }
}

type Rounding = 'float16' | 'int8-weights';

/** A graph that is smaller already stays as it is. */
function round(action: string, onnx: Uint8Array, format: Rounding): Uint8Array {
  const { metadata, opset: _, ...graph } = decodeModel(onnx);
  const half = formatOf(metadata) === 'float16';
  if (half && format !== 'float16') widenWeights(graph);
  else if (formatOf(metadata) !== 'float32') return onnx;
  const plan = format === 'float16' ? new Map<string, number>() : planWeights(graph);
  narrowWeights(graph, plan);
  roundWeights(action, graph, plan);
  return encodeModel(graph, { ...metadata, [FORMAT_KEY]: format });
}

function withHash(bytes: Uint8Array, hash: string): string {
  const file = JSON.parse(new TextDecoder().decode(bytes));
  if (file.settings?.training?.autoencoderHash !== undefined) file.settings.training.autoencoderHash = hash;
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
