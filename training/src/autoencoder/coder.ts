/** An autoencoder in evaluation mode with given weights, on onnxruntime: the graphs that `pipeline export` would write. */
import * as ort from '@onnoise/runtime-node/onnxruntime';
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import { encodeModel, type Graph } from '@onnoise/tracer';
import { type AutoencoderModel, decoderGraph, encoderGraph, PORTS } from '../folder/halves.ts';

export interface Coder {
  /** [C, H, W] of an image, and [Z, h, w] of its latents. */
  shape: ImageShape;
  latents: ImageShape;
  /** Images [N, C, H, W] to the distributions of their latents, each [N, Z, h, w]. */
  encode(images: Float32Array): Promise<{ mean: Float32Array; logVariance: Float32Array }>;
  /** Latents [N, Z, h, w], not scaled, to images [N, C, H, W]. */
  decode(latents: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param values of all parameters, by PyTorch's names */
export function createCoder(model: AutoencoderModel, values: ReadonlyMap<string, Float32Array>): Promise<Coder> {
  const bytes = (graph: Graph) => encodeModel(graph);
  return openCoder(model.shape, model.halves.shape, {
    encoder: bytes(encoderGraph(model, values)),
    decoder: bytes(decoderGraph(model, values)),
  });
}

/** @param files of the two graphs */
export async function openCoder(
  shape: ImageShape,
  latents: ImageShape,
  files: { encoder: Uint8Array; decoder: Uint8Array },
): Promise<Coder> {
  const open = (file: Uint8Array) => ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const encoder = await open(files.encoder);
  const decoder = await open(files.decoder);
  const run = async (half: keyof typeof PORTS, values: Float32Array, sides: ImageShape) => {
    const { input, output } = PORTS[half];
    const count = values.length / sizeOf(sides);
    const session = half === 'encoder' ? encoder : decoder;
    const found = await session.run({ [input]: new ort.Tensor('float32', values, [count, ...sides]) });
    return found[output]!.data as Float32Array;
  };
  const size = sizeOf(latents);
  return {
    shape,
    latents,
    async encode(images) {
      const moments = await run('encoder', images, shape); // [N, 2 Z, h, w]
      const count = moments.length / (2 * size);
      const part = (which: number) => {
        const values = new Float32Array(count * size);
        for (let i = 0; i < count; i++) {
          const at = (2 * i + which) * size;
          values.set(moments.subarray(at, at + size), i * size);
        }
        return values;
      };
      return { mean: part(0), logVariance: part(1) };
    },
    decode: (values) => run('decoder', values, latents),
    dispose: async () => void (await Promise.all([encoder.release(), decoder.release()])),
  };
}
