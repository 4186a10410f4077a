/** An autoencoder on onnxruntime: pictures to latents and back, a few at a time. */
import {
  type DecodedFacts,
  HALVES,
  type ImageShape,
  LOADING,
  onnxReason,
  scaled,
  sizeOf,
  unscaled,
  usualBatch,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { Device } from './devices.ts';
import { FATAL_ONLY } from './onnx-session.ts';
import { createSession, type InferenceSession, Tensor } from './onnxruntime.ts';

/** Its graphs, as files or paths of such. */
export interface HalfFiles {
  encoder: Uint8Array | string;
  decoder: Uint8Array | string;
}

export interface Coder {
  /** [C, H, W] of a picture, and [Z, h, w] of its latents. */
  shape: ImageShape;
  latents: ImageShape;
  /** Pictures [N, C, H, W] to the distributions of their latents, each [N, Z, h, w], not scaled. */
  encode(pictures: Float32Array): Promise<{ mean: Float32Array; logVariance: Float32Array }>;
  /** Latents [N, Z, h, w], not scaled, to pictures [N, C, H, W]. */
  decode(latents: Float32Array): Promise<Float32Array>;
  /** Frees its graphs. */
  dispose(): Promise<void>;
}

/**
 * Each graph is opened when it is first needed.
 * @throws InputError, then, for a graph that onnxruntime cannot run
 */
export function openCoder(shape: ImageShape, latents: ImageShape, files: HalfFiles, device: Device = 'cpu'): Coder {
  const sessions = new Map<keyof HalfFiles, Promise<InferenceSession>>();
  const open = (half: keyof HalfFiles) => {
    const session = sessions.get(half) ?? openHalf(files[half], half, device);
    sessions.set(half, session);
    return session;
  };
  const batch = Math.min(8, usualBatch(shape));
  const run = async (half: keyof HalfFiles, values: Float32Array, sides: ImageShape, out: ImageShape) => {
    const session = await open(half);
    const { input, output } = HALVES[half];
    const count = values.length / sizeOf(sides);
    const result = new Float32Array(count * sizeOf(out));
    for (let first = 0; first < count; first += batch) {
      const n = Math.min(batch, count - first);
      const part = values.subarray(first * sizeOf(sides), (first + n) * sizeOf(sides));
      const found = await session.run({ [input]: new Tensor('float32', part, [n, ...sides]) });
      result.set(found[output]!.data as Float32Array, first * sizeOf(out));
    }
    return result;
  };
  const [channels, ...sides] = latents;
  return {
    shape,
    latents,
    async encode(pictures) {
      const moments = await run('encoder', pictures, shape, [2 * channels, ...sides]); // [N, 2 Z, h, w]
      return { mean: halfOf(moments, sizeOf(latents), 0), logVariance: halfOf(moments, sizeOf(latents), 1) };
    },
    decode: (values) => run('decoder', values, latents, shape),
    async dispose() {
      for (const session of sessions.values()) await (await session).release();
    },
  };
}

/** The first or second half of each image's values, [N, 2 size]. */
function halfOf(values: Float32Array, size: number, which: 0 | 1): Float32Array {
  const out = new Float32Array(values.length / 2);
  for (let at = 0; at < out.length; at += size) {
    out.set(values.subarray(2 * at + which * size, 2 * at + (which + 1) * size), at);
  }
  return out;
}

function openHalf(file: Uint8Array | string, half: string, device: Device): Promise<InferenceSession> {
  const options = { executionProviders: [device], logSeverityLevel: FATAL_ONLY } as const;
  return createSession(file, options).catch((error: unknown) => {
    throw new InputError(
      `Cannot ${LOADING}: vae/${half}.onnx must be an ONNX file that onnxruntime can run on ${device}, received "${onnxReason(error)}".`,
      { cause: error },
    );
  });
}

/** Between what a network draws and pictures. */
export interface Pictures {
  /** Of what it drew, [N, Z, h, w]. */
  decode(drawn: Float32Array): Promise<Float32Array>;
  /** As it would draw pictures [N, C, H, W]: means. */
  encode(pictures: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param latents [Z, h, w] of what the network draws */
export function openPictures(facts: DecodedFacts, latents: ImageShape, files: HalfFiles, device: Device): Pictures {
  const coder = openCoder(facts.shape, latents, files, device);
  return {
    decode: (drawn) => coder.decode(unscaled(drawn, facts)),
    encode: async (pictures) => scaled((await coder.encode(pictures)).mean, facts),
    dispose: coder.dispose,
  };
}
